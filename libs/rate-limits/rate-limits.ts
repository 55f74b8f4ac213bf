import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { commonErrors, FieldError } from '#errors';
import { DecisionCounts } from './decision-counts.js';
import { type Bucket, type BucketState, LimitStorage } from './limit-storage.js';
import { networkOf } from './network-of.js';
import { Policies, type Policy, type PolicyName, type Scope, type SubjectOf } from './policies.js';
import { SpentNotes } from './spent-notes.js';

/** A policy, whom it counts, and the lower limit they have of their own. */
export interface Hit<P extends PolicyName = PolicyName> {
  policy: P;
  subject: SubjectOf<P>;
  /** Counts when it is lower than the policy's. */
  ownLimit?: number;
}

/** Where a subject stands with a policy. */
export interface Standing {
  readonly policy: Policy;
  readonly limit: number;
  readonly remaining: number;
  /** Milliseconds until the window ends. */
  readonly leftMs: number;
}

export interface Decision {
  readonly granted: boolean;
  /** Of all policies; of a refusal by memory alone, only those that are spent. */
  readonly standings: readonly Standing[];
}

type AnySubject = Partial<Record<'address' | 'userId' | 'keyId' | 'identifier', string>>;
type PolicyBucket = Bucket & { readonly of: Policy };

/** The limits of the field: who may do how much of what. Policies that are turned off count nothing and refuse nobody. */
@Injectable()
export class RateLimits {
  /** For whoever shows them. */
  readonly decisions = new DecisionCounts();
  private readonly now = Date.now;
  private readonly notes = new SpentNotes(this.now);

  constructor(
    private readonly policies: Policies,
    private readonly storage: LimitStorage,
  ) {}

  /**
   * Counts a hit under every policy, or, if one of them is spent, under none. One trip to the storage; none when it is known that one
   * is spent.
   * @param counters call counters that go up with a granted take
   */
  async take(hits: readonly Hit[], counters: readonly string[] = []): Promise<Decision> {
    const noted = this.knownSpent(hits);
    if (noted.length > 0) {
      this.countRefusals(noted);
      return { granted: false, standings: noted };
    }
    const buckets = hits.flatMap((hit) => this.bucketOf(hit));
    if (buckets.length + counters.length === 0) return { granted: true, standings: [] };
    const asked = this.now();
    const { granted, states } = await this.storage.take(buckets, counters);
    const standings = buckets.map((bucket, index) => {
      const standing = standingOf(bucket, states[index]);
      if (standing.remaining === 0) this.notes.add(bucket, asked + standing.leftMs);
      return standing;
    });
    if (granted) for (const { policy } of buckets) this.decisions.add(policy, 'granted');
    else this.countRefusals(standings);
    return { granted, standings };
  }

  /** Those that this process knows to be spent; asks nobody and counts nothing. */
  knownSpent(hits: readonly Hit[]): Standing[] {
    return hits
      .flatMap((hit) => this.bucketOf(hit))
      .flatMap((bucket) => {
        const leftMs = this.notes.leftMs(bucket);
        return leftMs === undefined ? [] : [standingOf(bucket, { hits: bucket.limit, leftMs })];
      });
  }

  /**
   * Counts a hit before what it stands for is tried, so that any number of tries at once is no more than the limit.
   * @throws FieldError too_many_requests when the bucket is spent; then nothing is counted
   */
  async strike<P extends PolicyName>(policy: P, subject: SubjectOf<P>): Promise<void> {
    for (const bucket of this.bucketOf({ policy, subject })) {
      const { granted, states } = await this.storage.take([bucket], []);
      this.decisions.add(policy, granted ? 'granted' : 'refused');
      if (!granted) throw refusal([standingOf(bucket, states[0])]);
    }
  }

  /**
   * Counts nothing.
   * @throws FieldError too_many_requests when the bucket is spent
   */
  async refuseIfSpent<P extends PolicyName>(policy: P, subject: SubjectOf<P>): Promise<void> {
    for (const bucket of this.bucketOf({ policy, subject })) {
      const standing = standingOf(bucket, await this.storage.look(bucket));
      if (standing.remaining > 0) continue;
      this.decisions.add(policy, 'refused');
      throw refusal([standing]);
    }
  }

  /** Takes one strike back: the try it stood for was none that the policy counts. */
  async giveBack<P extends PolicyName>(policy: P, subject: SubjectOf<P>): Promise<void> {
    for (const bucket of this.bucketOf({ policy, subject })) await this.storage.giveBack(bucket);
  }

  /** Forgets all strikes of a subject. */
  async clear<P extends PolicyName>(policy: P, subject: SubjectOf<P>): Promise<void> {
    for (const bucket of this.bucketOf({ policy, subject })) await this.storage.clear(bucket);
  }

  private countRefusals(standings: readonly Standing[]): void {
    for (const { policy, remaining } of standings) if (remaining === 0) this.decisions.add(policy.name, 'refused');
  }

  /** One bucket, or none when the policy is turned off. */
  private bucketOf({ policy: name, subject, ownLimit }: Hit): PolicyBucket[] {
    const policy = this.policies.find(name);
    if (policy === undefined) return [];
    return [
      {
        of: policy,
        policy: name,
        key: `${name}:${subjectKey(policy.scope, subject)}`,
        limit: Math.min(policy.limit, ownLimit ?? policy.limit),
        windowMs: policy.windowSeconds * 1_000,
        known: policy.scope === 'user' || policy.scope === 'key',
      },
    ];
  }
}

/**
 * The answer to somebody who has to wait.
 * @param standings of which at least one is spent; the one that lasts longest is named
 */
export function refusal(standings: readonly Standing[]): FieldError {
  const spent = standings.filter(({ remaining }) => remaining === 0);
  const [{ policy, limit, leftMs }] = spent.toSorted((one, other) => other.leftMs - one.leftMs) as [Standing];
  const wait = secondsLeft(leftMs);
  return new FieldError(
    commonErrors.too_many_requests,
    `${policy.sentence}: ${limit} in ${seconds(policy.windowSeconds)} are allowed. Try again in ${seconds(wait)}.`,
    { retryAfterSeconds: wait, members: { policy: policy.name, limit, windowSeconds: policy.windowSeconds } },
  );
}

/** Whole seconds until a window has surely ended. */
export function secondsLeft(leftMs: number): number {
  return Math.max(1, Math.ceil(leftMs / 1_000));
}

function seconds(count: number): string {
  return count === 1 ? '1 second' : `${count} seconds`;
}

function standingOf(bucket: PolicyBucket, state: BucketState | undefined): Standing {
  const { hits, leftMs } = state ?? { hits: bucket.limit, leftMs: bucket.windowMs };
  return { policy: bucket.of, limit: bucket.limit, remaining: Math.max(0, bucket.limit - hits), leftMs };
}

/** What somebody typed in is hashed: it may be long, and it is nobody's business in Redis. */
function subjectKey(scope: Scope, subject: AnySubject): string {
  const { address = '', identifier = '', userId = '', keyId = '' } = subject;
  switch (scope) {
    case 'address':
      return networkOf(address);
    case 'user':
      return userId;
    case 'key':
      return keyId;
    case 'identifier':
      return digestOf(identifier);
    case 'identifier+address':
      return `${digestOf(identifier)}:${networkOf(address)}`;
  }
}

function digestOf(identifier: string): string {
  return createHash('sha256').update(identifier.trim().toLowerCase()).digest('base64url').slice(0, 32);
}
