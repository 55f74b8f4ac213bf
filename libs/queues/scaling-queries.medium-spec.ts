import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { type TestDatabase, testDatabase } from '#testing/database';

const QUERIES = join(import.meta.dirname, '..', '..', 'charts', 'steno', 'queries');
const PLAN_JOBS = `'{"free":2,"pro":64,"enterprise":256,"custom":256}'`;

/** A question of the autoscaler as the chart asks it. */
const question = (name: string): string =>
  readFileSync(join(QUERIES, `${name}.sql`), 'utf8').replaceAll(":'plan_jobs'", PLAN_JOBS);

/** Jobs of one name in the state that the columns say. */
interface Rows {
  name?: string;
  jobs?: number;
  state?: 'waiting' | 'running' | 'done';
  rung?: boolean;
  /** Seconds since they became due; negative: not yet. */
  dueFor?: number;
}

describe('the questions of the autoscaler', () => {
  let database: TestDatabase;
  let client: Client;

  beforeAll(async () => {
    database = await testDatabase();
    client = new Client(database.url);
    await client.connect();
  });

  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  /** Asks both of these rows alone, as a login that sees all workspaces and may not write. */
  async function ask(...workspaces: { plan?: string; rows: Rows[] }[]): Promise<{ depth: number; oldest: number }> {
    await client.query('BEGIN');
    try {
      await client.query('SET LOCAL ROLE steno_system');
      for (const { plan = 'pro', rows } of workspaces) await insert(plan, rows);
      await client.query('SET LOCAL transaction_read_only = on');
      return { depth: await answer('queue-depth'), oldest: await answer('oldest-job') };
    } finally {
      await client.query('ROLLBACK');
    }
  }

  async function insert(plan: string, kinds: Rows[]): Promise<void> {
    const workspace = randomUUID();
    await client.query(`INSERT INTO workspaces (id, kind, name, plan) VALUES ($1, 'team', 'Scaled', $2)`, [workspace, plan]);
    for (const { name = 'transcription.transcribe-chunk', jobs = 1, state = 'waiting', rung = false, dueFor = 0 } of kinds) {
      await client.query(
        `INSERT INTO jobs (workspace_id, name, subject_id, part, request_id, state, rung_at, due_at)
         SELECT $1, $2, gen_random_uuid(), part, 'r', $3, CASE WHEN $4 THEN now() END, now() - make_interval(secs => $5)
         FROM generate_series(1, $6::int) part`,
        [workspace, name, state, rung || state === 'running', dueFor, jobs],
      );
    }
  }

  async function answer(name: string): Promise<number> {
    const { rows } = await client.query<Record<string, string>>(question(name));
    const [value] = Object.values(rows[0] ?? {});
    return Number(value);
  }

  it('answer nothing where there is nothing to do', async () => {
    const finished: Rows = { state: 'done', dueFor: 900 };
    expect(await ask({ rows: [finished] })).toEqual({ depth: 0, oldest: 0 });
  });

  it('count what is under way, rung and due, of whatever priority, and not what is due later', async () => {
    const rows: Rows[] = [
      { state: 'running', jobs: 3, dueFor: 500 },
      { rung: true, jobs: 2, dueFor: 20 },
      { jobs: 7, dueFor: 40 },
      { jobs: 50, dueFor: -3600 },
    ];
    expect(await ask({ rows })).toEqual({ depth: 12, oldest: 40 });
  });

  it('leave out what waits because its workspace has all under way that its plan allows', async () => {
    const held = { plan: 'free', rows: [{ state: 'running', jobs: 2 } as const, { jobs: 1000, dueFor: 5000 }] };
    expect(await ask(held)).toEqual({ depth: 2, oldest: 0 });
    expect(await ask(held, { rows: [{ dueFor: 15 }] })).toEqual({ depth: 3, oldest: 15 });
  });

  it('may be asked by a login that can be nothing but steno_system', async () => {
    await client.query('BEGIN');
    try {
      await insert('pro', [{ jobs: 4, dueFor: 30 }]);
      await client.query('CREATE ROLE steno_scaler_of_a_test LOGIN IN ROLE steno_system');
      await client.query('SET LOCAL ROLE steno_scaler_of_a_test');
      expect([await answer('queue-depth'), await answer('oldest-job')]).toEqual([4, 30]);
    } finally {
      await client.query('ROLLBACK');
    }
  });

  it('hold back only what plans hold back', async () => {
    const letters = { plan: 'free', rows: [{ name: 'mail.send', jobs: 9, dueFor: 60 }] };
    expect(await ask(letters)).toEqual({ depth: 9, oldest: 60 });
  });
});
