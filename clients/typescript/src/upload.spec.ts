import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtempSync, openAsBlob, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quickly } from './quick-timers.fixture.ts';
import { type Answer, broken, json, problem, ScriptedServer } from './scripted-server.fixture.ts';
import { sha256Of } from './sha256.ts';
import type { UploadProgress } from './upload.ts';

const TEXT = 'abcdefghijkl';
const FILE = new File([TEXT], 'letters.wav');
const SHA256 = createHash('sha256').update(TEXT).digest('hex');
const RECORDING = { id: 'r1', sha256: SHA256 };
const ID = '019aa3a1-2b3c-7d4e-8f50-617283940a1b';

const partUrl = (number: number): object => ({ number, bytes: number === 3 ? 2 : 5, url: `https://store.example.com/${number}` });
const partUrls = (...numbers: number[]): object => ({ partUrls: numbers.map(partUrl), urlsExpireAt: '2100-01-01T00:00:00Z' });
const BEGUN = { id: ID, status: 'open', partBytes: 5, partCount: 3, ...partUrls(1, 2, 3) };
const stored: Answer = () => new Response(null, { status: 204 });

const failureOf = (act: () => Promise<unknown>): Promise<unknown> =>
  quickly(act).then(
    () => undefined,
    (error: unknown) => error,
  );
const requestsOf = ({ seen }: ScriptedServer): string[] =>
  seen.map(({ method, path, body }) => `${method} ${path} ${body}`.trim());

describe('sha256Of', () => {
  it.each([0, 1, 55, 56, 63, 64, 65, 119, 120, 200_000])('hashes %d bytes', async (size) => {
    const bytes = Buffer.from(Array.from({ length: size }, (_, index) => (index * 31) & 255));
    const uneven = [bytes.subarray(0, size / 3), bytes.subarray(size / 3, size / 2), bytes.subarray(size / 2)];
    expect(await sha256Of(new Blob(uneven))).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it('can be stopped', async () => {
    await expect(sha256Of(new Blob(['a']), AbortSignal.abort(new Error('Enough.')))).rejects.toThrow('Enough.');
  });
});

describe('a small file', () => {
  it('goes in one request that may be sent again', async () => {
    const server = new ScriptedServer(broken, json(RECORDING, 201));
    const told: UploadProgress[] = [];
    expect(await quickly(() => server.client().audio.upload(FILE, { onProgress: (progress) => told.push(progress) }))).toEqual(
      RECORDING,
    );
    const [first, second] = server.seen;
    expect(second?.headers.get('idempotency-key')).toBe(first?.headers.get('idempotency-key'));
    const file = second?.form?.get('file') as File;
    expect([file.name, await file.text()]).toEqual(['letters.wav', TEXT]);
    expect(told.at(-1)).toEqual({ sentBytes: 12, totalBytes: 12 });
  });

  it('that changed since it was opened is told, and does not end the program', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'steno-client-'));
    const path = join(folder, 'grows.wav');
    writeFileSync(path, TEXT);
    const file = await openAsBlob(path);
    writeFileSync(path, `${TEXT}${TEXT}`);
    for (const options of [{}, { sha256: SHA256 }])
      expect(await failureOf(() => new ScriptedServer().client().audio.upload(file, options))).toMatchObject({
        name: 'ChecksumError',
      });
    const server = new ScriptedServer(json(BEGUN, 201));
    const inParts = { sha256: SHA256, directBytes: 5 };
    expect(await failureOf(() => server.client().audio.upload(file, inParts))).toMatchObject({ name: 'ChecksumError' });
    rmSync(folder, { recursive: true });
  });

  it('is refused when something else was stored', async () => {
    const server = new ScriptedServer(json({ ...RECORDING, sha256: 'other' }, 201));
    expect(await failureOf(() => server.client().audio.upload(FILE))).toMatchObject({ name: 'ChecksumError' });
  });
});

describe('a large file', () => {
  it('goes in parts, whose id is told before anything is sent', async () => {
    const server = new ScriptedServer(json(BEGUN, 201), stored, stored, stored, json(RECORDING));
    const told: unknown[] = [];
    const options = {
      directBytes: 5,
      name: 'other.wav',
      parallel: 1,
      onBegun: (id: string) => told.push([id, server.seen.length]),
      onProgress: ({ sentBytes }: UploadProgress) => told.push(sentBytes),
    };
    expect(await server.client().audio.upload(FILE, options)).toEqual(RECORDING);
    expect(requestsOf(server)).toEqual([
      `POST /api/v1/uploads ${JSON.stringify({ name: 'other.wav', bytes: 12, sha256: SHA256 })}`,
      'PUT https://store.example.com/1 abcde',
      'PUT https://store.example.com/2 fghij',
      'PUT https://store.example.com/3 kl',
      `POST /api/v1/uploads/${ID}/complete`,
    ]);
    expect(server.seen[1]?.headers.get('authorization')).toBeNull();
    expect(told).toEqual([[ID, 1], 0, 5, 10, 12]);
  });

  it('sends parts side by side, and a broken one again', async () => {
    let open = 0;
    let most = 0;
    const slow: Answer = async (request) => {
      most = Math.max(most, (open += 1));
      await new Promise((resolve) => setTimeout(resolve, 50));
      open -= 1;
      return stored(request);
    };
    const server = new ScriptedServer(json(BEGUN, 201), slow, slow, broken, slow, json(RECORDING));
    expect(await quickly(() => server.client().audio.upload(FILE, { directBytes: 5, parallel: 3 }))).toEqual(RECORDING);
    expect(most).toBeGreaterThanOrEqual(2);
  });

  it('goes on where it was cut off', async () => {
    const upload = { id: ID, status: 'open', bytes: 12, sha256: SHA256, partBytes: 5, parts: [{ number: 2, bytes: 5 }] };
    const server = new ScriptedServer(json(upload), json(partUrls(1, 3)), stored, stored, json(RECORDING));
    const told: number[] = [];
    const options = { uploadId: ID, parallel: 1, onProgress: ({ sentBytes }: UploadProgress) => told.push(sentBytes) };
    expect(await server.client().audio.upload(FILE, options)).toEqual(RECORDING);
    expect(requestsOf(server)).toEqual([
      `GET /api/v1/uploads/${ID}`,
      `POST /api/v1/uploads/${ID}/parts {"numbers":[1,3]}`,
      'PUT https://store.example.com/1 abcde',
      'PUT https://store.example.com/3 kl',
      `POST /api/v1/uploads/${ID}/complete`,
    ]);
    expect(told).toEqual([5, 10, 12]);
  });

  it('that was complete is not sent again', async () => {
    const upload = { id: ID, status: 'completed', bytes: 12, sha256: SHA256, partBytes: 5, parts: [] };
    const server = new ScriptedServer(json(upload), json(RECORDING));
    expect(await server.client().audio.upload(FILE, { uploadId: ID })).toEqual(RECORDING);
  });

  it('under a key that was used before goes on with what arrived then', async () => {
    const upload = { id: ID, status: 'completed', bytes: 12, sha256: SHA256, partBytes: 5, parts: [] };
    const server = new ScriptedServer(json(BEGUN, 201), json(upload), json(RECORDING));
    const options = { directBytes: 5, idempotencyKey: 'mine' };
    expect(await server.client().audio.upload(FILE, options)).toEqual(RECORDING);
    expect(server.seen.map(({ headers }) => headers.get('idempotency-key'))).toEqual(['mine', null, null]);
  });

  it('goes on with no other file', async () => {
    const upload = { id: ID, status: 'open', bytes: 12, sha256: 'another', partBytes: 5, parts: [] };
    const server = new ScriptedServer(json(upload));
    const failure = await failureOf(() => server.client().audio.upload(FILE, { uploadId: ID }));
    expect(failure).toMatchObject({ name: 'ChecksumError', message: expect.stringContaining(ID) });
  });

  it('asks for a new address when one has ended', async () => {
    const ended: Answer = () => new Response('<Error>AccessDenied</Error>', { status: 403 });
    const renewed = { partUrls: [{ number: 1, bytes: 5, url: 'https://store.example.com/new' }], urlsExpireAt: '' };
    const server = new ScriptedServer(json(BEGUN, 201), ended, json(renewed), stored, stored, stored, json(RECORDING));
    expect(await server.client().audio.upload(FILE, { directBytes: 5, parallel: 1 })).toEqual(RECORDING);
    expect(requestsOf(server)[3]).toBe('PUT https://store.example.com/new abcde');
  });

  it('ends all parts when one is refused', async () => {
    const server = new ScriptedServer(json(BEGUN, 201), problem(422, 'part_refused'));
    const failure = await failureOf(() => server.client().audio.upload(FILE, { directBytes: 5, parallel: 1 }));
    expect(failure).toMatchObject({ code: 'part_refused' });
    expect(server.seen).toHaveLength(2);
  });
});
