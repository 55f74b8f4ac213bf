import { afterAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { type TestDatabase, testDatabase } from './test-database.js';

async function query(url: string, sql: string): Promise<object[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('testDatabase', () => {
  const made: TestDatabase[] = [];
  afterAll(async () => {
    await Promise.all(made.map((database) => database.drop()));
  });

  it('gives each caller a migrated database of its own, also when several ask at once', async () => {
    made.push(...(await Promise.all([testDatabase(), testDatabase(), testDatabase()])));
    const [first, second] = made;
    if (first === undefined || second === undefined) throw new Error('Three were asked for.');
    await query(first.url, `INSERT INTO worker_pulses (worker) VALUES ('here')`);
    expect(await query(first.url, 'SELECT worker FROM worker_pulses')).toEqual([{ worker: 'here' }]);
    expect(await query(second.url, 'SELECT worker FROM worker_pulses')).toEqual([]);
    expect(await query(second.url, `SELECT to_regclass('bullmq.job') IS NOT NULL AS queued`)).toEqual([{ queued: true }]);
  });

  it('is gone after its drop, although somebody is connected', async () => {
    const database = await testDatabase();
    const client = new Client({ connectionString: database.url });
    client.on('error', () => undefined); // the drop ends this connection
    await client.connect();
    await database.drop();
    await expect(query(database.url, 'SELECT 1')).rejects.toMatchObject({ code: '3D000' });
  });
});
