import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { messageOf } from '#errors';
import { type Bucket, type BucketState, type CallTotal, LimitStorage, type Taken } from './limit-storage.js';
import { GIVE_BACK, LOOK, type RedisScript, SETTLE, TAKE } from './redis-scripts.js';

/** A request waits no longer for its limits. */
const PATIENCE_MS = 250;
const CONNECT_TIMEOUT_MS = 1_000;
/** For what ioredis asks on its own: a server that takes a connection and stays silent is left and tried anew. */
const COMMAND_TIMEOUT_MS = 2_000;
const CALLS = 'calls';
const UNSETTLED = `${CALLS}:unsettled`;
/** Totals settled by one script, so that it stays short. */
const SETTLED_AT_ONCE = 500;

/** Counts in Redis, exact over all processes that use it. Fails fast; `FailoverStorage` says what happens then. */
export class RedisStorage extends LimitStorage {
  private readonly redis: Redis;
  /** Which run of the server this connection leads to. */
  private run?: Promise<string>;
  /** What this process counted and has not settled, by field of the hash: Redis may forget it before it is settled. */
  private readonly counted = new Map<string, CallTotal>();

  /** @param prefix of all keys, so that several installations can share a server */
  constructor(url: string, prefix: string) {
    super();
    this.redis = new Redis(url, {
      keyPrefix: `${prefix}:limits:`,
      lazyConnect: true,
      connectTimeout: CONNECT_TIMEOUT_MS,
      commandTimeout: COMMAND_TIMEOUT_MS,
      enableOfflineQueue: false,
      // A command that is sent again would count again.
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      retryStrategy: (times) => Math.min(times * 100, 1_000),
    });
    // Without a listener ioredis prints to the console; whoever asks gets the error as a rejection.
    this.redis.on('error', () => undefined);
    this.redis.on('close', () => {
      this.run = undefined;
    });
  }

  /** @throws Error when Redis does not answer; it is tried further all the same */
  async connect(): Promise<void> {
    await inTime(this.redis.connect(), CONNECT_TIMEOUT_MS);
    await this.probe();
  }

  /**
   * Whether Redis takes hits: also one that is full or read-only is of no use.
   * @throws Error when it does not
   */
  async probe(): Promise<void> {
    try {
      await this.take([{ key: 'probe', policy: 'probe', limit: 1_000_000, windowMs: 60_000, known: true }], []);
    } catch (error) {
      // A connection whose other end has gone may look alive for minutes.
      if (this.redis.status === 'ready') this.redis.disconnect(true);
      throw error;
    }
  }

  close(): void {
    this.redis.disconnect();
  }

  async take(buckets: readonly Bucket[], counters: readonly string[]): Promise<Taken> {
    const limits = buckets.flatMap(({ limit, windowMs }) => [limit, windowMs]);
    const run = counters.length === 0 ? '' : await this.serverRun();
    const answer = await this.execute(
      TAKE,
      [...buckets.map(({ key }) => key), CALLS],
      [...limits, run, randomUUID(), ...counters],
    );
    const states = buckets.map((_, index) => ({ hits: Number(answer[2 * index + 1]), leftMs: Number(answer[2 * index + 2]) }));
    const [source, seconds, ...totals] = answer.slice(1 + 2 * buckets.length);
    totals.forEach((total, index) =>
      this.remember({
        counter: counters[index] ?? '',
        source: String(source),
        calls: Number(total),
        lastAt: new Date(Number(seconds) * 1_000),
      }),
    );
    return { granted: answer[0] === 1, states };
  }

  async look(bucket: Bucket): Promise<BucketState> {
    const [hits, leftMs] = await this.execute(LOOK, [bucket.key], [bucket.windowMs]);
    return { hits: Number(hits), leftMs: Number(leftMs) };
  }

  async giveBack(bucket: Bucket): Promise<void> {
    await this.execute(GIVE_BACK, [bucket.key], []);
  }

  async clear(bucket: Bucket): Promise<void> {
    await inTime(this.redis.del(bucket.key), PATIENCE_MS);
  }

  /** Also what processes counted that were killed before they settled it; while Redis is away, what this one counted. */
  async unsettledCalls(): Promise<CallTotal[]> {
    const kept = await inTime(this.redis.hgetall(UNSETTLED), PATIENCE_MS).catch(() => ({}));
    const all = new Map(Object.entries<string>(kept).map(([field, value]) => [field, totalOf(field, value)]));
    for (const [field, total] of this.counted) if (total.calls > (all.get(field)?.calls ?? 0)) all.set(field, total);
    return [...all.values()];
  }

  async settleCalls(totals: readonly CallTotal[]): Promise<void> {
    for (const total of totals) {
      const field = fieldOf(total);
      if ((this.counted.get(field)?.calls ?? Infinity) <= total.calls) this.counted.delete(field);
    }
    const pairs = totals.map((total) => [fieldOf(total), valueOf(total)]);
    for (let start = 0; start < pairs.length; start += SETTLED_AT_ONCE) {
      await this.execute(SETTLE, [UNSETTLED], pairs.slice(start, start + SETTLED_AT_ONCE).flat());
    }
  }

  private remember(total: CallTotal): void {
    const field = fieldOf(total);
    if (total.calls > (this.counted.get(field)?.calls ?? 0)) this.counted.set(field, total);
  }

  /** Asked once a connection. */
  private async serverRun(): Promise<string> {
    const asked = (this.run ??= this.redis.info('server').then((text) => /run_id:(\w+)/.exec(text)?.[1] ?? ''));
    try {
      return await inTime(asked, PATIENCE_MS);
    } catch (error) {
      if (this.run === asked) this.run = undefined;
      throw error;
    }
  }

  private async execute(script: RedisScript, keys: string[], args: (string | number)[]): Promise<unknown[]> {
    const asked = this.redis
      .evalsha(script.digest, keys.length, ...keys, ...args)
      .catch(unseen(() => this.redis.eval(script.text, keys.length, ...keys, ...args)));
    const answer = await inTime(asked, PATIENCE_MS);
    return Array.isArray(answer) ? (answer as unknown[]) : [answer];
  }
}

/**
 * Gives up waiting, but not for an answer that has come while this process was busy: after the timer, what lies in the sockets is read
 * before the immediate runs.
 */
function inTime<T>(answer: Promise<T>, milliseconds: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(new Error(`Redis did not answer within ${milliseconds} ms.`));
    const timer = setTimeout(() => setImmediate(giveUp), milliseconds);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** A Redis that was started anew has not seen the script. */
function unseen(sendText: () => Promise<unknown>): (error: unknown) => Promise<unknown> {
  return (error) => {
    if (messageOf(error).startsWith('NOSCRIPT')) return sendText();
    throw error;
  };
}

function fieldOf({ source, counter }: CallTotal): string {
  return `${source} ${counter}`;
}

function valueOf({ calls, lastAt }: CallTotal): string {
  return `${calls} ${lastAt.getTime() / 1_000}`;
}

function totalOf(field: string, value: string): CallTotal {
  const space = field.indexOf(' ');
  const [calls, seconds] = value.split(' ');
  return {
    counter: field.slice(space + 1),
    source: field.slice(0, space),
    calls: Number(calls),
    lastAt: new Date(Number(seconds) * 1_000),
  };
}
