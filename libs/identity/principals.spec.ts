import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ChangedSubject, ChangeFeed, Reading } from '#database';
import { runInContext } from '#observability';
import { Policies, type RateLimits, type Standing } from '#rate-limits';
import type { Actor } from './actor.js';
import { Principals } from './principals.js';

type Listener = Parameters<ChangeFeed['listen']>[0];

/** The ear of a process, moved by hand. */
class Feed {
  isCurrent = true;
  listener: Listener = { changed: () => undefined, lost: () => undefined };
  listen(listener: Listener): void {
    this.listener = listener;
  }
}

const actor: Actor = {
  kind: 'user',
  userId: 'u',
  email: 'ada@example.com',
  name: 'Ada',
  platformRole: 'user',
  workspaceId: 'w',
  workspaceName: 'Engines',
  role: 'member',
  plan: 'free',
  sessionId: 's',
  keyId: null,
  scopes: null,
  keyLimitPerHour: null,
};

/** Addresses that have sent too many wrong tokens. */
const limits = { knownSpent: () => [] as Standing[] };

let feed: Feed;
let principals: Principals;
let loads: number;
beforeEach(() => {
  feed = new Feed();
  principals = new Principals(
    feed as Pick<ChangeFeed, 'isCurrent' | 'listen'> as ChangeFeed,
    limits as Pick<RateLimits, 'knownSpent'> as RateLimits,
  );
  principals.onModuleInit();
  loads = 0;
});

function load(changes: Partial<Actor> = {}, secondsLeft = 60): () => Promise<Reading<Actor>> {
  return () => {
    loads += 1;
    const subjects: ChangedSubject[] = ['session:s', 'user:u', 'workspace:w'];
    return Promise.resolve({ value: { ...actor, ...changes }, subjects, secondsLeft });
  };
}

describe('an actor', () => {
  it('is read once, also for requests that come at the same time', async () => {
    await Promise.all([principals.of('k', load()), principals.of('k', load())]);
    expect(await principals.of('k', load())).toEqual(actor);
    expect(loads).toBe(1);
    expect(principals.knows('k')).toBe(true);
  });

  it.each(['session:s', 'user:u', 'workspace:w'] as const)(
    'is read anew after a change of %s, and no other is',
    async (subject) => {
      await principals.of('k', load());
      feed.listener.changed('user:somebody-else');
      await principals.of('k', load());
      expect(loads).toBe(1);
      feed.listener.changed(subject);
      expect(await principals.of('k', load({ role: 'viewer' }))).toMatchObject({ role: 'viewer' });
      expect(loads).toBe(2);
    },
  );

  it('is not remembered when something changed while it was read', async () => {
    await principals.of('k', () => {
      feed.listener.changed('user:u');
      return load()();
    });
    await principals.of('k', load());
    expect(loads).toBe(2);
  });

  it('is read anew for whoever asks after a change, though a reading from before it is under way', async () => {
    let answer: (value: Reading<Actor>) => void = () => undefined;
    const before = principals.of('k', () => new Promise((resolve) => (answer = resolve)));
    feed.listener.changed('user:u');
    const after = principals.of('k', load({ role: 'viewer' }));
    answer({ value: actor, subjects: ['user:u'], secondsLeft: 60 });
    expect([await before, await after]).toMatchObject([{ role: 'member' }, { role: 'viewer' }]);
    expect(await principals.of('k', load())).toMatchObject({ role: 'viewer' });
  });

  it('is read every time while changes cannot be heard', async () => {
    await principals.of('k', load());
    feed.isCurrent = false;
    await principals.of('k', load());
    await principals.of('k', load());
    expect(loads).toBe(3);
  });

  it('is read anew after changes may have been missed', async () => {
    await principals.of('k', load());
    feed.listener.lost();
    await principals.of('k', load());
    expect(loads).toBe(2);
  });

  it('is good no longer than its session', async () => {
    await principals.of('k', load({}, 0));
    await principals.of('k', load());
    expect(loads).toBe(2);
  });

  it('that is none is asked for again', async () => {
    await expect(principals.of('k', () => Promise.reject(new Error('unknown')))).rejects.toThrow('unknown');
    expect(await principals.of('k', load())).toEqual(actor);
  });

  it('is known to whoever it is, but nobody else is looked for, while its address guesses', async () => {
    const [policy] = new Policies().all().filter(({ name }) => name === 'rejected');
    if (policy === undefined) throw new Error('There is a policy for guesses.');
    await principals.of('k', load());
    const guessing = jest.spyOn(limits, 'knownSpent').mockReturnValue([{ policy, limit: 60, remaining: 0, leftMs: 1_000 }]);
    await runInContext({ requestId: 'r', address: '192.0.2.1' }, async () => {
      expect(await principals.of('k', load())).toEqual(actor);
      await expect(principals.of('other', load())).rejects.toMatchObject({ code: 'too_many_requests' });
    });
    expect(loads).toBe(1);
    guessing.mockRestore();
  });
});
