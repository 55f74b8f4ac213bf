import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Client } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { Database } from '#database';
import { Log } from '#observability';
import { ObjectStore } from '#storage';
import { testConfig } from '#testing/config';
import { testDatabase } from '#testing/database';
import { makeWorkspace } from '#testing/factories';
import { ImportService, type ImportWish, UploadsService } from '#uploads';
import { createWorker } from '../src/create-worker.js';
import { wav } from '#testing/recordings';

interface UploadRow {
  status: string;
  name: string;
  bytes: string | null;
  received_bytes: string;
  audio_id: string | null;
  error_code: string | null;
  error_detail: string | null;
  sealed_source: Buffer | null;
  failures: number;
  job: string | null;
}

/** Stands for the public internet. */
const OUTSIDE = '127.0.0.2';
const SECRET = 'sig-8f3a-of-a-signed-link';
const RECORDING = wav(1);
const SHA256 = createHash('sha256').update(RECORDING).digest('hex');

// Jobs that are tried again wait for a bell each time, which a busy machine is late with.
jest.setTimeout(90_000);

const opened = new AsyncDisposableStack();
const logged: string[] = [];
let worker: INestApplicationContext;
let owner: Client;
let workspaceId: string;
let origin: string;
let answer: RequestListener = () => undefined;
let asked = 0;

async function listen(host: string, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, host);
  await once(server, 'listening');
  opened.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://${host}:${(server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  const server = await testDatabase();
  opened.defer(() => server.drop());
  owner = new Client({ connectionString: server.url });
  await owner.connect();
  opened.defer(() => owner.end());
  const home = mkdtempSync(join(tmpdir(), 'steno-import-'));
  opened.defer(() => rmSync(home, { recursive: true, force: true }));
  const config = testConfig({
    DATABASE_URL: server.url,
    STENO_HOME: home,
    WORKER_JOBS: 'audio.import,storage.discard',
    MAX_UPLOAD_MB: '1',
    OUTGOING_ALLOWED_HOSTS: OUTSIDE,
  });
  const destination = { write: (line: string) => void logged.push(line) };
  worker = await createWorker(config, new Log({ app: 'worker', level: 'debug', destination }));
  opened.defer(() => worker.close());
  workspaceId = (await makeWorkspace(worker.get(Database))).id;
  origin = await listen(OUTSIDE, (request, response) => {
    asked += 1;
    answer(request, response);
  });
});
afterEach(async () => {
  asked = 0;
  await owner.query('DELETE FROM audio');
  await owner.query('DELETE FROM jobs');
  await worker.get(ObjectStore).deletePrefix('workspaces/');
});
afterAll(() => opened.disposeAsync());

const send = (response: ServerResponse, body: Buffer | string): void => void response.writeHead(200).end(body);

async function order(wish: Partial<ImportWish> = {}): Promise<string> {
  const given = { url: `${origin}/2026/meeting.wav?sig=${SECRET}`, ...wish };
  const { id } = await worker.get(ImportService, { strict: false }).order({ workspaceId, userId: uuidv7() }, given);
  return id;
}

async function rowOf(id: string): Promise<UploadRow> {
  const { rows } = await owner.query<UploadRow>(
    `SELECT uploads.*, jobs.failures, jobs.state AS job FROM uploads LEFT JOIN jobs ON jobs.subject_id = uploads.id WHERE uploads.id = $1`,
    [id],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('The upload is gone.');
  return row;
}

/** Waits until it holds; a try that failed for a passing reason is made again at once. */
async function until(id: string, holds: (row: UploadRow) => boolean): Promise<UploadRow> {
  for (const deadline = Date.now() + 60_000; ; await sleep(20)) {
    const row = await rowOf(id);
    if (holds(row)) return row;
    if (Date.now() > deadline) throw new Error(`It did not come to that: ${JSON.stringify(row)}`);
    // Only while it waits for its time: one that is due may be rung already, and would be too early for whoever answers the bell.
    await owner.query(`UPDATE jobs SET due_at = now() WHERE subject_id = $1 AND failures > 0 AND due_at > now()`, [id]);
  }
}

const isOver = ({ status }: UploadRow): boolean => status !== 'open';

async function recordings(): Promise<{ id: string; sha256: string; name: string; object_key: string; created_by: string }[]> {
  return (
    await owner.query<{ id: string; sha256: string; name: string; object_key: string; created_by: string }>('SELECT * FROM audio')
  ).rows;
}

/** What lies in the store and belongs to no recording. */
async function strays(): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of worker.get(ObjectStore).list('')) keys.push(key);
  const known = new Set((await recordings()).map(({ object_key }) => object_key));
  return keys.filter((key) => !known.has(key) && key.includes('audio'));
}

describe('a recording that is fetched', () => {
  it('becomes a recording, and its address is forgotten', async () => {
    answer = (_, response) => send(response, RECORDING);
    const id = await order({ sha256: SHA256.toUpperCase() });
    const row = await until(id, isOver);
    const size = String(RECORDING.length);
    expect(row).toMatchObject({ status: 'completed', name: 'meeting.wav', bytes: size, received_bytes: size, job: 'done' });
    expect(row.sealed_source).toBeNull();
    expect(await recordings()).toEqual([expect.objectContaining({ id: row.audio_id, sha256: SHA256, name: 'meeting.wav' })]);
    expect(await strays()).toEqual([]);
  });

  it('that its workspace has no room for is refused for good, and leaves nothing', async () => {
    answer = (_, response) => send(response, RECORDING);
    const room = (bytes: number | null) =>
      owner.query('UPDATE workspaces SET quotas = $2 WHERE id = $1', [workspaceId, bytes === null ? {} : { storage: bytes }]);
    await room(RECORDING.length - 1);
    try {
      const row = await until(await order(), isOver);
      expect(row).toMatchObject({ status: 'failed', error_code: 'quota_exceeded', failures: 1, audio_id: null });
      expect(row.error_detail).toMatch(/of storage/);
      expect([await recordings(), await strays()]).toEqual([[], []]);
    } finally {
      await room(null);
    }
  });

  it('has its address sealed while it waits, and in no line of the log', async () => {
    answer = (_, response) => response.writeHead(503).end();
    const id = await order();
    const row = await until(id, ({ failures, job }) => failures > 0 && job === 'waiting');
    expect(row.sealed_source?.length).toBeGreaterThan(50);
    const { rows } = await owner.query<{ text: string }>('SELECT u::text || j::text AS text FROM uploads u, jobs j');
    const everything = rows.map(({ text }) => text).join() + logged.join();
    expect(everything).toContain(id);
    expect(everything).not.toContain(SECRET);
    expect(everything).not.toContain(Buffer.from(SECRET).toString('hex'));
  });

  it.each([
    [
      'an HTML page',
      (_: IncomingMessage, response: ServerResponse) => send(response, '<!doctype html><p>Sign in'),
      'unsupported_format',
      /HTML page/,
    ],
    ['nothing', (_: IncomingMessage, response: ServerResponse) => send(response, ''), 'empty_file', /0 bytes/],
    [
      'no such file',
      (_: IncomingMessage, response: ServerResponse) => response.writeHead(404).end('its words'),
      'source_refused',
      /answered 404/,
    ],
    [
      'too much, said beforehand',
      (_: IncomingMessage, response: ServerResponse) => response.writeHead(200, { 'content-length': 1_000_001 }).write('RIFF'),
      'answer_too_large',
      /larger than 1 MB/,
    ],
    ['sound without end', endless, 'answer_too_large', /larger than 1 MB/],
  ] as const)('that is %s fails for good and leaves nothing', async (_, listener, code, words) => {
    answer = (request, response) => void listener(request, response);
    const row = await until(await order(), isOver);
    expect(row).toMatchObject({ status: 'failed', error_code: code, error_detail: expect.stringMatching(words), audio_id: null });
    expect([row.failures, asked, row.sealed_source]).toEqual([1, 1, null]);
    expect([await recordings(), await strays()]).toEqual([[], []]);
  });

  it('that is not the one announced leaves nothing', async () => {
    answer = (_, response) => send(response, RECORDING);
    const row = await until(await order({ sha256: '0'.repeat(64) }), isOver);
    expect(row).toMatchObject({
      status: 'failed',
      error_code: 'checksum_mismatch',
      error_detail: expect.stringContaining(SHA256),
    });
    expect([await recordings(), await strays()]).toEqual([[], []]);
  });

  it('is asked for again when its host fails, and when it breaks off', async () => {
    const tries: RequestListener[] = [
      (_, response) => response.writeHead(500).end(),
      (_, response) => {
        response.writeHead(200, { 'content-length': RECORDING.length });
        response.write(RECORDING.subarray(0, 20_000), () => setImmediate(() => response.destroy()));
      },
      (_, response) => send(response, RECORDING),
    ];
    answer = (request, response) => tries[Math.min(asked, tries.length) - 1]?.(request, response);
    const row = await until(await order(), isOver);
    expect([row.status, row.failures, asked]).toEqual(['completed', 2, 3]);
    expect([(await recordings()).length, await strays()]).toEqual([1, []]);
  });

  it('fails in the end when its host stays down', async () => {
    answer = (_, response) => response.writeHead(503).end();
    const id = await order();
    await until(id, ({ failures }) => failures > 0);
    // The next try, at the latest the one after it, is the last.
    await owner.query(`UPDATE jobs SET failures = 4, due_at = now() WHERE subject_id = $1`, [id]);
    const row = await until(id, isOver);
    expect(row).toMatchObject({ status: 'failed', error_code: 'source_unavailable', job: 'failed', sealed_source: null });
  });

  it('is not followed to an inner host (S4)', async () => {
    let hits = 0;
    const inner = await listen('127.0.0.1', (_, response) => {
      hits += 1;
      send(response, RECORDING);
    });
    answer = (_, response) => response.writeHead(302, { location: `${inner}/latest/meta-data` }).end();
    const row = await until(await order(), isOver);
    expect(row).toMatchObject({ status: 'failed', error_code: 'redirect_refused' });
    expect(row.error_detail).not.toContain('127.0.0.1');
    expect(hits).toBe(0);
  });

  it('is followed to where a store keeps it', async () => {
    answer = ({ url }, response) =>
      url?.startsWith('/store') === true ? send(response, RECORDING) : response.writeHead(302, { location: '/store/7f3a' }).end();
    expect((await until(await order(), isOver)).status).toBe('completed');
  });

  it('is refused when it is ordered, where its address cannot lead outside (S1)', async () => {
    for (const url of ['http://127.0.0.1/a.wav', 'http://[::1]/', 'https://169.254.169.254/latest/'])
      await expect(order({ url })).rejects.toMatchObject({ code: 'host_not_public' });
    await expect(order({ url: 'ftp://files.example.com/a.wav' })).rejects.toMatchObject({ code: 'address_invalid' });
  });
});

describe('a worker that loses the job while it fetches', () => {
  it('writes nothing: there is one recording', async () => {
    const first = Promise.withResolvers<ServerResponse>();
    answer = (_, response) => {
      if (asked > 1) return send(response, RECORDING);
      response.writeHead(200).write(RECORDING.subarray(0, 20_000));
      first.resolve(response);
    };
    const id = await order();
    const slow = await first.promise;
    await until(id, ({ job }) => job === 'running');
    // As the reconciler does with the job of a worker that fell silent.
    await owner.query(
      `UPDATE jobs SET state = 'waiting', epoch = epoch + 1, lease_until = NULL, rung_at = NULL, due_at = now() WHERE subject_id = $1`,
      [id],
    );
    const row = await until(id, isOver);
    expect(row.status).toBe('completed');
    slow.end(RECORDING.subarray(20_000));
    await eventually(() => logged.some((line) => line.includes('The lease was lost')));
    expect(await recordings()).toEqual([expect.objectContaining({ id: row.audio_id })]);
    expect(await strays()).toEqual([]);
    const { rows } = await owner.query(`SELECT 1 FROM jobs WHERE name = 'storage.discard' AND state = 'waiting'`);
    expect(rows).toEqual([]);
  });

  it('writes nothing when the import was aborted meanwhile', async () => {
    const first = Promise.withResolvers<ServerResponse>();
    answer = (_, response) => {
      response.writeHead(200).write(RECORDING.subarray(0, 20_000));
      first.resolve(response);
    };
    const id = await order();
    const slow = await first.promise;
    logged.splice(0);
    await worker.get(UploadsService, { strict: false }).abort(workspaceId, id);
    slow.end(RECORDING.subarray(20_000));
    // The second when the job's row was locked just then, by a note of how far it is: it is found out at the commit.
    await eventually(() => logged.some((line) => line.includes('The lease was lost') || line.includes('upload_over')));
    expect(await rowOf(id)).toMatchObject({ status: 'aborted', sealed_source: null, audio_id: null });
    expect([await recordings(), await strays()]).toEqual([[], []]);
  });
});

async function eventually(holds: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 60_000; !holds(); await sleep(20))
    if (Date.now() > deadline) throw new Error('It did not come to that.');
}

function endless(_: IncomingMessage, response: ServerResponse): void {
  response.write(RECORDING);
  const timer = setInterval(() => response.write(RECORDING), 2);
  response.once('close', () => clearInterval(timer));
}
