import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import type { Database } from '#database';
import { openDatabase, type TestDatabase, testDatabase } from '#testing/database';
import { makeWorkspace } from '#testing/factories';
import { AuditEntriesRepository } from './audit-entries.repository.js';
import { AuditLog } from './audit-log.js';
import { AuditTrail } from './audit-trail.service.js';

const ROWS = 100_000;
const LOOK_EVERY_BYTES = 4_000_000;

let server: TestDatabase;
let database: Database;
let trail: AuditTrail;
let workspaceId: string;
let actorId: string;

beforeAll(async () => {
  server = await testDatabase();
  database = await openDatabase(server.url);
  trail = new AuditTrail(database, new AuditEntriesRepository(), new AuditLog());
  ({ id: workspaceId } = await makeWorkspace(database));
  const { id: other } = await makeWorkspace(database);
  actorId = uuidv7();
  // Half of the rows are another workspace's. Ids rise with time, as they do in life.
  await database.asSystem((tx) =>
    tx.execute(
      `INSERT INTO audit_log (id, workspace_id, at, action, actor_kind, actor_id, actor_name, target_kind, target_id, details)
       SELECT ('019aa3a0-' || lpad(to_hex(n / 65536), 4, '0') || '-7' || lpad(to_hex(n % 4096), 3, '0') || '-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
         CASE WHEN n % 2 = 0 THEN $1::uuid ELSE $2::uuid END, now() - make_interval(secs => $4 * 2 - n),
         CASE WHEN n % 1000 = 0 THEN 'invitation.sent' ELSE 'session.started' END, 'user',
         CASE WHEN n % 500 = 0 THEN $3::uuid ELSE gen_random_uuid() END, 'Ada', 'session', 'target-' || n, '{}'
       FROM generate_series(1, $4 * 2) AS n`,
      [workspaceId, other, actorId, ROWS],
    ),
  );
}, 60_000);
afterAll(async () => {
  await database.onApplicationShutdown();
  await server.drop();
});

describe('the rights of the database', () => {
  const id = uuidv7();
  it.each([
    `UPDATE audit_log SET action = 'x'`,
    `DELETE FROM audit_log`,
    `TRUNCATE audit_log`,
    `INSERT INTO audit_log (id, action, actor_kind) VALUES ('${id}', 'x', 'user') ON CONFLICT (id) DO UPDATE SET action = 'y'`,
  ])('let nobody change the record: %s', async (sql) => {
    const denied = { code: '42501', message: expect.stringContaining('permission denied') };
    await expect(database.inWorkspace(workspaceId, (tx) => tx.execute(sql))).rejects.toMatchObject(denied);
    await expect(database.asSystem((tx) => tx.execute(sql))).rejects.toMatchObject(denied);
  });

  it('show a workspace its own records, and let it write no other’s', async () => {
    const seen = await database.inWorkspace(workspaceId, (tx) => tx.query('SELECT DISTINCT workspace_id AS id FROM audit_log'));
    expect(seen).toEqual([{ id: workspaceId }]);
    const forge = new AuditLog();
    const record = { workspaceId: uuidv7(), actor: { kind: 'system' }, action: 'workspace.created' } as const;
    await expect(database.inWorkspace(workspaceId, (tx) => forge.record(tx, record))).rejects.toMatchObject({ code: '42501' });
  });
});

describe('a list of 100 000 records', () => {
  const page = { page: 1, limit: 20 };
  it.each([
    ['all', {}, 'audit_log_workspace_id_id_idx'],
    ['of an action', { action: 'invitation.sent' }, 'audit_log_workspace_id_action_id_idx'],
    ['of an actor', {}, 'audit_log_workspace_id_actor_id_id_idx'],
    ['of a target', { targetId: 'target-1000' }, 'audit_log_workspace_id_target_id_id_idx'],
  ] as const)('is found by its index: %s', async (which, filter, index) => {
    const conditions = Object.entries({ ...filter, ...(which === 'of an actor' ? { actorId } : {}) });
    const columns: Record<string, string> = { action: 'action', actorId: 'actor_id', targetId: 'target_id' };
    const where = conditions.map(([name], position) => `AND ${columns[name]} = $${position + 2}`).join(' ');
    const plan = await database.inWorkspace(workspaceId, (tx) =>
      tx.query<{ 'QUERY PLAN': string }>(
        `EXPLAIN SELECT * FROM audit_log WHERE workspace_id = $1 ${where} ORDER BY id DESC LIMIT 21`,
        [workspaceId, ...conditions.map(([, value]) => value)],
      ),
    );
    const text = plan.map((line) => line['QUERY PLAN']).join('\n');
    expect(text).toContain(index);
    expect(text).not.toContain('Seq Scan');
    const { items, total } = await trail.list(workspaceId, Object.fromEntries(conditions), page);
    expect(items.length).toBe(Math.min(20, total));
    expect(items.every((item) => item.workspaceId === workspaceId)).toBe(true);
  });

  it('is walked by cursor without meeting a record twice', async () => {
    const filter = { action: 'invitation.sent' } as const;
    const seen: string[] = [];
    for (let after: string | undefined; ;) {
      const { items, more } = await trail.list(workspaceId, filter, {
        page: 1,
        limit: 30,
        ...(after === undefined ? {} : { after }),
      });
      seen.push(...items.map(({ id }) => id));
      after = items.at(-1)?.id;
      if (!more) break;
    }
    expect(seen).toEqual([...new Set(seen)].sort().reverse());
    expect(seen).toHaveLength((ROWS * 2) / 1_000);
  });

  it('is cut by time, both ends counted', async () => {
    const { items } = await trail.list(workspaceId, {}, { page: 1, limit: 3 });
    const [first, , third] = items;
    if (first === undefined || third === undefined) throw new Error('There are three.');
    const { total } = await trail.list(workspaceId, { from: third.at, to: first.at }, page);
    expect(total).toBe(3);
  });
});

/** What is in use, without what the process has merely not cleared away yet. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc()');
  return process.memoryUsage().heapUsed;
}

describe('an export of 100 000 records', () => {
  it.each(['csv', 'json'] as const)(
    'as %s holds a batch at a time, and is itself recorded',
    async (format) => {
      const reader = { workspaceId, actor: { kind: 'user', id: actorId, name: 'Ada' } } as const;
      const filter = { action: 'session.started' } as const;
      let [lines, longest, bytes] = [0, 0, 0];
      const before = heldBytes();
      let highest = before;
      for await (const piece of await trail.export(reader, filter, format)) {
        const seen = bytes;
        lines += piece.split('\n').length - 1;
        longest = Math.max(longest, piece.length);
        bytes += piece.length;
        if (Math.floor(bytes / LOOK_EVERY_BYTES) > Math.floor(seen / LOOK_EVERY_BYTES)) highest = Math.max(highest, heldBytes());
      }
      const records = ROWS - (ROWS * 2) / 1_000;
      // The head of the CSV; the two lines that end the JSON array.
      expect(lines).toBe(records + (format === 'csv' ? 1 : 2));
      expect(longest).toBeLessThan(1_000_000);
      expect(bytes).toBeGreaterThan(10_000_000);
      expect(highest - before).toBeLessThan(10_000_000);
      const { items } = await trail.list(workspaceId, { action: 'audit_log.exported' }, { page: 1, limit: 1 });
      expect(items).toMatchObject([{ actorId, details: { format, action: 'session.started' } }]);
    },
    60_000,
  );
});
