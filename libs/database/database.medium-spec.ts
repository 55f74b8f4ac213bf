import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { FieldError } from '#errors';
import { Log, Readiness } from '#observability';
import { openDatabase, type TestDatabase, testDatabase } from '#testing/database';
import { makeAudio, makeWorkspace } from '#testing/factories';
import { startCutOffProxy } from '#testing/servers';
import { appDataSource, ownerDataSource } from './data-source.js';
import { Database } from './database.js';
import { Audio, type Workspace } from './entities/index.js';
import { WorkspaceTransaction } from './transaction.js';
import { WorkspaceRepository } from './workspace.repository.js';

class Recordings extends WorkspaceRepository<Audio> {
  constructor() {
    super(Audio);
  }
}

interface SeenRow {
  workspace_id: string;
}

let server: TestDatabase;
let dataSource: DataSource;
let database: Database;
let ours: Workspace;
let theirs: Workspace;
let ourAudio: Audio;
let theirAudio: Audio;

beforeAll(async () => {
  server = await testDatabase();
  dataSource = await connect();
  database = databaseOn(dataSource);
  ours = await makeWorkspace(database);
  theirs = await makeWorkspace(database);
  ourAudio = await makeAudio(database, ours.id);
  theirAudio = await makeAudio(database, theirs.id);
});

afterAll(async () => {
  await database.onApplicationShutdown();
  await server.drop();
});

async function connect({ statementTimeoutMs = 5_000 } = {}): Promise<DataSource> {
  return appDataSource({ url: server.url, poolSize: 2, statementTimeoutMs, applicationName: 'steno-test' }).initialize();
}

function databaseOn(connection: DataSource, readiness = new Readiness()): Database {
  return new Database(connection, new Log({ app: 'test', level: 'silent' }), readiness);
}

describe('row-level security', () => {
  it('shows no row to a session that names no workspace', async () => {
    expect(await dataSource.query('SELECT id FROM audio')).toEqual([]);
    expect(await dataSource.query('SELECT id FROM workspaces')).toEqual([]);
  });

  it('shows a workspace its own rows and no others', async () => {
    const seen = await database.inWorkspace(ours.id, (tx) => tx.query('SELECT id, workspace_id FROM audio'));
    expect(seen).toEqual([{ id: ourAudio.id, workspace_id: ours.id }]);
  });

  it('refuses to write a row of another workspace', async () => {
    const insert = database.inWorkspace(ours.id, (tx) =>
      tx.execute(
        `INSERT INTO audio SELECT gen_random_uuid(), $1, created_by, name, object_key, bytes, sha256, container, content_type, codec,
           sample_rate, channels FROM audio LIMIT 1`,
        [theirs.id],
      ),
    );
    await expect(insert).rejects.toMatchObject({ code: '42501' });
  });

  it('changes and deletes nothing of another workspace', async () => {
    const [changed, deleted] = await database.inWorkspace(ours.id, async (tx) => [
      await tx.execute(`UPDATE audio SET name = 'stolen' WHERE id = $1`, [theirAudio.id]),
      await tx.execute('DELETE FROM audio WHERE id = $1', [theirAudio.id]),
    ]);
    expect([changed, deleted]).toEqual([0, 0]);
  });

  it('keeps users and sessions from workspaces altogether', async () => {
    for (const table of ['users', 'sessions', 'worker_pulses']) {
      await expect(database.inWorkspace(ours.id, (tx) => tx.query(`SELECT 1 FROM ${table}`))).rejects.toMatchObject({
        code: '42501',
      });
    }
  });

  it('shows everything to the system, for one transaction only', async () => {
    const seen = await database.asSystem((tx) => tx.query<{ id: string }>('SELECT id FROM audio'));
    expect(seen.map(({ id }) => id).sort()).toEqual([ourAudio.id, theirAudio.id].sort());
    const [role] = await database.inWorkspace(ours.id, (tx) => tx.query('SELECT current_user AS name'));
    expect(role).toEqual({ name: 'steno_app' });
  });

  it('never shows a foreign row over 1 000 interleaved transactions on two connections', async () => {
    const read = (tx: WorkspaceTransaction): Promise<SeenRow[]> => tx.query<SeenRow>('SELECT workspace_id FROM audio');
    const seen = await Promise.all(
      Array.from({ length: 1_000 }, async (_, turn) => {
        if (turn % 3 === 2) return { owner: null, rows: await dataSource.query<SeenRow[]>('SELECT workspace_id FROM audio') };
        const owner = turn % 3 === 0 ? ours.id : theirs.id;
        return { owner, rows: await database.inWorkspace(owner, read) };
      }),
    );
    for (const { owner, rows } of seen) expect(rows.map((row) => row.workspace_id)).toEqual(owner === null ? [] : [owner]);
  });

  it('is enabled and forced on every table with a workspace', async () => {
    const tables = await database.asSystem((tx) =>
      tx.query<{ table: string; locked: boolean; policies: number }>(`
        SELECT c.relname AS table, c.relrowsecurity AND c.relforcerowsecurity AS locked,
          (SELECT count(*)::int FROM pg_policy p WHERE p.polrelid = c.oid) AS policies
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND (c.relname = 'workspaces' OR EXISTS (
          SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'workspace_id' AND NOT a.attisdropped))`),
    );
    expect(tables.length).toBeGreaterThanOrEqual(8);
    expect(tables.filter(({ locked, policies }) => !locked || policies !== 2)).toEqual([]);
  });

  it('guards every other table by what the apps may not do', async () => {
    const open = await database.asSystem((tx) =>
      tx.query(`
        SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relforcerowsecurity
          AND has_table_privilege('steno_app', c.oid, 'SELECT, INSERT, UPDATE, DELETE')`),
    );
    expect(open).toEqual([]);
  });
});

describe('WorkspaceRepository', () => {
  it('finds and removes only what is of the workspace, with row-level security out of the way', async () => {
    const recordings = new Recordings();
    const outcome = await database.asSystem(async ({ manager }) => {
      const tx = new WorkspaceTransaction(manager, ours.id);
      return {
        own: (await recordings.find(tx, ourAudio.id))?.id,
        foreign: await recordings.find(tx, theirAudio.id),
        removed: await recordings.remove(tx, theirAudio.id),
      };
    });
    expect(outcome).toEqual({ own: ourAudio.id, foreign: null, removed: false });
  });
});

describe('the start', () => {
  it('refuses a connection that row-level security does not bind', async () => {
    const owner = await ownerDataSource(server.url).initialize();
    try {
      await expect(databaseOn(owner).onModuleInit()).rejects.toThrow(/must work as the role steno_app, not as steno:/);
    } finally {
      await owner.destroy();
    }
  });

  it('registers a readiness check that fails once the connection is gone', async () => {
    const readiness = new Readiness();
    const probed = databaseOn(await connect(), readiness);
    await probed.onModuleInit();
    expect(await readiness.report()).toMatchObject({ ready: true, checks: { database: { ok: true } } });
    await probed.onApplicationShutdown();
    expect(await readiness.report()).toMatchObject({ ready: false, checks: { database: { ok: false } } });
  });
});

describe('a transaction', () => {
  it('calls back after its commit, when others see what it wrote', async () => {
    const during = jest.fn();
    const workspace = await makeWorkspace(database);
    let seen: Promise<object[]> | undefined;
    await database.inWorkspace(workspace.id, async (tx) => {
      await tx.execute(`UPDATE workspaces SET name = 'Renamed'`);
      tx.afterCommit(() => {
        during();
        seen = database.inWorkspace(workspace.id, (other) => other.query('SELECT name FROM workspaces'));
      });
      expect(during).not.toHaveBeenCalled();
    });
    expect(during).toHaveBeenCalledTimes(1);
    expect(await seen).toEqual([{ name: 'Renamed' }]);
  });

  it('does not call back after a rollback, and keeps nothing', async () => {
    const callback = jest.fn();
    const work = database.inWorkspace(ours.id, async (tx) => {
      tx.afterCommit(callback);
      await tx.execute('DELETE FROM audio');
      throw new Error('changed my mind');
    });
    await expect(work).rejects.toThrow('changed my mind');
    expect(callback).not.toHaveBeenCalled();
    expect(await database.inWorkspace(ours.id, (tx) => tx.query('SELECT id FROM audio'))).toHaveLength(1);
  });

  it('ends a statement that runs too long', async () => {
    const hurried = databaseOn(await connect({ statementTimeoutMs: 100 }));
    await expect(hurried.asSystem((tx) => tx.query('SELECT pg_sleep(10)'))).rejects.toMatchObject({ code: '57014' });
    await hurried.onApplicationShutdown();
  });
});

describe('a server that is away', () => {
  it('is told as database_unavailable wherever it hits, and ends no process', async () => {
    const told = new Set<string>();
    let stopped = false;
    const work = async (read: () => Promise<unknown>): Promise<void> => {
      while (!stopped) {
        await read().catch((error: unknown) => told.add(error instanceof FieldError ? error.code : String(error)));
      }
    };
    const inSteps = (): Promise<unknown> =>
      database.inWorkspace(ours.id, async (tx) => {
        for (let step = 0; step < 3; step += 1) await tx.query('SELECT 1 AS one');
      });
    const inOne = (): Promise<unknown> => database.readInWorkspace(ours.id, 'SELECT 1 AS one');
    // More than there are connections: one goes from hand to hand in the middle of what the server sends.
    const loops = [inSteps, inOne, inSteps, inOne, inSteps, inOne].map(work);
    const hit = ownerDataSource(server.url);
    await hit.initialize();
    for (let round = 0; round < 60; round += 1) {
      await hit.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'steno-test'`,
      );
      await sleep(15);
    }
    stopped = true;
    await Promise.all(loops);
    await hit.destroy();
    expect([...told]).toEqual(['database_unavailable']);
    expect(await inOne()).toEqual([{ one: 1 }]);
  });

  it('is told as database_unavailable within 6 s, and does not keep the pool from working afterwards', async () => {
    const proxy = await startCutOffProxy(server.url);
    const fragile = await openDatabase(proxy.url, 2);
    const ask = (): Promise<object[]> => fragile.asSystem((tx) => tx.query('SELECT 1 AS one'));
    const refusal = { name: 'FieldError', code: 'database_unavailable', retryAfterSeconds: 2 };
    try {
      proxy.cut();
      await expect(ask()).rejects.toMatchObject(refusal);
      proxy.silence();
      const started = performance.now();
      await expect(ask()).rejects.toMatchObject(refusal);
      expect(performance.now() - started).toBeLessThan(6_000);
      proxy.mend();
      expect(await ask()).toEqual([{ one: 1 }]);
    } finally {
      await fragile.onApplicationShutdown();
      await proxy.stop();
    }
  }, 15_000);
});

describe('prepared statements', () => {
  const TEXT = 'SELECT given FROM prepared_test WHERE given::text = $1';
  const read = (): Promise<object[]> => database.asSystem((tx) => tx.query(TEXT, ['7']));

  beforeAll(async () => {
    await asOwner(['CREATE TABLE prepared_test (given integer)', 'INSERT INTO prepared_test VALUES (7)']);
    await asOwner(['GRANT SELECT ON prepared_test TO steno_system']);
  });

  async function asOwner(statements: string[]): Promise<void> {
    const owner = await ownerDataSource(server.url).initialize();
    for (const statement of statements) await owner.query(statement);
    await owner.destroy();
  }

  async function prepared(): Promise<number> {
    const sql = `SELECT count(*)::int AS statements FROM pg_prepared_statements WHERE statement = '${TEXT}'`;
    return (await database.asSystem((tx) => tx.query<{ statements: number }>(sql)))[0]?.statements ?? 0;
  }

  it('keeps what is asked again and again prepared', async () => {
    await read();
    expect(await prepared()).toBe(0);
    expect(await read()).toEqual([{ given: 7 }]);
    expect(await prepared()).toBe(1);
    expect(await read()).toEqual([{ given: 7 }]);
    expect(await prepared()).toBe(1);
  });

  it('outlive a migration that changes what they give', async () => {
    await read();
    await asOwner(['ALTER TABLE prepared_test ALTER given TYPE bigint']);
    await expect(read()).rejects.toMatchObject({ code: 'database_unavailable' });
    expect(await read()).toEqual([{ given: '7' }]);
  });
});
