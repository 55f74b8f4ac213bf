import { Injectable, type OnModuleInit } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { type ChangedSubject, ChangeFeed } from '#database';
import { currentContext } from '#observability';
import { RateLimits, refusal } from '#rate-limits';
import type { Actor } from './actor.js';

/** An actor as the rows said, what it was made of, and how long it is good at most. */
export interface ActorOfRows {
  actor: Actor;
  /** A change of any of these makes it void. */
  subjects: ChangedSubject[];
  /** Until the session or the key ends by itself, by the database's clock. */
  secondsLeft: number;
}

interface Remembered extends ActorOfRows {
  until: number;
}

const MOST = 50_000;
const LONGEST_SECONDS = 300;

/**
 * Who stands behind a token, remembered, so that a request asks the database for nothing. What is remembered is forgotten with the
 * change that makes it wrong, in every process; while this one cannot hear of changes, nothing remembered is used.
 */
@Injectable()
export class Principals implements OnModuleInit {
  private readonly remembered = new LRUCache<string, Remembered>({
    max: MOST,
    dispose: (entry, key) => this.unlink(entry, key),
  });
  private readonly keysOf = new Map<ChangedSubject, Set<string>>();
  private readonly loading = new Map<string, Promise<ActorOfRows>>();
  /** Rises with every change heard of. */
  private changes = 0;

  constructor(
    private readonly feed: ChangeFeed,
    private readonly limits: RateLimits,
  ) {}

  onModuleInit(): void {
    this.feed.listen({ changed: (subject) => this.forget(subject), lost: () => this.forgetAll() });
  }

  /** Whether this one is known without asking the database. */
  knows(key: string): boolean {
    return this.find(key) !== undefined;
  }

  /**
   * The actor of a token.
   * @param key names the token and the workspace asked for
   * @param load reads it from the rows; throws when the token is not good, which is not remembered
   * @throws FieldError too_many_requests when the client's address has sent too many tokens that were no good
   */
  async of(key: string, load: () => Promise<ActorOfRows>): Promise<Actor> {
    const known = this.find(key);
    if (known !== undefined) return known.actor;
    this.refuseGuessing();
    if (!this.feed.isCurrent) return (await load()).actor;
    return (await (this.loading.get(key) ?? this.startLoading(key, load))).actor;
  }

  /** Only a look into the rows costs something; whoever is known gets in from the same address all the same. */
  private refuseGuessing(): void {
    const address = currentContext()?.address;
    const spent = address === undefined ? [] : this.limits.knownSpent([{ policy: 'rejected', subject: { address } }]);
    if (spent.length > 0) throw refusal(spent);
  }

  private find(key: string): Remembered | undefined {
    if (!this.feed.isCurrent) return undefined;
    const entry = this.remembered.get(key);
    if (entry === undefined || entry.until > performance.now()) return entry;
    this.remembered.delete(key);
    return undefined;
  }

  private startLoading(key: string, load: () => Promise<ActorOfRows>): Promise<ActorOfRows> {
    const loading = this.load(key, load).finally(() => {
      if (this.loading.get(key) === loading) this.loading.delete(key);
    });
    this.loading.set(key, loading);
    return loading;
  }

  /** What changed while the rows were read may not be in what was read: then it is used this once. */
  private async load(key: string, load: () => Promise<ActorOfRows>): Promise<ActorOfRows> {
    const before = this.changes;
    const loaded = await load();
    if (before === this.changes) this.remember(key, loaded);
    return loaded;
  }

  private remember(key: string, loaded: ActorOfRows): void {
    const seconds = Math.min(loaded.secondsLeft, LONGEST_SECONDS);
    this.remembered.set(key, { ...loaded, until: performance.now() + seconds * 1_000 });
    for (const subject of loaded.subjects) {
      const keys = this.keysOf.get(subject) ?? new Set();
      this.keysOf.set(subject, keys.add(key));
    }
  }

  private forget(subject: ChangedSubject): void {
    this.changes += 1;
    // Whoever asks from now on must not get an answer that was read before the change.
    this.loading.clear();
    for (const key of [...(this.keysOf.get(subject) ?? [])]) this.remembered.delete(key);
  }

  private forgetAll(): void {
    this.changes += 1;
    this.loading.clear();
    this.remembered.clear();
  }

  private unlink({ subjects }: Remembered, key: string): void {
    for (const subject of subjects) {
      const keys = this.keysOf.get(subject);
      keys?.delete(key);
      if (keys?.size === 0) this.keysOf.delete(subject);
    }
  }
}
