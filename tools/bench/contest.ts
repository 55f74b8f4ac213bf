import type { Row, Variant } from '../../bench/row.ts';
import { Stage } from '../../bench/stage.ts';

const TURNS = 5;

/** What both sides of one variant gave. */
export interface Contest {
  variant: string;
  /** One figure a turn, in their order. */
  steno: number[];
  floor: number[];
}

/** How a contest ended. */
export interface Verdict {
  /** Medians. */
  steno: number;
  floor: number;
  ratio: number;
  reached: boolean;
}

/** Lets Steno and its floor measure in turn, so that what else goes on on the machine falls on both. */
export async function contest({ name, open }: Variant, signal: AbortSignal, turns = TURNS): Promise<Contest> {
  await using stage = await Stage.open(signal);
  const sides = await open(stage);
  const result: Contest = { variant: name, steno: [], floor: [] };
  for (let turn = 0; turn < turns; turn += 1) {
    signal.throwIfAborted();
    result.floor.push(await sides.floor());
    result.steno.push(await sides.steno());
  }
  return result;
}

export function verdictOf({ reach }: Pick<Row, 'reach'>, { steno, floor }: Contest): Verdict {
  const medians = { steno: median(steno), floor: median(floor) };
  const ratio = medians.steno / medians.floor;
  return { ...medians, ratio, reached: 'atLeast' in reach ? ratio >= reach.atLeast : ratio <= reach.atMost };
}

/** @param figures an odd number of them */
export function median(figures: readonly number[]): number {
  const middle = figures.toSorted((a, b) => a - b)[(figures.length - 1) / 2];
  if (middle === undefined) throw new Error(`There is no figure in the middle of ${figures.length}.`);
  return middle;
}
