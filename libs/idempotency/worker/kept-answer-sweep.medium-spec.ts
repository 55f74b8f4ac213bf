import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import type { Database } from '#database';
import { Log } from '#observability';
import { openDatabase, type TestDatabase, testDatabase } from '#testing/database';
import { makeWorkspace } from '#testing/factories';
import { IdempotencyKeysRepository } from '../idempotency-keys.repository.js';
import { KeptAnswerSweep } from './kept-answer-sweep.js';

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

it('removes what is older than a day, in every workspace, and nothing else', async () => {
  const insert = `INSERT INTO idempotency_keys (id, workspace_id, principal, key, fingerprint, expires_at)
    VALUES ($1, $2, 'user:u', $3, '-', now() + make_interval(secs => $4))`;
  for (const { id } of [await makeWorkspace(database), await makeWorkspace(database)])
    for (const [key, seconds] of [
      ['old', -1],
      ['new', 60],
    ] as const)
      await database.asSystem((tx) => tx.execute(insert, [uuidv7(), id, key, seconds]));
  await new KeptAnswerSweep(database, new Log({ app: 'test', level: 'silent' }), new IdempotencyKeysRepository()).sweep();
  const left = await database.asSystem((tx) => tx.query('SELECT key FROM idempotency_keys'));
  expect(left).toEqual([{ key: 'new' }, { key: 'new' }]);
});
