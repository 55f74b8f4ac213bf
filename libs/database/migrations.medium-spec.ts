import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { emptyDatabase, fillTables, type TestDatabase } from '#testing/database';
import { ownerDataSource } from './data-source.js';
import { migrateDatabase, schemaDifferences, takeBackMigrations } from './migrate.js';
import { TranscriptSearch1764000700000 } from './migrations/1764000700000-transcript-search.js';
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

  it('are taken back and run again on what was written meanwhile', async () => {
    const own = await emptyDatabase();
    const dataSource = ownerDataSource(own.url);
    try {
      await migrateDatabase(own.url);
      await takeBackMigrations(own.url, [TranscriptSearch1764000700000]);
      const queryRunner = (await dataSource.initialize()).createQueryRunner();
      await fillTables(queryRunner);
      expect(await migrateDatabase(own.url)).toEqual([TranscriptSearch1764000700000.name]);
      const [found] = (await queryRunner.query(`SELECT search::text AS words FROM transcriptions`)) as { words: string }[];
      expect(found?.words).toContain('workspace:');
      await queryRunner.release();
    } finally {
      if (dataSource.isInitialized) await dataSource.destroy();
      await own.drop();
    }
  });

  it('say what is wrong when they cannot run', async () => {
    const nowhere = server.url.replace(/[^/]+$/, 'nowhere');
    await expect(migrateDatabase(nowhere)).rejects.toThrow(/^The migrations did not run: .*"nowhere" does not exist/);
  });
});
