/** What a row is run with. */
export interface Turn {
  /** How often the thing is done: what the row asks for, or less where `--n` says so. */
  times(wanted: number): number;
  /** Says how far it is. */
  say(progress: string): void;
}

/** What came of a row. */
export interface Outcome {
  /** The measured figures, as one line of text. */
  figure: string;
  /** Whether it is what the row expects. */
  holds: boolean;
}

/** One way to break the product. Rows are numbered as in docs/reliability.md. */
export interface ChaosRow {
  id: string;
  /** What is done. */
  what: string;
  /** What must come of it, besides what always holds (test/e2e/invariants.ts). */
  expect: string;
  /** Seconds after which a run at its full length counts as hung. */
  withinSeconds: number;
  /** @throws Skipped where the machine cannot do it; any other error is a failure */
  run(turn: Turn): Promise<Outcome>;
}

/** A row that this machine cannot run. */
export class Skipped extends Error {}

/** Median, 95th percentile and largest of some seconds, as text. */
export function spread(seconds: readonly number[]): string {
  const [p50, p95, max] = [percentile(seconds, 0.5), percentile(seconds, 0.95), Math.max(...seconds)];
  return `p50 ${p50.toFixed(1)} s, p95 ${p95.toFixed(1)} s, max ${max.toFixed(1)} s`;
}

/** The nearest rank. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

/** Seconds something takes. */
export async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1_000;
}
