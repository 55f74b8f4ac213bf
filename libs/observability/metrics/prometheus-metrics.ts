import * as prom from 'prom-client';
import type { Log } from '../log.js';
import { type Counter, type Gauge, type Histogram, type LabelValues, type Measure, Metrics, type Reading } from './metrics.js';

/** How old what was read may be: several may ask at once, and none of them costs more than this. */
const FRESH_MS = 5_000;
/** A scrape is given up after ten seconds; what answers later is of no use. */
const READ_WITHIN_MS = 3_000;

interface KnownReading {
  refresh(): Promise<void>;
}

/** The figures of this process, kept by prom-client in a registry of their own. */
export class PrometheusMetrics extends Metrics {
  private readonly registry = new prom.Registry();
  private readonly readings: KnownReading[] = [];
  private readonly readingOk = this.gauge({
    name: 'steno_reading_ok',
    help: 'Whether figures of this source could be read at the last try.',
    labels: ['source'],
  });

  /** @param app stands in `steno_build_info` */
  constructor(
    app: string,
    version: string,
    private readonly log: Log,
  ) {
    super();
    prom.collectDefaultMetrics({ register: this.registry });
    this.gauge({
      name: 'steno_build_info',
      help: 'Which program this is; always 1.',
      labels: ['app', 'version', 'node'],
    }).set({ app, version, node: process.version }, 1);
  }

  counter<L extends string = never>({ name, help, labels = [] }: Measure<L>): Counter<L> {
    const counter = new prom.Counter<L>({ name, help, labelNames: labels, registers: [this.registry] });
    return { add: (values, by = 1) => counter.inc(values as Record<L, string>, by) };
  }

  gauge<L extends string = never>({ name, help, labels = [] }: Measure<L>): Gauge<L> {
    const gauge = new prom.Gauge<L>({ name, help, labelNames: labels, registers: [this.registry] });
    return { set: (values, value) => gauge.set(values as Record<L, string>, value), clear: () => clear(gauge, labels) };
  }

  histogram<L extends string = never>({ name, help, labels = [] }: Measure<L>, buckets: readonly number[]): Histogram<L> {
    const histogram = new prom.Histogram<L>({
      name,
      help,
      labelNames: labels,
      buckets: [...buckets],
      registers: [this.registry],
    });
    return { observe: (values: LabelValues<L>, value) => histogram.observe(values as Record<L, string>, value) };
  }

  whenAsked<T>(reading: Reading<T>): void {
    let readAt = -Infinity;
    let running: Promise<void> | undefined;
    const refresh = async (): Promise<void> => {
      if (performance.now() - readAt < FRESH_MS) return;
      running ??= this.readOnce(reading).finally(() => {
        readAt = performance.now();
        running = undefined;
      });
      await running;
    };
    this.readings.push({ refresh });
  }

  async text(): Promise<string> {
    await Promise.all(this.readings.map((reading) => reading.refresh()));
    return this.registry.metrics();
  }

  private async readOnce<T>(reading: Reading<T>): Promise<void> {
    const { source } = reading;
    try {
      reading.show(await inTime(reading.read(), source));
      this.readingOk.set({ source }, 1);
    } catch (error) {
      this.log.warn('Figures for the metrics could not be read; they are left out', { source, error });
      reading.show(null);
      this.readingOk.set({ source }, 0);
    }
  }
}

/** A gauge without labels is reset to 0, which would be a lie. */
function clear(gauge: prom.Gauge, labels: readonly string[]): void {
  if (labels.length === 0) gauge.set(Number.NaN);
  else gauge.reset();
}

async function inTime<T>(work: Promise<T>, source: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${source} gave no figures within ${READ_WITHIN_MS} ms.`)), READ_WITHIN_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
