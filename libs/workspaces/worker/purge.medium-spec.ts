import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { v7 as uuidv7 } from 'uuid';
import { AuditLog } from '#audit';
import { ConfigModule } from '#config';
import type { Database, WorkspaceTransaction } from '#database';
import { Log, ObservabilityModule } from '#observability';
import { ClaimedJob, type JobFacts, LeaseLostError } from '#queues/worker';
import { ObjectStore, StorageModule } from '#storage';
import { testConfig } from '#testing/config';
import { openDatabase, type TestDatabase, testDatabase } from '#testing/database';
import { makeAudio, makeMembership, makeTranscription, makeUser, makeWorkspace } from '#testing/factories';
import { PurgeHandler } from './purge.handler.js';

/** What stays: the record of what was done. */
const STAYS = 'audit_log';

let server: TestDatabase;
let database: Database;
let directory: string;
let stores: INestApplicationContext;
let store: ObjectStore;
let handler: PurgeHandler;

beforeAll(async () => {
  server = await testDatabase();
  database = await openDatabase(server.url);
  directory = mkdtempSync(join(tmpdir(), 'steno-purge-'));
  const log = new Log({ app: 'test', level: 'silent' });
  const config = testConfig({ STENO_HOME: directory });
  @Module({ imports: [ConfigModule.with(config), ObservabilityModule.with(log), StorageModule.forConfig()] })
  class Stores {}
  stores = await NestFactory.createApplicationContext(Stores, { logger: log });
  store = stores.get(ObjectStore);
  handler = new PurgeHandler(store, new AuditLog(), log);
});
afterAll(async () => {
  await stores.close();
  await database.onApplicationShutdown();
  await server.drop();
  rmSync(directory, { recursive: true, force: true });
});

/** Rows of a workspace by table, of all tables that name one. */
async function rowsOf(workspaceId: string): Promise<Record<string, number>> {
  return database.asSystem(async (tx) => {
    const tables = await tx.query<{ name: string; column: string }>(
      `SELECT table_name AS name, column_name AS column FROM information_schema.columns
       WHERE table_schema = 'public' AND (column_name = 'workspace_id' OR (table_name = 'workspaces' AND column_name = 'id'))`,
    );
    const counts: Record<string, number> = {};
    for (const { name, column } of tables) {
      const [row] = await tx.query<{ rows: number }>(`SELECT count(*)::int AS rows FROM ${name} WHERE ${column} = $1`, [
        workspaceId,
      ]);
      counts[name] = row?.rows ?? 0;
    }
    return counts;
  });
}

async function objectsOf(workspaceId: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(`workspaces/${workspaceId}/`)) keys.push(key);
  return keys;
}

/** A workspace with something in every table whose rows a workspace has, deleted so many seconds ago or not at all. */
async function fullWorkspace(purgeIn: string | null): Promise<string> {
  const { id } = await makeWorkspace(database);
  const { id: userId } = await makeUser(database);
  await makeMembership(database, id, userId, 'owner');
  for (let turn = 0; turn < 45; turn += 1) await makeAudio(database, id);
  const transcription = await makeTranscription(database, id);
  await database.asSystem(async (tx) => {
    const insert = (sql: string, parameters: unknown[]) => tx.execute(`INSERT INTO ${sql}`, parameters);
    await insert(
      `transcription_chunks (transcription_id, generation, index, workspace_id, start_seconds, end_seconds, bytes, object_key)
       SELECT $1, 1, n, $2, n, n + 1, 10, 'k' FROM generate_series(1, 100) AS n`,
      [transcription.id, id],
    );
    await insert(
      `transcript_segments (transcription_id, index, workspace_id, start, "end", text) VALUES ($1, 0, $2, 0, 1, 'hello')`,
      [transcription.id, id],
    );
    await insert(
      `transcription_attempts (id, workspace_id, transcription_id, generation, chunk_index, provider, model, outcome, latency_ms, audio_seconds)
       VALUES ($1, $2, $3, 1, 0, 'local', 'm', 'answered', 1, 1)`,
      [uuidv7(), id, transcription.id],
    );
    await insert(
      `invitations (id, workspace_id, email, role, token_hash, invited_by, expires_at) VALUES ($1, $2, 'a@example.com', 'viewer', gen_random_uuid()::text, $3, now())`,
      [uuidv7(), id, userId],
    );
    await insert(`workspace_keys (id, workspace_id, master_key_id, sealed) VALUES ($1, $2, 'k', '\\x00')`, [uuidv7(), id]);
    await insert(
      `jobs (workspace_id, name, subject_id, request_id, due_at) VALUES ($1, 'storage.discard', $2, 'r', 'infinity')`,
      [id, uuidv7()],
    );
    await insert(`audit_log (id, workspace_id, action, actor_kind) VALUES ($1, $2, 'workspace.deleted', 'user')`, [uuidv7(), id]);
    if (purgeIn !== null)
      await tx.execute(
        `UPDATE workspaces SET deleted_at = now() - interval '30 days', purge_at = now() + $2::interval WHERE id = $1`,
        [id, purgeIn],
      );
  });
  for (const name of ['audio/a/original.wav', 'audio/b/original.wav', 'transcriptions/c/chunk-1.flac'])
    await store.put(`workspaces/${id}/${name}`, Readable.from([Buffer.from('sound')]), { contentType: 'audio/wav' });
  return id;
}

/** The job, claimed by a worker. */
async function claim(workspaceId: string): Promise<JobFacts<'workspace.purge'>> {
  return database.asSystem(async (tx) => {
    await tx.execute(
      `INSERT INTO jobs (workspace_id, name, subject_id, request_id) VALUES ($1, 'workspace.purge', $1, 'r')
       ON CONFLICT (name, subject_id, generation, part) DO NOTHING`,
      [workspaceId],
    );
    const [facts] = await tx.query<JobFacts<'workspace.purge'>>(
      `UPDATE jobs SET state = 'running', epoch = epoch + 1, lease_until = now() + interval '1 minute'
       WHERE name = 'workspace.purge' AND subject_id = $1
       RETURNING id, name, workspace_id AS "workspaceId", subject_id AS "subjectId", generation, part, payload,
         request_id AS "requestId", epoch, failures, crashes, 0 AS "ageSeconds"`,
      [workspaceId],
    );
    if (facts === undefined) throw new Error('There is no job to claim.');
    return facts;
  });
}

/** Ends like a killed worker before its nth write. */
class MortalJob extends ClaimedJob<'workspace.purge'> {
  constructor(
    facts: JobFacts<'workspace.purge'>,
    private writes: number,
  ) {
    super(facts, new AbortController().signal, database);
  }

  override async write<T>(effects: (tx: WorkspaceTransaction) => Promise<T>): Promise<T> {
    this.live();
    return super.write(effects);
  }

  override async commit(effects: (tx: WorkspaceTransaction) => Promise<void>): Promise<void> {
    this.live();
    return super.commit(effects);
  }

  private live(): void {
    this.writes -= 1;
    if (this.writes < 0) throw new Error('killed');
  }
}

describe('a purge', () => {
  it('removes a personal workspace whose account is gone: nobody named its time', async () => {
    const id = await fullWorkspace('-1 minute');
    await database.asSystem((tx) => tx.execute(`UPDATE workspaces SET kind = 'personal', purge_at = NULL WHERE id = $1`, [id]));
    await handler.run(new ClaimedJob(await claim(id), new AbortController().signal, database));
    expect(await objectsOf(id)).toEqual([]);
    expect(await rowsOf(id)).toMatchObject({ workspaces: 0, audio: 0, jobs: 0 });
  });

  it('leaves neither rows nor objects of the workspace, the record of what was done, and all of every other', async () => {
    const [doomed, neighbour] = [await fullWorkspace('-1 second'), await fullWorkspace(null)];
    const before = await rowsOf(neighbour);
    // What no test made cannot be seen to go.
    const filled = Object.keys(before).filter((table) => (before[table] ?? 0) > 0);
    expect(filled).toEqual(
      expect.arrayContaining(['audio', 'transcriptions', 'transcription_chunks', 'invitations', 'memberships', 'jobs']),
    );
    await handler.run(new MortalJob(await claim(doomed), Infinity));
    const after = await rowsOf(doomed);
    expect(Object.entries(after).filter(([table, rows]) => rows > 0 && table !== STAYS)).toEqual([]);
    expect(after[STAYS]).toBe(2);
    expect(await objectsOf(doomed)).toEqual([]);
    expect(await rowsOf(neighbour)).toEqual(before);
    expect(await objectsOf(neighbour)).toHaveLength(3);
  });

  it('reaches every table that names a workspace: by its own foreign key, or by that of what it hangs on', async () => {
    const unreachable = await database.asSystem((tx) =>
      tx.query<{ name: string }>(
        `WITH RECURSIVE gone AS (
           SELECT 'workspaces'::regclass::oid AS oid
           UNION SELECT k.conrelid FROM pg_constraint k JOIN gone ON k.confrelid = gone.oid WHERE k.contype = 'f' AND k.confdeltype = 'c')
         SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'workspace_id'
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.oid NOT IN (SELECT oid FROM gone)`,
      ),
    );
    expect(unreachable).toEqual([{ name: STAYS }]);
  });

  it('can be killed before any of its writes and begun again', async () => {
    const doomed = await fullWorkspace('-1 second');
    let deaths = 0;
    for (let writes = 0; ; writes += 1) {
      try {
        await handler.run(new MortalJob(await claim(doomed), writes));
        break;
      } catch (error) {
        expect(error).toMatchObject({ message: 'killed' });
        deaths += 1;
      }
    }
    expect(deaths).toBeGreaterThan(2);
    expect(Object.entries(await rowsOf(doomed)).filter(([table, rows]) => rows > 0 && table !== STAYS)).toEqual([]);
  });

  it.each([
    ['restored', null],
    ['deleted anew', '30 days'],
  ])('does nothing to a workspace that was %s', async (_, purgeIn) => {
    const id = await fullWorkspace(purgeIn);
    const before = await rowsOf(id);
    await handler.run(new MortalJob(await claim(id), Infinity));
    expect(await rowsOf(id)).toEqual({ ...before, jobs: (before['jobs'] ?? 0) + 1 });
    expect(await objectsOf(id)).toHaveLength(3);
  });

  it('writes nothing more when another worker took over', async () => {
    const id = await fullWorkspace('-1 second');
    const stale = new MortalJob(await claim(id), Infinity);
    await claim(id);
    await expect(handler.run(stale)).rejects.toThrow(LeaseLostError);
    expect((await rowsOf(id))['audio']).toBe(45);
  });
});
