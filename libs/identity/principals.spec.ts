import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ChangedSubject, ChangeFeed } from '#database';
import type { Actor } from './actor.js';
import { type ActorOfRows, Principals } from './principals.js';

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

let feed: Feed;
let principals: Principals;
let loads: number;
beforeEach(() => {
  feed = new Feed();
  principals = new Principals(feed as Pick<ChangeFeed, 'isCurrent' | 'listen'> as ChangeFeed);
  principals.onModuleInit();
  loads = 0;
});

function load(changes: Partial<Actor> = {}, secondsLeft = 60): () => Promise<ActorOfRows> {
  return () => {
    loads += 1;
    const subjects: ChangedSubject[] = ['session:s', 'user:u', 'workspace:w'];
    return Promise.resolve({ actor: { ...actor, ...changes }, subjects, secondsLeft });
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
    let answer: (value: ActorOfRows) => void = () => undefined;
    const before = principals.of('k', () => new Promise((resolve) => (answer = resolve)));
    feed.listener.changed('user:u');
    const after = principals.of('k', load({ role: 'viewer' }));
    answer({ actor, subjects: ['user:u'], secondsLeft: 60 });
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
});
