import { randomUUID } from 'node:crypto';
import { type Bucket, type BucketState, type CallTotal, LimitStorage, type Taken } from './limit-storage.js';

/** About 20 MB when full. */
const MOST_BUCKETS = 100_000;
/** The part of it that may hold strangers: however many addresses they have, users and keys find room. */
const MOST_OF_STRANGERS = 80_000;
/** One take opens a few windows, and each asks for room before any is kept. */
const OPENED_AT_ONCE = 10;
/** Looking through a full map takes milliseconds, so not at every request. */
const SWEEP_WHEN_FULL_MS = 1_000;
const SWEEP_MS = 10_000;
/** As long as Redis keeps them: a day's counter gets no calls after its day. */
const KEEP_CALLS_MS = 3 * 86_400_000;

interface Window {
  hits: number;
  endsAt: number;
}

interface Calls {
  total: number;
  lastAt: number;
  settled: number;
}

/** Counts in this process: for an installation of one process, and while Redis is away. */
export class MemoryStorage extends LimitStorage {
  private readonly windows = new Map<string, Window>();
  /** By policy: the window that all share who came when there was no room. */
  private readonly shared = new Map<string, Window>();
  private readonly calls = new Map<string, Calls>();
  private readonly source = `process-${randomUUID()}`;
  private sweptAt = 0;

  /** @param now milliseconds; a test brings its own clock */
  constructor(private readonly now: () => number = Date.now) {
    super();
  }

  /** Buckets it holds now. */
  get size(): number {
    return this.windows.size;
  }

  take(buckets: readonly Bucket[], counters: readonly string[]): Promise<Taken> {
    const now = this.now();
    if (now - this.sweptAt >= SWEEP_MS) this.sweep(now);
    const slots = buckets.map((bucket) => ({ bucket, window: this.windowOf(bucket, now) }));
    const granted = slots.every(({ bucket, window }) => window.hits < bucket.limit);
    if (granted) {
      for (const { bucket, window } of slots) this.count(bucket, window);
      for (const counter of counters) this.call(counter, now);
    }
    return Promise.resolve({ granted, states: slots.map(({ window }) => stateOf(window, now)) });
  }

  look(bucket: Bucket): Promise<BucketState> {
    const now = this.now();
    return Promise.resolve(stateOf(this.windowOf(bucket, now), now));
  }

  giveBack(bucket: Bucket): Promise<void> {
    const window = this.windowOf(bucket, this.now());
    window.hits = Math.max(0, window.hits - 1);
    return Promise.resolve();
  }

  clear(bucket: Bucket): Promise<void> {
    this.windows.delete(bucket.key);
    return Promise.resolve();
  }

  unsettledCalls(): Promise<CallTotal[]> {
    const unsettled = [...this.calls].filter(([, { total, settled }]) => total > settled);
    return Promise.resolve(
      unsettled.map(([counter, { total, lastAt }]) => ({
        counter,
        source: this.source,
        calls: total,
        lastAt: new Date(lastAt),
      })),
    );
  }

  settleCalls(totals: readonly CallTotal[]): Promise<void> {
    for (const { counter, source, calls } of totals) {
      const counted = source === this.source ? this.calls.get(counter) : undefined;
      if (counted !== undefined) counted.settled = Math.max(counted.settled, calls);
    }
    return Promise.resolve();
  }

  /** The running window of a bucket, or a fresh one that is kept once something is counted in it. */
  private windowOf(bucket: Bucket, now: number): Window {
    const own = this.windows.get(bucket.key);
    if (own !== undefined && own.endsAt > now) return own;
    const fresh = { hits: 0, endsAt: now + bucket.windowMs };
    const shared = this.shared.get(bucket.policy);
    // Whoever was counted in the shared window stays in it until it ends: a window of their own would give them the limit twice.
    if (shared !== undefined && shared.endsAt > now) return shared;
    if (own !== undefined || this.hasRoom(bucket, now)) return fresh;
    this.shared.set(bucket.policy, fresh);
    return fresh;
  }

  private count(bucket: Bucket, window: Window): void {
    window.hits += 1;
    if (window !== this.shared.get(bucket.policy)) this.windows.set(bucket.key, window);
  }

  private hasRoom(bucket: Bucket, now: number): boolean {
    const most = bucket.known ? MOST_BUCKETS : MOST_OF_STRANGERS;
    if (this.windows.size >= most && now - this.sweptAt >= SWEEP_WHEN_FULL_MS) this.sweep(now);
    return this.windows.size + OPENED_AT_ONCE <= most;
  }

  private call(counter: string, now: number): void {
    const { total, settled } = this.calls.get(counter) ?? { total: 0, settled: 0 };
    this.calls.set(counter, { total: total + 1, lastAt: now, settled });
  }

  private sweep(now: number): void {
    this.sweptAt = now;
    for (const [key, { endsAt }] of this.windows) if (endsAt <= now) this.windows.delete(key);
    for (const [policy, { endsAt }] of this.shared) if (endsAt <= now) this.shared.delete(policy);
    for (const [counter, { lastAt }] of this.calls) if (lastAt <= now - KEEP_CALLS_MS) this.calls.delete(counter);
  }
}

function stateOf({ hits, endsAt }: Window, now: number): BucketState {
  return { hits, leftMs: endsAt - now };
}
