import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '#database';
import { type Gauge, Metrics } from '#observability';
import { roomIn, WORKER_SEEN_SECONDS } from './feeder.js';
import { JOB_NAMES, type JobName } from './job-catalogue.js';

/** Classes of priority, as the rows have them. */
const PRIORITIES = new Map([
  [1, 'high'],
  [0, 'normal'],
  [-1, 'low'],
]);

/** The open jobs of a name and priority. */
interface OpenJobs {
  name: JobName;
  priority: number;
  waiting: number;
  later: number;
  running: number;
  /** Rung and not begun, or running. */
  underWay: number;
  /** How long the one that is due for longest has been; null when none is. */
  oldestSeconds: number | null;
  /** The same of those the queue has not been told of. */
  unrungSeconds: number | null;
}

interface Found {
  jobs: OpenJobs[];
  slots: Map<string, number>;
  workers: number;
}

const DUE = `state = 'waiting' AND due_at <= now()`;

const OPEN = `
SELECT name, priority,
  count(*) FILTER (WHERE ${DUE})::int AS waiting,
  count(*) FILTER (WHERE state = 'waiting' AND due_at > now() AND due_at < 'infinity')::int AS later,
  count(*) FILTER (WHERE state = 'running')::int AS running,
  count(*) FILTER (WHERE state = 'running' OR rung_at IS NOT NULL)::int AS "underWay",
  extract(epoch FROM now() - min(due_at) FILTER (WHERE ${DUE}))::float8 AS "oldestSeconds",
  extract(epoch FROM now() - min(due_at) FILTER (WHERE ${DUE} AND rung_at IS NULL))::float8 AS "unrungSeconds"
FROM jobs WHERE state IN ('waiting', 'running') GROUP BY name, priority`;

const SLOTS = `
SELECT s.key AS name, sum(s.value::int)::int AS slots FROM worker_pulses, jsonb_each_text(slots) AS s
WHERE canary_at > now() - make_interval(secs => ${WORKER_SEEN_SECONDS}) GROUP BY s.key`;

const WORKERS = `
SELECT count(*)::int AS workers FROM worker_pulses WHERE canary_at > now() - make_interval(secs => ${WORKER_SEEN_SECONDS})`;

/** How much work is owed, how long it has been, and who does it: read from the rows by whichever process is asked. */
@Injectable()
export class QueueFigures implements OnModuleInit {
  private readonly jobs: Gauge<'queue' | 'priority' | 'state'>;
  private readonly oldest: Gauge<'queue' | 'priority'>;
  private readonly slots: Gauge<'queue'>;
  private readonly lag: Gauge<'queue'>;
  private readonly workers: Gauge<never>;

  constructor(
    private readonly database: Database,
    private readonly metrics: Metrics,
  ) {
    this.jobs = metrics.gauge({
      name: 'steno_queue_jobs',
      help: 'Jobs that are due and wait, wait for a later time, or run; of all processes.',
      labels: ['queue', 'priority', 'state'],
    });
    this.oldest = metrics.gauge({
      name: 'steno_queue_oldest_job_seconds',
      help: 'How long the job that is due for longest has waited; 0 when none waits.',
      labels: ['queue', 'priority'],
    });
    this.slots = metrics.gauge({
      name: 'steno_queue_slots',
      help: 'How many jobs the workers that were seen lately run at once.',
      labels: ['queue'],
    });
    this.lag = metrics.gauge({
      name: 'steno_outbox_lag_seconds',
      help: 'How long a committed job has been due that the queue was not told of although it has room; 0 when there is none.',
      labels: ['queue'],
    });
    this.workers = metrics.gauge({ name: 'steno_workers', help: 'Workers that ran a job within the last minute.' });
  }

  onModuleInit(): void {
    this.metrics.whenAsked({ source: 'queues', read: () => this.read(), show: (found) => this.show(found) });
  }

  private async read(): Promise<Found> {
    return this.database.asSystem(async (tx) => {
      const slots = await tx.query<{ name: string; slots: number }>(SLOTS);
      const [seen] = await tx.query<{ workers: number }>(WORKERS);
      return {
        jobs: await tx.query<OpenJobs>(OPEN),
        slots: new Map(slots.map((row) => [row.name, row.slots])),
        workers: seen?.workers ?? 0,
      };
    });
  }

  private show(found: Found | null): void {
    for (const gauge of [this.jobs, this.oldest, this.slots, this.lag, this.workers]) gauge.clear();
    if (found === null) return;
    this.workers.set({}, found.workers);
    const open = Map.groupBy(found.jobs, ({ name }) => name);
    for (const queue of JOB_NAMES) {
      const ofName = open.get(queue) ?? [];
      this.slots.set({ queue }, found.slots.get(queue) ?? 0);
      this.lag.set({ queue }, lagOf(ofName, found.slots.get(queue) ?? null));
      for (const [value, priority] of PRIORITIES)
        this.showJobs(
          queue,
          priority,
          ofName.find((row) => row.priority === value),
        );
    }
  }

  private showJobs(queue: JobName, priority: string, open?: OpenJobs): void {
    for (const state of ['waiting', 'later', 'running'] as const) this.jobs.set({ queue, priority, state }, open?.[state] ?? 0);
    this.oldest.set({ queue, priority }, open?.oldestSeconds ?? 0);
  }
}

/** A job that waits because everything is taken is late, and the relay is not. */
function lagOf(open: readonly OpenJobs[], slots: number | null): number {
  const underWay = open.reduce((sum, jobs) => sum + jobs.underWay, 0);
  const hasRoom = roomIn({ slots, underWay, finished: 0 }) > 0;
  return hasRoom ? Math.max(0, ...open.map(({ unrungSeconds }) => unrungSeconds ?? 0)) : 0;
}
