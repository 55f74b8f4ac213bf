import { Injectable } from '@nestjs/common';
import { type Counter, type Histogram, Metrics } from '#observability';
import type { JobName } from '../job-catalogue.js';

/** From what takes milliseconds to the cutting of a long recording, in seconds. */
const BUCKETS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900];

/** How a try ended: its work is done, it is tried again, it is given up, handed back on shutdown, or somebody else has it. */
export type TryOutcome = 'done' | 'retried' | 'given_up' | 'handed_back' | 'lease_lost';

/** How the jobs of this worker go. */
@Injectable()
export class JobFigures {
  private readonly durations: Histogram<'queue' | 'outcome'>;
  private readonly failures: Counter<'queue' | 'code'>;
  private readonly waits: Histogram<'queue'>;

  constructor(metrics: Metrics) {
    this.durations = metrics.histogram(
      {
        name: 'steno_job_duration_seconds',
        help: 'How long tries of jobs took in this worker, by how they ended: done, retried, given_up, handed_back, lease_lost.',
        labels: ['queue', 'outcome'],
      },
      BUCKETS,
    );
    this.failures = metrics.counter({
      name: 'steno_job_failures_total',
      help: 'Tries of jobs that failed in this worker, by the code of the error.',
      labels: ['queue', 'code'],
    });
    this.waits = metrics.histogram(
      {
        name: 'steno_job_wait_seconds',
        help: 'From a job being owed to its first try beginning in this worker.',
        labels: ['queue'],
      },
      BUCKETS,
    );
  }

  /** @param seconds since it was owed */
  begun(queue: JobName, seconds: number): void {
    this.waits.observe({ queue }, seconds);
  }

  ended(queue: JobName, outcome: TryOutcome, seconds: number): void {
    this.durations.observe({ queue, outcome }, seconds);
  }

  failed(queue: JobName, code: string): void {
    this.failures.add({ queue, code });
  }
}
