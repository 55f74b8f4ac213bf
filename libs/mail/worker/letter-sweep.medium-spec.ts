import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import type { Database } from '#database';
import { Log } from '#observability';
import { openDatabase, type TestDatabase, testDatabase } from '#testing/database';
import { makeWorkspace } from '#testing/factories';
import { MailsRepository } from '../mails.repository.js';
import { LetterSweep } from './letter-sweep.js';

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

it('removes letters that were sent or given up thirty days ago, and none that waits', async () => {
  const { id: workspaceId } = await makeWorkspace(database);
  const insert = `INSERT INTO mails (id, workspace_id, recipient, subject, content_sealed, state, created_at)
    VALUES ($1, $2, 'ada@example.com', $3, CASE WHEN $4 = 'waiting' THEN '\\x00'::bytea END, $4, now() - make_interval(days => $5))`;
  const letters = [
    ['sent long ago', 'sent', 31],
    ['given up long ago', 'failed', 31],
    ['sent lately', 'sent', 29],
    ['waiting', 'waiting', 31],
  ] as const;
  for (const [subject, state, days] of letters)
    await database.asSystem((tx) => tx.execute(insert, [uuidv7(), workspaceId, subject, state, days]));
  await new LetterSweep(database, new Log({ app: 'test', level: 'silent' }), new MailsRepository()).sweep();
  const left = await database.asSystem((tx) => tx.query('SELECT subject FROM mails ORDER BY subject'));
  expect(left).toEqual([{ subject: 'sent lately' }, { subject: 'waiting' }]);
});
