const MIB = 1024 * 1024;
const USUAL_PART_BYTES = 10 * MIB;
/** Stores take 10 000 parts; some room is left below that. */
const MOST_PARTS = 9_000;

/** How an upload is cut into parts. */
export interface PartPlan {
  /** Size of the whole. */
  bytes: number;
  /** Size of every part but the last. */
  partBytes: number;
}

/** Parts of 10 MiB; of more whole MiB where there would be too many. @param bytes size of the whole, at least 1 */
export function planParts(bytes: number): PartPlan {
  const needed = Math.ceil(bytes / MOST_PARTS / MIB) * MIB;
  return { bytes, partBytes: Math.max(USUAL_PART_BYTES, needed) };
}

/** How many parts there are. */
export function partCountOf({ bytes, partBytes }: PartPlan): number {
  return Math.ceil(bytes / partBytes);
}

/** How large the part of that number is, from 1. */
export function bytesOfPart({ bytes, partBytes }: PartPlan, number: number): number {
  return Math.min(partBytes, bytes - (number - 1) * partBytes);
}

/** Those of the parts that are of the plan and have the right size. */
export function fittingParts<Part extends { number: number; bytes: number }>(plan: PartPlan, parts: readonly Part[]): Part[] {
  return parts.filter(({ number, bytes }) => number <= partCountOf(plan) && bytes === bytesOfPart(plan, number));
}

/** The numbers of the parts that are not there, or not with the right size. */
export function missingParts(plan: PartPlan, parts: readonly { number: number; bytes: number }[]): number[] {
  const there = new Set(fittingParts(plan, parts).map(({ number }) => number));
  const all = Array.from({ length: partCountOf(plan) }, (_, index) => index + 1);
  return all.filter((number) => !there.has(number));
}
