import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { Log } from '#observability';
import { type Bucket, type BucketState, type CallTotal, LimitStorage, type Taken } from './limit-storage.js';
import type { RedisStorage } from './redis-storage.js';

const PROBE_MS = 1_000;

/** Counts in Redis; while that does not answer, in memory. Then the limits hold for each process by itself. */
export class FailoverStorage extends LimitStorage implements OnApplicationBootstrap, OnApplicationShutdown {
  private away = false;
  private closed = false;
  private connected?: Promise<void>;
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly redis: RedisStorage,
    private readonly memory: LimitStorage,
    private readonly log: Log,
  ) {
    super();
  }

  /** Waits for the connection, so that the first requests are counted where all later ones are. Nest asks for each token it provides. */
  onApplicationBootstrap(): Promise<void> {
    this.connected ??= this.redis.connect().catch((error: unknown) => this.leave(error));
    return this.connected;
  }

  onApplicationShutdown(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.redis.close();
  }

  take(buckets: readonly Bucket[], counters: readonly string[]): Promise<Taken> {
    return this.ask((storage) => storage.take(buckets, counters));
  }

  look(bucket: Bucket): Promise<BucketState> {
    return this.ask((storage) => storage.look(bucket));
  }

  giveBack(bucket: Bucket): Promise<void> {
    return this.ask((storage) => storage.giveBack(bucket));
  }

  clear(bucket: Bucket): Promise<void> {
    return this.ask((storage) => storage.clear(bucket));
  }

  async unsettledCalls(): Promise<CallTotal[]> {
    return [...(await this.memory.unsettledCalls()), ...(await this.redis.unsettledCalls())];
  }

  async settleCalls(totals: readonly CallTotal[]): Promise<void> {
    await this.memory.settleCalls(totals);
    // What Redis still holds as unsettled is settled again later, to the same effect.
    if (!this.away) await this.redis.settleCalls(totals).catch((error: unknown) => this.leave(error));
  }

  private async ask<T>(question: (storage: LimitStorage) => Promise<T>): Promise<T> {
    if (this.away) return question(this.memory);
    try {
      return await question(this.redis);
    } catch (error) {
      this.leave(error);
      return question(this.memory);
    }
  }

  /** From now on nobody waits for Redis until a probe says that it takes hits again. */
  private leave(error: unknown): void {
    if (this.away || this.closed) return;
    this.away = true;
    this.log.warn('The Redis of REDIS_URL does not answer; rate limits are counted in memory, by each process for itself', {
      error,
    });
    this.probeLater();
  }

  private probeLater(): void {
    this.timer = setTimeout(() => void this.probe(), PROBE_MS);
    this.timer.unref();
  }

  private async probe(): Promise<void> {
    const alive = await this.redis.probe().then(
      () => true,
      () => false,
    );
    if (this.closed) return;
    if (!alive) return this.probeLater();
    this.away = false;
    this.log.info('Redis answers again; rate limits are counted there');
  }
}
