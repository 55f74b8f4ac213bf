/** Values of a measure's labels. Only what has few values is a label: never an id, a name or an address. */
export type LabelValues<L extends string> = Readonly<Record<L, string>>;

export interface Measure<L extends string = never> {
  /** By the conventions of Prometheus: `steno_…`, base units, `_total` on what only rises. */
  name: string;
  /** A sentence for whoever reads the figures. */
  help: string;
  labels?: readonly L[];
}

export interface Counter<L extends string> {
  add(labels: LabelValues<L>, by?: number): void;
}

export interface Gauge<L extends string> {
  set(labels: LabelValues<L>, value: number): void;
  /** Forgets every value: what is not set anew is no longer there. */
  clear(): void;
}

export interface Histogram<L extends string> {
  observe(labels: LabelValues<L>, value: number): void;
}

/** Figures that are read when somebody asks for them. */
export interface Reading<T> {
  /** What it is of; stands as the label of `steno_reading_ok`. */
  source: string;
  read(): Promise<T>;
  /** @param found null when they could not be read: what was known is cleared then */
  show(found: T | null): void;
}

/** The figures of this process. Everybody declares what they measure where it happens; `/health/metrics` shows all. */
export abstract class Metrics {
  abstract counter<L extends string = never>(measure: Measure<L>): Counter<L>;
  abstract gauge<L extends string = never>(measure: Measure<L>): Gauge<L>;
  /** @param buckets upper bounds, in the unit of the name */
  abstract histogram<L extends string = never>(measure: Measure<L>, buckets: readonly number[]): Histogram<L>;

  /** Reads figures whenever all are asked for, at most once in five seconds. */
  abstract whenAsked<T>(reading: Reading<T>): void;

  /** Everything in the text format of Prometheus; null when nothing is measured. */
  abstract text(): Promise<string | null>;
}

/** Content type of the text format, version 0.0.4. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

const nothing = {
  add: (): void => undefined,
  set: (): void => undefined,
  clear: (): void => undefined,
  observe: (): void => undefined,
};

/** Measures nothing, for `METRICS=off` and for commands. */
export class NoMetrics extends Metrics {
  counter(): typeof nothing {
    return nothing;
  }

  gauge(): typeof nothing {
    return nothing;
  }

  histogram(): typeof nothing {
    return nothing;
  }

  whenAsked(): void {
    return;
  }

  text(): Promise<null> {
    return Promise.resolve(null);
  }
}
