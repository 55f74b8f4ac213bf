import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { Log, Readiness } from '#observability';
import { openDatabase, type TestDatabase, testDatabase } from '#testing/database';
import { makeAudio, makeTranscription, makeWorkspace } from '#testing/factories';
import { startCutOffProxy } from '#testing/servers';
import { appDataSource } from './data-source.js';
import { Database } from './database.js';
import { Audio, Transcription, type Workspace } from './entities/index.js';
import { WorkspaceRepository } from './workspace.repository.js';

class Recordings extends WorkspaceRepository<Audio> {
  constructor() {
    super(Audio);
  }
}

class Transcriptions extends WorkspaceRepository<Transcription> {
  constructor() {
    super(Transcription);
  }
}

interface SeenRow {
  workspace_id: string;
}

const OWNERS = 'SELECT workspace_id FROM audio';
const CONNECTIONS = 2;

let server: TestDatabase;
let dataSource: DataSource;
let database: Database;
let ours: Workspace;
let theirs: Workspace;
let ourAudio: Audio;
let theirAudio: Audio;

beforeAll(async () => {
  server = await testDatabase();
  const options = { url: server.url, poolSize: CONNECTIONS, statementTimeoutMs: 300, applicationName: 'steno-test' };
  dataSource = await appDataSource(options).initialize();
  database = new Database(dataSource, new Log({ app: 'test', level: 'silent' }), new Readiness());
  ours = await makeWorkspace(database);
  theirs = await makeWorkspace(database);
  ourAudio = await makeAudio(database, ours.id);
  theirAudio = await makeAudio(database, theirs.id);
});

afterAll(async () => {
  await database.onApplicationShutdown();
  await server.drop();
});

/** So many that every connection of the pool has its turn. */
async function onEveryConnection<T>(work: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: CONNECTIONS * 5 }, work));
}

describe('a read in a workspace', () => {
  it('sees the rows of the workspace and no others', async () => {
    expect(await database.readInWorkspace(ours.id, OWNERS)).toEqual([{ workspace_id: ours.id }]);
    expect(await database.readInWorkspace(theirs.id, OWNERS)).toEqual([{ workspace_id: theirs.id }]);
  });

  it('sees no row of another workspace when asked for it by id', async () => {
    expect(await database.readInWorkspace(ours.id, 'SELECT id FROM audio WHERE id = $1', [theirAudio.id])).toEqual([]);
    expect(await new Recordings().look(database, ours.id, theirAudio.id)).toBeNull();
  });

  it('leaves no workspace behind on its connection', async () => {
    await onEveryConnection(() => database.readInWorkspace(ours.id, OWNERS));
    const left = await onEveryConnection(() => dataSource.query<object[]>(OWNERS));
    expect(left.flat()).toEqual([]);
    const settings = await onEveryConnection(() =>
      dataSource.query<{ left: string }[]>(`SELECT coalesce(current_setting('steno.workspace_id', true), '') AS left`),
    );
    expect(new Set(settings.flat().map((row) => row.left))).toEqual(new Set(['']));
  });

  it('leaves no transaction open', async () => {
    await onEveryConnection(() => database.readInWorkspace(ours.id, OWNERS));
    const open = await database.asSystem((tx) =>
      tx.query(
        `SELECT 1 FROM pg_stat_activity WHERE application_name = 'steno-test' AND pid <> pg_backend_pid() AND state <> 'idle'`,
      ),
    );
    expect(open).toEqual([]);
  });

  it('never sees a foreign row over 2 000 reads of two workspaces between transactions, on two connections', async () => {
    const seen = await Promise.all(
      Array.from({ length: 2_000 }, async (_, turn): Promise<{ owner: string | null; rows: SeenRow[] }> => {
        const owner = turn % 2 === 0 ? ours.id : theirs.id;
        if (turn % 7 === 5) return { owner: null, rows: await dataSource.query<SeenRow[]>(OWNERS) };
        if (turn % 7 === 6) return { owner, rows: await database.inWorkspace(owner, (tx) => tx.query<SeenRow>(OWNERS)) };
        return { owner, rows: await database.readInWorkspace<SeenRow>(owner, OWNERS) };
      }),
    );
    for (const { owner, rows } of seen) expect(rows.map((row) => row.workspace_id)).toEqual(owner === null ? [] : [owner]);
  });

  it('gives a row as a transaction gives it, every column of it', async () => {
    const made = await makeTranscription(database, ours.id, {
      status: 'completed',
      durationSeconds: 61.25,
      text: 'Grüße, "quoted"\nand 🎙️',
      warnings: ['one: a sentence', ''],
      startedAt: new Date('2026-01-02T03:04:05.678Z'),
    });
    const transcriptions = new Transcriptions();
    const found = await database.inWorkspace(ours.id, (tx) => transcriptions.find(tx, made.id));
    expect({ ...(await transcriptions.look(database, ours.id, made.id)) }).toEqual({ ...found });
    expect({ ...found }).toEqual(made);
  });

  it('takes texts, numbers and nulls', async () => {
    const sql = 'SELECT $1::text AS text, $2::int AS number, $3::text AS nothing';
    expect(await database.readInWorkspace(ours.id, sql, [`'; DROP`, 7, null])).toEqual([
      { text: `'; DROP`, number: 7, nothing: null },
    ]);
  });
});

describe('a read that fails', () => {
  const failures: [name: string, code: string, sql: string, parameters: string[]][] = [
    ['as it is prepared', '42703', 'SELECT no_such_column FROM audio', []],
    ['with its parameters', '22P02', 'SELECT id FROM audio WHERE id = $1', ['no id']],
    ['in its course', '22012', 'SELECT 1 / (bytes - bytes) FROM audio', []],
    ['for its time', '57014', 'SELECT pg_sleep(5)', []],
    ['for what it may not see', '42501', 'SELECT id FROM users', []],
  ];

  it.each(failures)('%s says why, and what follows is answered', async (_, code, sql, parameters) => {
    const failing = await Promise.allSettled(
      Array.from({ length: 3 * CONNECTIONS }, () => database.readInWorkspace(ours.id, sql, parameters)),
    );
    for (const failure of failing) expect(failure).toMatchObject({ status: 'rejected', reason: { code } });
    const following = await onEveryConnection(() => database.readInWorkspace<SeenRow>(theirs.id, OWNERS));
    expect(following.flat().map((row) => row.workspace_id)).toEqual(Array(5 * CONNECTIONS).fill(theirs.id));
    const left = await onEveryConnection(() => dataSource.query<object[]>(OWNERS));
    expect(left.flat()).toEqual([]);
  });

  it('does not disturb those beside it', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 200 }, (_, turn) =>
        turn % 3 === 0
          ? database.readInWorkspace<Partial<Audio>>(theirs.id, 'SELECT id FROM audio WHERE id = $1', ['no id'])
          : database.readInWorkspace<Partial<Audio>>(ours.id, 'SELECT id FROM audio'),
      ),
    );
    outcomes.forEach((outcome, turn) =>
      expect(outcome).toMatchObject(
        turn % 3 === 0
          ? { status: 'rejected', reason: { code: '22P02' } }
          : { status: 'fulfilled', value: [{ id: ourAudio.id }] },
      ),
    );
  });

  it('is refused a workspace that is none', async () => {
    await expect(database.readInWorkspace('no workspace', OWNERS)).rejects.toMatchObject({ code: '22P02' });
    expect(await database.readInWorkspace(ours.id, OWNERS)).toHaveLength(1);
  });
});

describe('a read from a server that goes away', () => {
  it('is told as database_unavailable, and the pool works again afterwards', async () => {
    const proxy = await startCutOffProxy(server.url);
    const fragile = await openDatabase(proxy.url, CONNECTIONS);
    const refusal = { name: 'FieldError', code: 'database_unavailable', retryAfterSeconds: 2 };
    try {
      expect(await fragile.readInWorkspace(ours.id, OWNERS)).toHaveLength(1);
      const underWay = expect(fragile.readInWorkspace(ours.id, 'SELECT pg_sleep(10)')).rejects.toMatchObject(refusal);
      proxy.cut();
      await underWay;
      await expect(fragile.readInWorkspace(ours.id, OWNERS)).rejects.toMatchObject(refusal);
      proxy.mend();
      expect(await fragile.readInWorkspace(ours.id, OWNERS)).toEqual([{ workspace_id: ours.id }]);
    } finally {
      await fragile.onApplicationShutdown();
      await proxy.stop();
    }
  });
});
