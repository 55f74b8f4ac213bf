import { beforeEach, describe, expect, it } from '@jest/globals';
import { FieldError } from '#errors';
import type { Bucket } from './limit-storage.js';
import { MemoryStorage } from './memory-storage.js';
import { Policies, type PolicyName } from './policies.js';
import { type Hit, RateLimits, refusal } from './rate-limits.js';

/** Remembers what it was asked. */
class WatchedStorage extends MemoryStorage {
  readonly asked: string[][] = [];

  override take(buckets: readonly Bucket[], counters: readonly string[]) {
    this.asked.push(buckets.map(({ key }) => key));
    return super.take(buckets, counters);
  }
}

const ADA = { identifier: 'ada@example.com', address: '192.0.2.1' };

let storage: WatchedStorage;
function limits(settings: Partial<Record<PolicyName, number>> = {}): RateLimits {
  storage = new WatchedStorage();
  const changed = Object.entries(settings).map(([policy, limit]) => ({ policy, rate: { limit, windowSeconds: 3_600 } }));
  return new RateLimits(new Policies(changed), storage);
}

async function refusalOf(work: Promise<unknown>): Promise<FieldError> {
  const thrown: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof FieldError) return thrown;
  throw new Error('It was not refused.');
}

describe('strikes', () => {
  let strict: RateLimits;
  beforeEach(() => {
    strict = limits({ login: 3 });
  });

  it('are granted up to the limit, also when all come at once (item 29)', async () => {
    const tries = await Promise.allSettled(Array.from({ length: 20 }, () => strict.strike('login', ADA)));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    await expect(strict.refuseIfSpent('login', ADA)).rejects.toThrow(FieldError);
  });

  it('name limit, window and wait (item 12)', async () => {
    for (let turn = 0; turn < 3; turn += 1) await strict.strike('login', ADA);
    const error = await refusalOf(strict.strike('login', ADA));
    expect(error).toMatchObject({
      code: 'too_many_requests',
      message:
        'Too many failed logins to this account from this address: 3 in 3600 seconds are allowed. Try again in 3600 seconds.',
      retryAfterSeconds: 3_600,
      members: { policy: 'login', limit: 3, windowSeconds: 3_600 },
    });
  });

  it('at one account from one address leave its owner elsewhere alone, and other accounts (item 29)', async () => {
    for (let turn = 0; turn < 3; turn += 1) await strict.strike('login', ADA);
    await expect(strict.refuseIfSpent('login', { ...ADA, address: '192.0.2.2' })).resolves.toBeUndefined();
    await expect(strict.refuseIfSpent('login', { ...ADA, identifier: 'bob@example.com' })).resolves.toBeUndefined();
  });

  it.each([
    ['another spelling', { ...ADA, identifier: ' ADA@Example.com ' }],
    ['the same address as IPv6', { ...ADA, address: '::ffff:192.0.2.1' }],
  ])('are not fooled by %s', async (_, subject) => {
    for (let turn = 0; turn < 3; turn += 1) await strict.strike('login', ADA);
    await expect(strict.refuseIfSpent('login', subject)).rejects.toThrow(FieldError);
  });

  it('count a /64 of IPv6 as one address', async () => {
    for (const last of [1, 2, 3]) await strict.strike('login', { ...ADA, address: `2001:db8::${last}` });
    await expect(strict.strike('login', { ...ADA, address: '2001:db8::ffff' })).rejects.toThrow(FieldError);
    await expect(strict.strike('login', { ...ADA, address: '2001:db8:0:1::1' })).resolves.toBeUndefined();
  });

  it('are forgotten when cleared, and one when given back', async () => {
    for (let turn = 0; turn < 3; turn += 1) await strict.strike('login', ADA);
    await strict.giveBack('login', ADA);
    await strict.strike('login', ADA);
    await expect(strict.strike('login', ADA)).rejects.toThrow(FieldError);
    await strict.clear('login', ADA);
    for (let turn = 0; turn < 3; turn += 1) await strict.strike('login', ADA);
  });

  it('tell the storage no identifier', async () => {
    await strict.strike('login', ADA);
    await strict.strike('mail-recipient', ADA);
    expect(storage.asked.flat()).toEqual([expect.stringMatching(/^login:[\w-]{32}:192\.0\.2\.1$/), expect.any(String)]);
    expect(JSON.stringify(storage.asked)).not.toContain('ada');
  });

  it('are nothing while the policy is off', async () => {
    const open = new RateLimits(new Policies([{ policy: 'login', rate: null }]), new MemoryStorage());
    for (let turn = 0; turn < 30; turn += 1) await open.strike('login', ADA);
    await open.refuseIfSpent('login', ADA);
  });
});

describe('takes', () => {
  const hit: Hit = { policy: 'user', subject: { userId: 'u' } };
  const ofKey = (ownLimit?: number): Hit => ({ policy: 'key', subject: { keyId: 'k' }, ownLimit });

  it('say where each policy stands', async () => {
    const { granted, standings } = await limits({ user: 5 }).take([hit, ofKey(2)]);
    expect(granted).toBe(true);
    expect(standings.map(({ policy, limit, remaining }) => [policy.name, limit, remaining])).toEqual([
      ['user', 5, 4],
      ['key', 2, 1],
    ]);
  });

  it('heed the own limit of a key when it is the lower one', async () => {
    const strict = limits({ key: 2 });
    expect((await strict.take([ofKey(100)])).standings).toMatchObject([{ limit: 2 }]);
    expect((await strict.take([ofKey(1)])).granted).toBe(false);
  });

  it('ask nobody about what is known to be spent', async () => {
    const strict = limits({ user: 1 });
    await strict.take([hit]);
    for (let turn = 0; turn < 5; turn += 1) expect(await strict.take([hit, ofKey()])).toMatchObject({ granted: false });
    expect(storage.asked).toHaveLength(1);
    expect(strict.knownSpent([hit, ofKey()])).toMatchObject([{ policy: { name: 'user' }, remaining: 0 }]);
  });

  it('do not hold a raised limit against what was known of the lower one', async () => {
    const strict = limits();
    await strict.take([ofKey(1)]);
    expect((await strict.take([ofKey(1)])).granted).toBe(false);
    expect((await strict.take([ofKey(3)])).granted).toBe(true);
  });

  it('cost no trip when every policy is off and nothing is counted', async () => {
    storage = new WatchedStorage();
    const off = new RateLimits(new Policies([{ policy: null, rate: null }]), storage);
    expect(await off.take([hit])).toEqual({ granted: true, standings: [] });
    expect(storage.asked).toEqual([]);
  });

  it('are refused for the longest of the waits', async () => {
    const strict = limits({ user: 1, 'mail-recipient': 1 });
    const day: Hit = { policy: 'mail', subject: ADA };
    await strict.take([hit, day]);
    const { standings } = await strict.take([hit, day]);
    const long = standings.map((standing) => ({ ...standing, remaining: 0 }));
    const [first] = long;
    if (first === undefined) throw new Error('no standing');
    expect(refusal([first, { ...first, leftMs: 9_000_001 }]).retryAfterSeconds).toBe(9_001);
  });
});
