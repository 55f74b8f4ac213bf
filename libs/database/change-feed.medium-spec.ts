import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Log } from '#observability';
import { testConfig } from '#testing/config';
import { openDatabase, type TestDatabase, testDatabase } from '#testing/database';
import { type CutOffProxy, startCutOffProxy } from '#testing/servers';
import { type ChangedSubject, ChangeFeed } from './change-feed.js';
import type { Database } from './database.js';

let server: TestDatabase;
let database: Database;
beforeAll(async () => {
  server = await testDatabase();
  database = await openDatabase(server.url);
});
afterAll(async () => {
  await database.onApplicationShutdown();
  await server.drop();
});

interface Heard {
  feed: ChangeFeed;
  subjects: ChangedSubject[];
  /** How often changes may have been missed. */
  lost: number;
}

let open: ChangeFeed[] = [];
afterEach(async () => {
  for (const feed of open) await feed.onApplicationShutdown();
  open = [];
});

/** A process's ear, listening and proven. */
async function listen(url = server.url): Promise<Heard> {
  const feed = new ChangeFeed(testConfig({ DATABASE_URL: url }), new Log({ app: 'test', level: 'silent' }));
  open.push(feed);
  const heard: Heard = { feed, subjects: [], lost: 0 };
  feed.listen({ changed: (subject) => heard.subjects.push(subject), lost: () => (heard.lost += 1) });
  await until(() => feed.isCurrent);
  return heard;
}

async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; !condition(); turn += 1) {
    if (turn > 1_000) throw new Error('It did not come to pass within 10 s.');
    await sleep(10);
  }
}

describe('a change', () => {
  it('is heard by every process once it is committed, and by its own at once', async () => {
    const [own, other] = [await listen(), await listen()];
    await database.asSystem(async (tx) => {
      await own.feed.announce(tx, 'user:1', 'session:2');
      await sleep(50);
      expect([own.subjects, other.subjects]).toEqual([[], []]);
    });
    // It may have heard them from Postgres besides by now.
    expect(own.subjects.slice(0, 2)).toEqual(['user:1', 'session:2']);
    await until(() => other.subjects.length === 2);
    expect(other.subjects).toEqual(['user:1', 'session:2']);
  });

  it('that is taken back is heard by nobody', async () => {
    const [own, other] = [await listen(), await listen()];
    const failing = database.asSystem(async (tx) => {
      await own.feed.announce(tx, 'user:taken-back');
      throw new Error('on second thoughts');
    });
    await expect(failing).rejects.toThrow('on second thoughts');
    await database.asSystem((tx) => own.feed.announce(tx, 'user:kept'));
    await until(() => other.subjects.length > 0);
    expect([own.subjects, other.subjects].flat()).not.toContain('user:taken-back');
  });
});

describe('a process that cannot hear', () => {
  let proxy: CutOffProxy;
  beforeEach(async () => {
    proxy = await startCutOffProxy(server.url);
  });
  afterEach(() => proxy.stop());

  it.each(['cut', 'stall'] as const)(
    'knows it within a second (%s), forgets everything, and hears again when it can',
    async (fault) => {
      const heard = await listen(proxy.url);
      const other = await listen();
      proxy[fault]();
      const began = performance.now();
      await until(() => !heard.feed.isCurrent);
      expect(performance.now() - began).toBeLessThan(1_500);
      proxy.mend();
      await until(() => heard.feed.isCurrent);
      expect(heard.lost).toBeGreaterThan(0);
      await database.asSystem((tx) => other.feed.announce(tx, 'workspace:after'));
      await until(() => heard.subjects.includes('workspace:after'));
    },
  );
});
