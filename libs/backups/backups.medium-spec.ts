import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import { ConfigModule } from '#config';
import { asOwner } from '#database';
import { Log, ObservabilityModule } from '#observability';
import { createBucket, ObjectStore, StorageModule } from '#storage';
import { testConfig } from '#testing/config';
import { emptyDatabase, fillTables, type Rows, rowsOf, type TestDatabase, testDatabase } from '#testing/database';
import { startS3Double } from '#testing/s3-double';
import { testS3 } from '#testing/servers';
import { masterKeyIds } from '#vault';
import { Backups } from './backups.js';
import { BackupsModule } from './backups.module.js';

const MASTER_KEY = 'the master key of an installation under test';
const KEY = 'workspaces/1/audio/2/original.wav';
const MIB = 1024 * 1024;
const NOWHERE = { endpoint: 'http://nowhere', credentials: { accessKeyId: '', secretAccessKey: '' } };
const SOUND = Buffer.from([0x52, 0x49, 0x46, 0x46, 0, 255, 10, 13]);

/** A database and a store, with the commands on them. */
interface Installation {
  server: TestDatabase;
  module: TestingModule;
  backups: Backups;
  store: ObjectStore;
  query(sql: string): Promise<Record<string, unknown>[]>;
  rows(): Promise<Rows>;
}

let folder: string;
let installations: Installation[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'steno-backup-'));
  installations = [];
});
afterEach(async () => {
  for (const { module, server } of installations) {
    await module.close();
    await server.drop();
  }
  rmSync(folder, { recursive: true, force: true });
});

/** @param env where its objects lie, and what else is not as in the others */
async function installation(server: Promise<TestDatabase>, env: Record<string, string> = {}): Promise<Installation> {
  const database = await server;
  const { url } = database;
  const home = join(folder, `home-${installations.length}`);
  const config = testConfig({ DATABASE_URL: url, STENO_HOME: home, MASTER_KEY, ...env });
  const module = await Test.createTestingModule({
    imports: [
      ConfigModule.with(config),
      ObservabilityModule.with(new Log({ app: 'test', level: 'silent' })),
      StorageModule.forConfig(),
      BackupsModule,
    ],
  }).compile();
  const made: Installation = {
    server: database,
    module,
    backups: module.get(Backups),
    store: module.get(ObjectStore),
    query: (sql) => asOwner(url, 'READ COMMITTED', (queryRunner) => queryRunner.query(sql) as Promise<Record<string, unknown>[]>),
    rows: () => asOwner(url, 'READ COMMITTED', rowsOf),
  };
  installations.push(made);
  return made;
}

/** One row in each table, one object, and a backup of both. */
async function filled(env: Record<string, string> = {}): Promise<Installation> {
  const source = await installation(testDatabase(), env);
  await asOwner(source.server.url, 'READ COMMITTED', fillTables);
  const [id] = masterKeyIds(testConfig({ MASTER_KEY }));
  await source.query(`UPDATE workspace_keys SET master_key_id = '${id}'`);
  await source.query(`SELECT setval('jobs_id_seq', 10)`);
  await source.query(`UPDATE jobs SET state = 'running', rung_at = now(), lease_until = now(), worker = 'w', epoch = 3`);
  await source.query(
    `INSERT INTO jobs (workspace_id, name, subject_id, request_id) SELECT workspace_id, 'later', subject_id, 'r' FROM jobs`,
  );
  await source.store.put(KEY, Readable.from([SOUND]), { contentType: 'audio/wav' });
  return source;
}

const backup = (): string => join(folder, 'backup');

/** Every file of the backup, unpacked. */
function contents(): Map<string, Buffer> {
  const files = readdirSync(backup(), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    files.map(({ name, parentPath }) => {
      const bytes = readFileSync(join(parentPath, name));
      return [name, name.endsWith('.gz') ? gunzipSync(bytes) : bytes];
    }),
  );
}

describe('a backup', () => {
  it('brings every row and object back, as they were, into an empty installation', async () => {
    const source = await filled();
    const before = await source.rows();
    expect([...before.values()].every((rows) => rows.length > 0)).toBe(true);
    const { tables, objects } = await source.backups.make(backup());
    expect(tables).toHaveLength(before.size - 1);
    expect(objects).toEqual({ count: 1, bytes: SOUND.length });

    const target = await installation(emptyDatabase());
    await target.backups.restore(backup());
    const after = await target.rows();
    for (const [table, rows] of before) {
      if (table === 'worker_pulses') expect(after.get(table)).toEqual([]);
      else if (table !== 'jobs') expect({ [table]: after.get(table) }).toEqual({ [table]: rows });
    }
    const { body, contentType } = await target.store.get(KEY);
    expect([await buffer(body), contentType]).toEqual([SOUND, 'audio/wav']);
  });

  it('brings jobs back as nobody’s, not as crashed, and goes on counting', async () => {
    const source = await filled();
    const [{ last } = {}] = await source.query('SELECT max(id) AS last FROM jobs');
    await source.query(`DELETE FROM jobs WHERE name = 'later'`);
    await source.backups.make(backup());
    const target = await installation(emptyDatabase());
    await target.backups.restore(backup());
    expect(await target.query('SELECT state, rung_at, lease_until, worker, crashes, epoch FROM jobs')).toEqual([
      { state: 'waiting', rung_at: null, lease_until: null, worker: null, crashes: 1, epoch: 3 },
    ]);
    const [{ id } = {}] = await target.query(
      `INSERT INTO jobs (workspace_id, name, subject_id, request_id) SELECT workspace_id, 'new', subject_id, 'r' FROM jobs RETURNING id`,
    );
    expect(Number(id)).toBeGreaterThan(Number(last));
  });

  it('holds no master key', async () => {
    await (await filled()).backups.make(backup());
    for (const [name, bytes] of contents()) expect([name, bytes.includes(MASTER_KEY)]).toEqual([name, false]);
  });

  it('is made in a folder of its own, and is not there before it is whole', async () => {
    const source = await filled();
    await source.backups.make(backup());
    await expect(source.backups.make(backup())).rejects.toThrow('is there already');
    unlinkSync(join(backup(), 'backup.json'));
    await expect(source.backups.restore(backup())).rejects.toThrow('is no backup');
  });

  it('is not restored over rows, nor without its master key', async () => {
    const source = await filled();
    await source.backups.make(backup());
    await expect(source.backups.restore(backup())).rejects.toThrow(/^The database is not empty: \w+ holds rows/);
    const other = await installation(emptyDatabase(), { MASTER_KEY: 'the master key of somebody else in another house' });
    await expect(other.backups.restore(backup())).rejects.toThrow('Set MASTER_KEY to that of the installation');
    expect((await other.rows()).size).toBe(0);
  });

  it.each([
    ['rows', 'database/jobs.jsonl.gz'],
    ['an object', `objects/${KEY}`],
  ])('that lost a piece of %s is refused, and can be restored once it is whole again', async (_, file) => {
    const source = await filled();
    await source.backups.make(backup());
    const path = join(backup(), file);
    const whole = readFileSync(path);
    truncateSync(path, whole.length - 6);
    const target = await installation(emptyDatabase());
    await expect(target.backups.restore(backup())).rejects.toThrow();
    expect([...(await target.rows()).values()].flat()).toEqual([]);
    rmSync(backup(), { recursive: true });
    await source.backups.make(backup());
    await target.backups.restore(backup());
    expect((await target.rows()).get('audio')).toHaveLength(1);
  });
});

/** A bucket that is empty. */
async function newBucket({ endpoint, credentials }: NonNullable<ReturnType<typeof testS3>>): Promise<Record<string, string>> {
  const env = {
    S3_BUCKET: `backups-${randomBytes(6).toString('hex')}`,
    S3_ENDPOINT: endpoint,
    S3_REGION: 'us-east-1',
    S3_ACCESS_KEY_ID: credentials.accessKeyId,
    S3_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
  await createBucket(testConfig(env).storage as Parameters<typeof createBucket>[0]);
  return env;
}

const swift = testS3();

// Swift comes with npm test where it can be installed.
(swift === null ? describe.skip : describe)('a backup of a bucket', () => {
  it('brings every object back into another one, whatever else lies there', async () => {
    const [lost, other] = [await newBucket(swift ?? NOWHERE), await newBucket(swift ?? NOWHERE)];
    const source = await filled(lost);
    // More than are copied at once, and one of several parts.
    const large = randomBytes(9 * MIB);
    await source.store.put('workspaces/1/audio/3/original.wav', Readable.from([large]), { contentType: 'audio/wav' });
    const many = Array.from({ length: 20 }, (_, n) => `workspaces/1/audio/4/${n}`);
    for (const key of many) await source.store.put(key, Readable.from([Buffer.from(key)]), { contentType: 'text/plain' });
    await source.store.put('others/own', Readable.from([Buffer.from('no business of ours')]), { contentType: 'text/plain' });
    expect((await source.backups.make(backup())).objects.count).toBe(many.length + 2);

    const target = await installation(emptyDatabase(), other);
    await target.store.put('others/own', Readable.from([Buffer.from('somebody else')]), { contentType: 'text/plain' });
    await target.backups.restore(backup());
    const keys: string[] = [];
    for await (const { key } of target.store.list('')) keys.push(key);
    expect(keys.toSorted()).toEqual([KEY, 'workspaces/1/audio/3/original.wav', ...many, 'others/own'].toSorted());
    expect(await buffer((await target.store.get('workspaces/1/audio/3/original.wav')).body)).toEqual(large);
    expect((await buffer((await target.store.get('others/own')).body)).toString()).toBe('somebody else');
    expect((await target.store.get(KEY)).contentType).toBe('audio/wav');
  });
});

describe('a backup of a store that is not well', () => {
  it.each(['truncate', 'reset', '503'] as const)('is whole when the store comes back: %s', async (fault) => {
    const s3 = await startS3Double();
    try {
      const { bucket, region, credentials } = s3.settings;
      const source = await filled({
        S3_BUCKET: bucket,
        S3_REGION: region,
        S3_ENDPOINT: s3.endpoint,
        S3_ACCESS_KEY_ID: credentials.accessKeyId,
        S3_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      });
      s3.fail(fault, 'GetObject');
      const asked = s3.requests.length;
      const making = source.backups.make(backup());
      while (!s3.requests.slice(asked).includes('GetObject')) await sleep(10);
      await sleep(500);
      s3.fail('ok');
      expect((await making).objects).toEqual({ count: 1, bytes: SOUND.length });
      expect(contents().get('original.wav')).toEqual(SOUND);
    } finally {
      await s3.stop();
    }
  });
});
