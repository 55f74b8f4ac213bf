import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import type { DataSource, QueryRunner } from 'typeorm';
import { emptyDatabase, type TestDatabase } from '#testing/database';
import { ownerDataSource } from '../data-source.js';
import { buildIndex, changeRows } from './beside-the-apps.js';

const ROWS = 1_200;
const TABLE = `
CREATE TABLE notes (id uuid PRIMARY KEY, text text NOT NULL, words integer);
INSERT INTO notes (id, text) SELECT gen_random_uuid(), 'note ' || n FROM generate_series(1, ${ROWS}) AS n;
DO $$ BEGIN CREATE ROLE steno_system; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
GRANT ALL ON notes TO steno_system`;
const WAITING = 'SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = $1';

describe('what a migration does beside the apps', () => {
  let server: TestDatabase;
  let dataSource: DataSource;
  let queryRunner: QueryRunner;
  let [holder, app] = [new Client(), new Client()];

  beforeEach(async () => {
    server = await emptyDatabase();
    dataSource = await ownerDataSource(server.url).initialize();
    queryRunner = dataSource.createQueryRunner();
    [holder, app] = [new Client({ connectionString: server.url }), new Client({ connectionString: server.url })];
    await Promise.all([holder.connect(), app.connect()]);
    await app.query(TABLE);
    // Whoever waits for the migration is refused at once.
    await app.query('SET lock_timeout = 100');
  });
  afterEach(async () => {
    await Promise.all([holder.end(), app.end()]);
    await queryRunner.release();
    await dataSource.destroy();
    await server.drop();
  });

  async function untilItWaits(): Promise<void> {
    while ((await app.query<{ n: number }>(WAITING, ['Lock'])).rows[0]?.n !== 1) await sleep(10);
  }

  const indexes = async (): Promise<string[]> =>
    (
      await app.query<{ name: string }>(
        `SELECT indexrelid::regclass::text AS name FROM pg_index WHERE indisvalid AND indrelid = 'notes'::regclass`,
      )
    ).rows.map(({ name }) => name);

  it('builds an index while the table is read and written', async () => {
    await holder.query(`BEGIN; UPDATE notes SET words = 1 WHERE text = 'note 1'`);
    const building = buildIndex(queryRunner, 'notes_text_idx', 'notes (text)');
    await untilItWaits();
    await app.query(`UPDATE notes SET words = 2 WHERE text = 'note 2'`);
    await holder.query('COMMIT');
    await building;
    expect(await indexes()).toEqual(['notes_pkey', 'notes_text_idx']);
  });

  it('builds an index anew that was cut off', async () => {
    await holder.query(`BEGIN; UPDATE notes SET words = 1 WHERE text = 'note 1'`);
    const building = buildIndex(queryRunner, 'notes_text_idx', 'notes (text)');
    await untilItWaits();
    await app.query(`SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONCURRENTLY%'`);
    await expect(building).rejects.toThrow('canceling statement due to user request');
    await holder.query('COMMIT');
    expect(await indexes()).toEqual(['notes_pkey']);
    await buildIndex(queryRunner, 'notes_text_idx', 'notes (text)');
    expect(await indexes()).toEqual(['notes_pkey', 'notes_text_idx']);
    expect(await queryRunner.query('SHOW lock_timeout')).toEqual([{ lock_timeout: '800ms' }]);
  });

  it('changes every row, gives way where one is held, and holds none meanwhile', async () => {
    const [last] = (await app.query<{ id: string }>('SELECT id FROM notes ORDER BY id DESC LIMIT 1')).rows;
    await holder.query('BEGIN');
    await holder.query('SELECT FROM notes WHERE id = $1 FOR UPDATE', [last?.id]);
    const changing = changeRows(queryRunner, 'notes', 'words = 3', 'words IS NULL');
    const first = `UPDATE notes SET text = 'mine' WHERE words = 3`;
    await untilItWaits();
    // Those of the batches before are free.
    expect((await app.query(first)).rowCount).toBe(1_000);
    await holder.query('COMMIT');
    await changing;
    expect((await app.query('SELECT FROM notes WHERE words = 3')).rowCount).toBe(ROWS);
  });
});
