import type { Stage } from './stage.ts';

/** One row of the benchmarks: a piece of work, and the least program that could do it. */
export interface Row {
  /** Such as P2. */
  id: string;
  /** What Steno does. */
  work: string;
  /** What it is compared with. */
  floor: string;
  /** Of the figures. */
  unit: string;
  /** Steno's figure divided by the floor's. */
  reach: { atLeast: number } | { atMost: number };
  /** How often both sides measure: an odd number, 5 when not set. */
  turns?: number;
  /** The settings it is measured in, each on a stage of its own … */
  variants: Variant[];
  /** … or all on one, where bringing up what stands behind them takes minutes. */
  oneStage?: true;
  /** What Steno's figures may not pass besides, whatever the floor gives: a row of its own, judged by the same turns. */
  ceiling?: { id: string; figure: number };
}

/** One setting of a row. */
export interface Variant {
  name: string;
  /** Brings both sides up, with the same rows behind them. */
  open: (stage: Stage) => Promise<Sides>;
}

/** Each measures once and gives its figure; the frame lets them take turns. */
export interface Sides {
  steno: () => Promise<number>;
  floor: () => Promise<number>;
}

/** The two settings of a row that depends on where the queue and the limits are kept. @param open takes them as environment variables */
export function onBothQueues(open: (stage: Stage, settings: Record<string, string>) => Promise<Sides>): Variant[] {
  return [
    { name: 'without Redis', open: (stage) => open(stage, {}) },
    { name: 'with Redis', open: async (stage) => open(stage, { REDIS_URL: await stage.startRedis() }) },
  ];
}

/** In place of a floor, where no program sets the measure but a figure does. */
export const NO_PROGRAM = 'no program: what it may take';

/** A side that is always the same. */
export function limitOf(figure: number): () => Promise<number> {
  return () => Promise.resolve(figure);
}

/** The figure under which so many percent of all stay, such as the p99. */
export function percentile(figures: readonly number[], percent: number): number {
  const sorted = figures.toSorted((a, b) => a - b);
  const figure = sorted[Math.ceil((percent / 100) * sorted.length) - 1];
  if (figure === undefined) throw new Error('There are no figures to rank.');
  return figure;
}
