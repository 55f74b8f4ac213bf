import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Log } from '#observability';
import { openDatabase, testDatabase } from '#testing/database';
import { startCutOffProxy, testRedisUrl } from '#testing/servers';
import { describeEvents, type ProcessUnderTest, until } from './events.contract.js';
import { RedisEvents } from './redis-events.js';

const url = testRedisUrl();
const prefix = `events-${randomUUID()}`;

function start(at: string): ProcessUnderTest {
  const events = new RedisEvents(at, prefix, new Log({ app: 'test', level: 'silent' }));
  return { events, close: () => events.onApplicationShutdown() };
}

(url === null ? describe.skip : describe)('Redis', () => {
  const at = url ?? '';

  describeEvents('with Redis', () => Promise.resolve(start(at)));

  it('tells who could not hear for a while, and holds up nobody meanwhile', async () => {
    const server = await testDatabase();
    const proxy = await startCutOffProxy(at);
    const [database, near, far] = [await openDatabase(server.url), start(at), start(proxy.url)];
    try {
      let heard = 0;
      far.events.subscribe('transcription:1', () => (heard += 1));
      await until(() => heard > 0);
      proxy.cut();
      const began = performance.now();
      await database.asSystem((tx) => far.events.publish(tx, 'transcription:2'));
      await database.asSystem((tx) => near.events.publish(tx, 'transcription:1'));
      expect(performance.now() - began).toBeLessThan(2_000);
      heard = 0;
      proxy.mend();
      await until(() => heard > 0);
    } finally {
      await near.close();
      await far.close();
      await proxy.stop();
      await database.onApplicationShutdown();
      await server.drop();
    }
  });
});
