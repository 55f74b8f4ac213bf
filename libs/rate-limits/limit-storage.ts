import type { ThrottlerStorage } from '@nestjs/throttler';

/** One thing that is counted: a policy and whom it counts. */
export interface Bucket {
  /** Holds no address or identifier that somebody typed in, only its hash, and is short. */
  readonly key: string;
  readonly policy: string;
  readonly limit: number;
  /** Begins with the first hit. */
  readonly windowMs: number;
  /** Belongs to somebody whose credentials were good, so that strangers cannot make any number of them. */
  readonly known: boolean;
}

/** How far a bucket is filled. */
export interface BucketState {
  readonly hits: number;
  /** Milliseconds until the window ends; the whole window when it has not begun. */
  readonly leftMs: number;
}

/** Calls of one counter as one source has counted them since it began: sent twice, they are the same calls. */
export interface CallTotal {
  readonly counter: string;
  /** Who counted: a process, or one life of a Redis. The calls of a counter are the sum over its sources. */
  readonly source: string;
  readonly calls: number;
  readonly lastAt: Date;
}

export interface Taken {
  /** Whether every bucket had room. If not, nothing was counted. */
  readonly granted: boolean;
  /** In the order of the buckets, after the take. */
  readonly states: readonly BucketState[];
}

/** Where hits and calls are counted. Every method is one step that nothing comes between, whoever else counts in the same place. */
export abstract class LimitStorage implements ThrottlerStorage {
  /**
   * Counts one hit in every bucket and one call in every counter; if any bucket is spent, nothing at all.
   * @param counters names of call counters, e.g. `key:<id>:<day>`
   */
  abstract take(buckets: readonly Bucket[], counters: readonly string[]): Promise<Taken>;

  /** How far a bucket is filled; counts nothing. */
  abstract look(bucket: Bucket): Promise<BucketState>;

  /** Takes one hit back; the window goes on. */
  abstract giveBack(bucket: Bucket): Promise<void>;

  /** Empties a bucket and ends its window. */
  abstract clear(bucket: Bucket): Promise<void>;

  /** Calls that were counted and not yet settled. */
  abstract unsettledCalls(): Promise<CallTotal[]>;

  /** These totals are written elsewhere; counters that went on meanwhile stay unsettled. */
  abstract settleCalls(totals: readonly CallTotal[]): Promise<void>;

  /** What @nestjs/throttler asks of a storage. A block lasts as long as the window. */
  async increment(key: string, ttl: number, limit: number, _blockDuration: number, throttlerName: string) {
    const bucket = { key: `throttler:${key}`, policy: throttlerName, limit, windowMs: ttl, known: false };
    const { granted, states } = await this.take([bucket], []);
    const { hits, leftMs } = states[0] ?? { hits: limit, leftMs: ttl };
    const seconds = Math.ceil(leftMs / 1_000);
    return {
      totalHits: granted ? hits : limit + 1,
      timeToExpire: seconds,
      isBlocked: !granted,
      timeToBlockExpire: granted ? 0 : seconds,
    };
  }
}
