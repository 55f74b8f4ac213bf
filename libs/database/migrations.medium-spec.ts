import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { emptyDatabase, type TestDatabase } from '#testing/database';
import { migrateDatabase, schemaDifferences } from './migrate.js';
import { TracesOfJobs1764000900000 } from './migrations/1764000900000-traces-of-jobs.js';
import { MIGRATIONS } from './migrations/index.js';

describe('the migrations', () => {
  let server: TestDatabase;
  beforeAll(async () => {
    server = await emptyDatabase();
  });
  afterAll(() => server.drop());

  it('make what the entities say, and can be taken back to nothing and applied again', async () => {
    expect(await schemaDifferences(server.url)).toEqual([]);
  });

  it('run once', async () => {
    expect(await migrateDatabase(server.url)).toEqual([]);
  });

  it('step back from a table that is held, so that nobody waits behind them for long, and come again', async () => {
    const own = await emptyDatabase();
    const holder = new Client({ connectionString: own.url });
    const reader = new Client({ connectionString: own.url });
    try {
      const upTo = MIGRATIONS.slice(0, MIGRATIONS.indexOf(TracesOfJobs1764000900000) + 1);
      await migrateDatabase(own.url, upTo.slice(0, -1));
      await Promise.all([holder.connect(), reader.connect()]);
      await holder.query('BEGIN; SELECT FROM jobs');
      const migrating = migrateDatabase(own.url, upTo);
      const waiting = 'SELECT count(*)::int AS n FROM pg_locks WHERE NOT granted';
      while ((await reader.query<{ n: number }>(waiting)).rows[0]?.n !== 1) await sleep(20);
      // Behind the migration, which waits for the holder.
      await reader.query('SELECT FROM jobs');
      await holder.query('COMMIT');
      expect(await migrating).toEqual([TracesOfJobs1764000900000.name]);
    } finally {
      await Promise.all([holder.end(), reader.end()]);
      await own.drop();
    }
  });

  it('say what is wrong when they cannot run', async () => {
    const nowhere = server.url.replace(/[^/]+$/, 'nowhere');
    await expect(migrateDatabase(nowhere)).rejects.toThrow(/^The migrations did not run: .*"nowhere" does not exist/);
  });
});
