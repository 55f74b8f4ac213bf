import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type ConnectionOptions, Worker } from 'bullmq';
import { Config } from '#config';
import { Log, Readiness } from '#observability';
import type { Bell } from '../bell.js';
import { isJobName, JOB_NAMES, JOB_SETTINGS, type JobName } from '../job-catalogue.js';
import { queueConnection } from '../queue-backend.js';
import { JobRunner } from './job-runner.js';

/**
 * Locks and stalls only decide when BullMQ itself offers a bell again; the lease in the row decides who works. A bell that stalls
 * more often than this is dropped by BullMQ and rung again by the reconciler.
 */
const BELL_LOCK = { lockDuration: 30_000, stalledInterval: 30_000, maxStalledCount: 3 };
/** A queue server that refused the connection is asked again so soon; BullMQ's own 15 s would be spent after each restart of it. */
const ASK_AGAIN_MS = 1_000;
/** Connections to the mail server of one worker; more are taken by few servers, and letters are short. */
const LETTERS_AT_ONCE = 4;
/** Recordings that one worker fetches at once: hosts may be slow, and each holds buffers of the store meanwhile. */
const FETCHES_AT_ONCE = 4;
/** Endpoints that one worker talks to at once; nearly all of the time is waiting for their answers. */
const WEBHOOKS_AT_ONCE = 64;
/** Running jobs may finish within it on shutdown; with the rest of the stop it stays under 25 s. */
const GRACE_MS = 15_000;
/** Longest wait for the queue connections to close; a queue server that died must not hold the process (bullmq#2430). */
const CLOSE_MS = 5_000;

/** Takes bells from the queues of the jobs this worker is for. */
@Injectable()
export class JobConsumer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly workers = new Map<JobName, Worker<Bell>>();
  private readonly answeredAt = new Map<JobName, number>();
  private readonly busy = new Map<JobName, number>();
  /** No more bells are answered: for a moment, or because the process ends. */
  private stopping = false;
  private ending = false;

  constructor(
    private readonly runner: JobRunner,
    private readonly config: Config,
    private readonly readiness: Readiness,
    private readonly log: Log,
  ) {}

  /** The jobs this worker takes. */
  get jobs(): JobName[] {
    return [...this.workers.keys()];
  }

  /** How many jobs of each name it runs at once. */
  get slots(): Partial<Record<JobName, number>> {
    return Object.fromEntries(this.jobs.map((name) => [name, this.concurrencyOf(name)]));
  }

  onApplicationBootstrap(): void {
    this.begin();
    this.log.info('Taking jobs', { jobs: this.jobs });
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.ending = true;
    this.readiness.drain();
    await this.stop(GRACE_MS);
  }

  /** Stops what is being done, hands it back, and begins anew with new connections. */
  async restart(): Promise<void> {
    await this.stop(0);
    if (!this.ending) this.begin();
  }

  private begin(): void {
    const connection = queueConnection(this.config, 'take');
    for (const name of wantedJobs(this.config.worker.jobs)) this.workers.set(name, this.consume(name, connection));
    this.stopping = false;
  }

  private async stop(graceMs: number): Promise<void> {
    this.stopping = true;
    const workers = [...this.workers.values()];
    await Promise.race([Promise.allSettled(workers.map((worker) => worker.pause(true))), wait(CLOSE_MS)]);
    await this.runner.drain(graceMs);
    await Promise.race([Promise.allSettled(workers.map((worker) => worker.close(true))), wait(CLOSE_MS)]);
  }

  /** Milliseconds since a queue last gave this worker something to do; 0 while all its slots are taken. */
  silenceOf(name: JobName): number {
    if ((this.busy.get(name) ?? 0) >= this.concurrencyOf(name)) return 0;
    return performance.now() - (this.answeredAt.get(name) ?? -Infinity);
  }

  private consume(name: JobName, connection: ConnectionOptions): Worker<Bell> {
    const worker = new Worker<Bell>(name, (bell) => this.answer(name, bell.data), {
      connection,
      prefix: this.config.queue.prefix,
      concurrency: this.concurrencyOf(name),
      runRetryDelay: ASK_AGAIN_MS,
      ...BELL_LOCK,
    });
    worker.on('error', (error) => this.log.warn('The queue server has a problem', { queue: name, error }));
    return worker;
  }

  private async answer(name: JobName, bell: Bell): Promise<void> {
    this.answeredAt.set(name, performance.now());
    // A bell that comes while work is stopped is left: its row waits and is rung again for somebody else.
    if (bell.canary === true || this.stopping) return;
    this.busy.set(name, (this.busy.get(name) ?? 0) + 1);
    try {
      await this.runner.answer(name, bell);
    } finally {
      this.busy.set(name, (this.busy.get(name) ?? 1) - 1);
      this.answeredAt.set(name, performance.now());
    }
  }

  private concurrencyOf(name: JobName): number {
    const { mediaConcurrency: media, speechConcurrency: speech } = this.config.worker;
    return { media, speech, mail: LETTERS_AT_ONCE, fetch: FETCHES_AT_ONCE, webhook: WEBHOOKS_AT_ONCE }[JOB_SETTINGS[name].slots];
  }
}

/** @throws Error naming what is not a job, so that a typing mistake does not leave jobs lying */
function wantedJobs(given: string[] | undefined): JobName[] {
  if (given === undefined) return JOB_NAMES;
  const unknown = given.filter((name) => !isJobName(name));
  if (unknown.length > 0)
    throw new Error(`WORKER_JOBS names ${unknown.join(', ')}, which is no job. The jobs are: ${JOB_NAMES.join(', ')}.`);
  return given.filter(isJobName);
}

async function wait(milliseconds: number): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
}
