import { it } from '@jest/globals';
import { ChangeFeed } from '#database';
import { Log } from '#observability';
import { testConfig } from '#testing/config';
import { openDatabase, testDatabase } from '#testing/database';
import { startCutOffProxy } from '#testing/servers';
import { describeEvents, type ProcessUnderTest, until } from './events.contract.js';
import { PostgresEvents } from './postgres-events.js';

function start(url: string): ProcessUnderTest {
  const feed = new ChangeFeed(testConfig({ DATABASE_URL: url }), new Log({ app: 'test', level: 'silent' }));
  return { events: new PostgresEvents(feed), close: () => feed.onApplicationShutdown() };
}

describeEvents('with Postgres', (url) => Promise.resolve(start(url)));

it('with Postgres: who could not hear for a while is told so', async () => {
  const server = await testDatabase();
  const proxy = await startCutOffProxy(server.url);
  const [database, near, far] = [await openDatabase(server.url), start(server.url), start(proxy.url)];
  try {
    let heard = 0;
    far.events.subscribe('transcription:1', () => (heard += 1));
    await until(() => heard > 0);
    proxy.cut();
    await database.asSystem((tx) => near.events.publish(tx, 'transcription:1'));
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
