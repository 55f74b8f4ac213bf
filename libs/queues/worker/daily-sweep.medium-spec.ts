import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Log } from '#observability';
import type { Database, SystemTransaction } from '#database';
import { openDatabase, type TestDatabase, testDatabase } from '#testing/database';
import { DailySweep } from './daily-sweep.js';

let server: TestDatabase;
let database: Database;
const logged: { message: string; tables?: number }[] = [];
const log = new Log({
  app: 'test',
  level: 'debug',
  destination: { write: (line) => void logged.push(JSON.parse(line) as never) },
});

beforeAll(async () => {
  server = await testDatabase();
  database = await openDatabase(server.url);
});
afterAll(async () => {
  await database.onApplicationShutdown();
  await server.drop();
});

/** Fails as long as it is told to. */
class Sweep extends DailySweep {
  broken = false;

  protected async remove(tx: SystemTransaction): Promise<Record<string, number>> {
    if (this.broken) throw new Error('not today');
    return { tables: (await tx.query('SELECT 1')).length };
  }
}

describe('a daily sweep', () => {
  it('runs at the start, and goes on after a failure', async () => {
    const sweep = new Sweep(database, log);
    sweep.broken = true;
    await sweep.sweep();
    expect(logged.at(-1)?.message).toContain('the next sweep tries again');
    sweep.broken = false;
    sweep.onApplicationBootstrap();
    for (let turn = 0; logged.at(-1)?.tables === undefined && turn < 100; turn += 1)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(logged.at(-1)).toMatchObject({ tables: 1 });
    sweep.beforeApplicationShutdown();
  });
});
