import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Database } from '#database';
import { messageOf } from '#errors';
import { Log, Readiness } from '#observability';
import { canaryOptions } from '../bell.js';
import type { JobName } from '../job-catalogue.js';
import { JobQueues } from '../job-queues.js';
import { JobConsumer } from './job-consumer.js';
import { WorkerIdentity } from './worker-identity.js';

const SING_MS = 10_000;
/**
 * Another worker may take a canary, and on Postgres some take more than their share. Who got none for so long, or none yet, sings
 * eagerly, so that bad luck alone never looks like death.
 */
const WORRIED_AFTER_MS = 30_000;
const EAGER_SING_MS = 500;
/** A queue that gave nothing, not even a canary, for so long counts as dead: connected is not alive. */
const DEAD_AFTER_MS = 90_000;

const PULSE = `
INSERT INTO worker_pulses (worker, host, slots) VALUES ($1, $2, $3)
ON CONFLICT (worker) DO UPDATE SET canary_at = now(), slots = EXCLUDED.slots`;

/**
 * Sends canary jobs through the real queues and watches that this very worker gets something from each. A worker can be connected,
 * answer pings and yet never take a job again (bullmq#4585); only a job that ran proves it lives.
 */
@Injectable()
export class Canary implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer?: NodeJS.Timeout;
  private startedAt = performance.now();
  private songs = 0;
  private stopped = false;

  constructor(
    private readonly queues: JobQueues,
    private readonly consumer: JobConsumer,
    private readonly database: Database,
    private readonly identity: WorkerIdentity,
    private readonly readiness: Readiness,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    this.startedAt = performance.now();
    this.readiness.register('queue', () => {
      const silent = this.silent(DEAD_AFTER_MS);
      if (silent.length > 0) return Promise.reject(new Error(`No canary came back from: ${silent.join(', ')}.`));
      return Promise.resolve();
    });
    this.schedule(0);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    try {
      await this.database.asSystem((tx) => tx.execute('DELETE FROM worker_pulses WHERE worker = $1', [this.identity.name]));
    } catch (error) {
      this.log.warn('The pulse could not be taken back; it fades by itself', { error });
    }
  }

  /** Whether every queue gave this worker something lately. A worker has that long to begin with. */
  isAlive(): boolean {
    return performance.now() - this.startedAt < DEAD_AFTER_MS || this.silent(DEAD_AFTER_MS).length === 0;
  }

  private schedule(delay: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      void this.sing().finally(() => this.schedule(this.silent(WORRIED_AFTER_MS).length > 0 ? EAGER_SING_MS : SING_MS));
    }, delay);
    this.timer.unref();
  }

  private silent(milliseconds: number): JobName[] {
    return this.consumer.jobs.filter((name) => this.consumer.silenceOf(name) > milliseconds);
  }

  private async sing(): Promise<void> {
    try {
      await Promise.all(this.silent(SING_MS / 2).map((name) => this.singTo(name)));
      if (this.stopped || this.silent(DEAD_AFTER_MS).length > 0) return;
      await this.database.asSystem((tx) =>
        tx.execute(PULSE, [this.identity.name, this.identity.host, JSON.stringify(this.consumer.slots)]),
      );
    } catch (error) {
      this.log.warn('The canary could not sing', { detail: messageOf(error) });
    }
  }

  private async singTo(name: JobName): Promise<void> {
    this.songs += 1;
    const id = `${this.identity.name.replaceAll('/', '-')}-${this.songs}`;
    await this.queues.ring(name, [{ data: { v: 1, canary: true }, opts: canaryOptions(id) }]);
  }
}
