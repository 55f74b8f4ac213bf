import { LRUCache } from 'lru-cache';
import type { ChangedSubject, ChangeFeed } from './change-feed.js';

/** What was read, and how long it is good. */
export interface Reading<Value> {
  value: Value;
  /** A change of any of these makes it void. */
  subjects: readonly ChangedSubject[];
  /** By the database's clock; not set: until something changes. */
  secondsLeft?: number;
}

interface Entry<Value> extends Reading<Value> {
  until: number;
}

const MOST = 50_000;
/** Rows changed by hand are noticed after that. */
const LONGEST_SECONDS = 300;

/**
 * What was read from rows and is wanted again and again, remembered. It is forgotten with the change that makes it wrong, in every
 * process; while this one cannot hear of changes, nothing remembered is used.
 */
export class Remembered<Value> {
  private readonly entries = new LRUCache<string, Entry<Value>>({
    max: MOST,
    dispose: (entry, key) => this.unlink(entry, key),
  });
  private readonly keysOf = new Map<ChangedSubject, Set<string>>();
  private readonly loading = new Map<string, Promise<Reading<Value>>>();
  /** Rises with every change heard of. */
  private changes = 0;

  constructor(private readonly feed: ChangeFeed) {}

  /** From now on changes are heard. */
  listen(): void {
    this.feed.listen({ changed: (subject) => this.forget(subject), lost: () => this.forgetAll() });
  }

  /** What is remembered and good; undefined when it must be read. */
  find(key: string): Value | undefined {
    if (!this.feed.isCurrent) return undefined;
    const entry = this.entries.get(key);
    if (entry === undefined || entry.until > performance.now()) return entry?.value;
    this.entries.delete(key);
    return undefined;
  }

  /** Reads it, once for all who want it at the same time. @param load what it throws is not remembered */
  async read(key: string, load: () => Promise<Reading<Value>>): Promise<Value> {
    if (!this.feed.isCurrent) return (await load()).value;
    return (await (this.loading.get(key) ?? this.startLoading(key, load))).value;
  }

  private startLoading(key: string, load: () => Promise<Reading<Value>>): Promise<Reading<Value>> {
    const loading = this.load(key, load).finally(() => {
      if (this.loading.get(key) === loading) this.loading.delete(key);
    });
    this.loading.set(key, loading);
    return loading;
  }

  /** What changed while the rows were read may not be in what was read: then it is used this once. */
  private async load(key: string, load: () => Promise<Reading<Value>>): Promise<Reading<Value>> {
    const before = this.changes;
    const loaded = await load();
    if (before === this.changes) this.remember(key, loaded);
    return loaded;
  }

  private remember(key: string, loaded: Reading<Value>): void {
    const seconds = Math.min(loaded.secondsLeft ?? LONGEST_SECONDS, LONGEST_SECONDS);
    this.entries.set(key, { ...loaded, until: performance.now() + seconds * 1_000 });
    for (const subject of loaded.subjects) {
      const keys = this.keysOf.get(subject) ?? new Set();
      this.keysOf.set(subject, keys.add(key));
    }
  }

  private forget(subject: ChangedSubject): void {
    this.changes += 1;
    // Whoever asks from now on must not get an answer that was read before the change.
    this.loading.clear();
    for (const key of [...(this.keysOf.get(subject) ?? [])]) this.entries.delete(key);
  }

  private forgetAll(): void {
    this.changes += 1;
    this.loading.clear();
    this.entries.clear();
  }

  private unlink({ subjects }: Entry<Value>, key: string): void {
    for (const subject of subjects) {
      const keys = this.keysOf.get(subject);
      keys?.delete(key);
      if (keys?.size === 0) this.keysOf.delete(subject);
    }
  }
}
