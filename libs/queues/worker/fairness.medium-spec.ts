import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { TestingModule } from '@nestjs/testing';
import { Client } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { Database, type SystemTransaction } from '#database';
import { testConfig } from '#testing/config';
import { type TestDatabase, testDatabase } from '#testing/database';
import { makeWorkspace } from '#testing/factories';
import { Feeder } from '../feeder.js';
import { JobOutbox, type NewJob } from '../job-outbox.js';
import { Script, startSender, startWorker } from './scripted-worker.fixture.js';

const NAME = 'transcription.prepare';
const SLOTS = 4;

let server: TestDatabase;
beforeAll(async () => {
  server = await testDatabase();
});
afterAll(() => server.drop());

async function workspaces(database: Database, count: number): Promise<string[]> {
  return Promise.all(Array.from({ length: count }, async () => (await makeWorkspace(database)).id));
}

function jobsOf(workspaceId: string, count: number): NewJob<typeof NAME>[] {
  const subjectId = uuidv7();
  return Array.from({ length: count }, (_, part) => ({ workspaceId, subjectId, part, payload: {} }));
}

describe('a worker with jobs of several workspaces', () => {
  let worker: TestingModule;
  let database: Database;
  /** The workspaces of the jobs, in the order in which they began. */
  const begun: string[] = [];
  beforeAll(async () => {
    worker = await startWorker(testConfig({ DATABASE_URL: server.url, MEDIA_CONCURRENCY: String(SLOTS) }));
    database = worker.get(Database);
    worker.get(Script).run = async (job) => {
      begun.push(job.facts.workspaceId);
      await sleep(20);
      await job.commit(() => Promise.resolve());
    };
    const pulses = () => database.asSystem((tx) => tx.query('SELECT FROM worker_pulses'));
    while ((await pulses()).length === 0) await sleep(50);
  });
  beforeEach(async () => {
    await database.asSystem((tx) => tx.execute('DELETE FROM jobs'));
    begun.length = 0;
  });
  afterAll(() => worker.close());

  async function owe(workspaceId: string, count: number): Promise<void> {
    await database.inWorkspace(workspaceId, (tx) => worker.get(JobOutbox).addMany(tx, NAME, jobsOf(workspaceId, count)));
  }

  async function untilBegun(count: number): Promise<void> {
    while (begun.length < count) await sleep(5);
  }

  it('begins the single job of one while another has a thousand, within twice the time of a job', async () => {
    const [many = '', single = ''] = await workspaces(database, 2);
    await owe(many, 1_000);
    await untilBegun(40);
    await owe(single, 1);
    const before = begun.length;
    while (!begun.includes(single)) await sleep(2);
    // With four slots, eight begin in twice the time of one.
    expect(begun.indexOf(single) - before).toBeLessThanOrEqual(2 * SLOTS);
    await database.asSystem((tx) => tx.execute(`DELETE FROM jobs WHERE state = 'waiting'`));
  });

  it('gives ten workspaces with equal work equal shares (Jain index at least 0.95)', async () => {
    const ten = await workspaces(database, 10);
    await database.asSystem((tx) =>
      worker.get(JobOutbox).addMany(
        tx,
        NAME,
        ten.flatMap((id) => jobsOf(id, 30)),
      ),
    );
    await untilBegun(10 * 10);
    const shares = ten.map((id) => begun.filter((workspaceId) => workspaceId === id).length);
    const sum = shares.reduce((total, share) => total + share, 0);
    const jain = sum ** 2 / (10 * shares.reduce((total, share) => total + share ** 2, 0));
    expect(jain).toBeGreaterThanOrEqual(0.95);
    await database.asSystem((tx) => tx.execute(`DELETE FROM jobs WHERE state = 'waiting'`));
  });
});

describe('the feeder', () => {
  let sender: TestingModule;
  let database: Database;
  let feeder: Feeder;
  beforeAll(async () => {
    sender = await startSender(testConfig({ DATABASE_URL: server.url, PLAN_JOBS: 'free=3' }));
    database = sender.get(Database);
    feeder = sender.get(Feeder);
  });
  beforeEach(() => database.asSystem((tx) => tx.execute('DELETE FROM jobs')));
  afterAll(() => sender.close());

  /** In a transaction of the owing, so that the relay does not ring first. */
  async function pickAfter(
    owed: { workspaceId: string; priority?: number; state?: string; count?: number }[],
    room: number,
  ): Promise<{ workspaceId: string; priority: number }[]> {
    return database.asSystem(async (tx) => {
      for (const { workspaceId, priority = 0, state = 'waiting', count = 1 } of owed) {
        await tx.execute(
          `INSERT INTO jobs (workspace_id, name, subject_id, part, request_id, priority, state)
           SELECT $1, $2, $3, part, 'test', $4, $5 FROM generate_series(1, $6) part`,
          [workspaceId, NAME, uuidv7(), priority, state, count],
        );
      }
      const picked = await feeder.pick(tx, NAME, room);
      const result = [];
      for (const job of picked) result.push({ ...job, priority: await priorityOf(tx, job.id) });
      await tx.execute('DELETE FROM jobs');
      return result;
    });
  }

  async function priorityOf(tx: SystemTransaction, id: string): Promise<number> {
    const [row] = await tx.query<{ priority: number }>('SELECT priority FROM jobs WHERE id = $1', [id]);
    return row?.priority ?? NaN;
  }

  it('takes turns, and lets priority act inside a workspace alone', async () => {
    const [a = '', b = ''] = (await workspaces(database, 2)).toSorted();
    const picked = await pickAfter(
      [
        { workspaceId: a, count: 5 },
        { workspaceId: a, priority: 1 },
        { workspaceId: a, priority: -1 },
        { workspaceId: b, priority: -1, count: 2 },
      ],
      4,
    );
    expect(picked.map(({ workspaceId, priority }) => [workspaceId === a ? 'a' : 'b', priority])).toEqual([
      ['a', 1],
      ['b', -1],
      ['a', 0],
      ['b', -1],
    ]);
  });

  it('prefers who has less under way', async () => {
    const [a = '', b = ''] = await workspaces(database, 2);
    const picked = await pickAfter(
      [
        { workspaceId: a, state: 'running', count: 2 },
        { workspaceId: a, count: 3 },
        { workspaceId: b, count: 3 },
      ],
      2,
    );
    expect(picked.map(({ workspaceId }) => workspaceId)).toEqual([b, b]);
  });

  it('keeps to the limit of the plan', async () => {
    const [free = ''] = await workspaces(database, 1);
    const { id: pro } = await makeWorkspace(database, { plan: 'pro' });
    const running = { workspaceId: free, state: 'running', count: 2 };
    const picked = await pickAfter([running, { workspaceId: free, count: 9 }, { workspaceId: pro, count: 9 }], 12);
    expect(picked.filter(({ workspaceId }) => workspaceId === free)).toHaveLength(1);
    expect(picked.filter(({ workspaceId }) => workspaceId === pro)).toHaveLength(9);
  });

  it('reads no more of 50 000 that wait than it chooses', async () => {
    const [a = '', b = ''] = await workspaces(database, 2);
    const insert = `INSERT INTO jobs (workspace_id, name, subject_id, part, request_id)
      SELECT CASE WHEN part % 1000 = 0 THEN $2::uuid ELSE $1::uuid END, $3, $4, part, 'test' FROM generate_series(1, 50000) part`;
    await database.asSystem((tx) => tx.execute(insert, [a, b, NAME, uuidv7()]));
    await asOwner('ANALYZE jobs');
    const read = await database.asSystem(async (tx) => {
      await feeder.lanes(tx);
      await feeder.pick(tx, NAME, 6);
      const [row] = await tx.query<{ rows: number }>(
        `SELECT (seq_tup_read + idx_tup_fetch)::int AS rows FROM pg_stat_xact_user_tables WHERE relname = 'jobs'`,
      );
      return row?.rows;
    });
    // The few it chooses from, each read by more than one index, and what the relay rang just before: never the 50 000.
    expect(read).toBeLessThan(1_000);
  });

  async function asOwner(sql: string): Promise<void> {
    const client = new Client({ connectionString: server.url });
    await client.connect();
    await client.query(sql);
    await client.end();
  }
});
