import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DefaultHttpStack, Upload as TusUpload, type UploadOptions } from 'tus-js-client';
import { ObjectStore } from '#storage';
import { type S3Double, startS3Double } from '#testing/s3-double';
import { wav } from '#testing/recordings';
import { type SignedInUser, startTestApi, type TestApi } from './test-api.js';
import { s3Environment } from './uploads.fixture.js';

const BYTES = 'application/offset+octet-stream';
const SHORT = wav(1);
/** 25 MB: two parts and a half. */
const SOUND = longWav(25_000_000);
const SHA256 = createHash('sha256').update(SOUND).digest('hex');

/** Noise: no two spans of it are alike, so that bytes at the wrong place are found out. */
function longWav(bytes: number): Buffer {
  const file = Buffer.concat([wav(1), Buffer.alloc(bytes - SHORT.length)]);
  for (let at = SHORT.length, seed = 1; at + 4 <= bytes; at += 4) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    file.writeUInt16LE(seed >>> 20, at);
  }
  file.writeUInt32LE(bytes - 8, 4);
  file.writeUInt32LE(bytes - 44, 40);
  return file;
}

describe.each(['disk', 's3'] as const)('resumable uploads, on %s', (kind) => {
  let api: TestApi;
  let user: SignedInUser;
  let origin: string;
  let s3: S3Double | undefined;

  beforeAll(async () => {
    s3 = kind === 's3' ? await startS3Double() : undefined;
    api = await startTestApi({ MAX_UPLOAD_MB: '30', ...(s3 === undefined ? {} : s3Environment(s3)) });
    await api.app.listen(0, '127.0.0.1');
    origin = await api.app.getUrl();
    user = await api.register();
  });
  afterAll(async () => {
    await api.stop();
    await s3?.stop();
  });

  async function ask(method: string, path: string, headers: Record<string, string> = {}, body?: Buffer, as = user) {
    const answer = await fetch(new URL(path, `${origin}/api/v1/uploads/resumable/`), {
      method,
      headers: { ...as.headers, 'tus-resumable': '1.0.0', ...headers },
      body: body === undefined ? undefined : new Uint8Array(body),
    });
    const text = await answer.text();
    const problem = text.startsWith('{') ? (JSON.parse(text) as { code: string; detail: string }) : undefined;
    return { status: answer.status, headers: answer.headers, code: problem?.code, detail: problem?.detail };
  }

  /** @returns path of the upload */
  async function begin(bytes: number, more: Record<string, string> = {}): Promise<string> {
    const { status, headers } = await ask('POST', '../resumable', { 'upload-length': String(bytes), ...more });
    expect(status).toBe(201);
    return headers.get('location') ?? '';
  }

  const patch = (path: string, offset: number, content: Buffer) =>
    ask('PATCH', path, { 'content-type': BYTES, 'upload-offset': String(offset) }, content);

  async function offsetOf(path: string): Promise<string | null> {
    return (await ask('HEAD', path)).headers.get('upload-offset');
  }

  const idOf = (path: string): string => path.split('/').at(-1) ?? '';

  async function look(id: string): Promise<Record<string, unknown>> {
    const answer = await fetch(`${origin}/api/v1/uploads/${id}`, { headers: user.headers });
    return (await answer.json()) as Record<string, unknown>;
  }

  async function download(id: string): Promise<Buffer> {
    const answer = await fetch(`${origin}/api/v1/audio/${id}/download`, { headers: user.headers });
    return Buffer.from(await answer.arrayBuffer());
  }

  it('go on where they broke off, and send only what is missing', async () => {
    const options: UploadOptions = {
      endpoint: `${origin}/api/v1/uploads/resumable`,
      headers: user.headers,
      metadata: { filename: 'over the mountains.wav', sha256: SHA256 },
      httpStack: new DefaultHttpStack({}),
      retryDelays: null,
    };
    // The client is cut off at about 60 %: its connection ends, it says nothing more.
    const url = await new Promise<string>((resolve, reject) => {
      const first = new TusUpload(SOUND, {
        ...options,
        // In pieces, for a fast machine has the whole on its way before it says that it has sent a part.
        chunkSize: SOUND.length / 5,
        onProgress: (sent) => {
          if (sent < SOUND.length * 0.6) return;
          void first.abort(false).then(() => resolve(first.url ?? ''));
        },
        onError: reject,
      });
      first.start();
    });
    const kept = Number(await offsetOf(url));
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(SOUND.length);
    expect(await look(idOf(url))).toMatchObject({ status: 'open', kind: 'resumable', receivedBytes: kept, audioId: null });
    // Another client, which knows nothing but the address.
    const offsets: number[] = [];
    await new Promise<void>((resolve, reject) => {
      new TusUpload(SOUND, {
        ...options,
        uploadUrl: url,
        onAfterResponse: (_request, response) => void offsets.push(Number(response.getHeader('Upload-Offset'))),
        onSuccess: () => resolve(),
        onError: reject,
      }).start();
    });
    expect(offsets).toEqual([kept, SOUND.length]);
    const id = idOf(url);
    expect(await look(id)).toMatchObject({ status: 'completed', percentage: 100, audioId: id, name: 'over the mountains.wav' });
    expect((await download(id)).equals(SOUND)).toBe(true);
    expect(await keysUnder(`workspaces/${user.workspaceId}/audio/${id}/`)).toEqual(['original']);
  }, 60_000);

  it('come in many small requests', async () => {
    const path = await begin(SHORT.length);
    for (let at = 0; at < SHORT.length; at += 7_001) {
      const answer = await patch(path, at, SHORT.subarray(at, at + 7_001));
      expect([answer.status, answer.headers.get('upload-offset')]).toEqual([204, String(Math.min(at + 7_001, SHORT.length))]);
    }
    expect((await download(idOf(path))).equals(SHORT)).toBe(true);
  });

  it('may come with their creation', async () => {
    const headers = { 'upload-length': String(SHORT.length), 'content-type': BYTES };
    const answer = await ask('POST', '../resumable', headers, SHORT);
    expect([answer.status, answer.headers.get('upload-offset')]).toEqual([201, String(SHORT.length)]);
    expect((await download(idOf(answer.headers.get('location') ?? ''))).equals(SHORT)).toBe(true);
  });

  it('keep their bytes apart when two send at once', async () => {
    const path = await begin(SHORT.length);
    const others = Buffer.from(SHORT).fill(7, 44);
    const answers = await Promise.all([patch(path, 0, SHORT), patch(path, 0, others), patch(path, 0, SHORT)]);
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses[0]).toBe(204);
    for (const { status, code } of answers.filter((answer) => answer.status !== 204))
      expect([status, code]).toEqual(
        expect.arrayContaining([expect.any(Number), expect.stringMatching(/^upload_(offset_mismatch|busy)$/)]),
      );
    const kept = await download(idOf(path));
    expect(kept.equals(SHORT) || kept.equals(others)).toBe(true);
  });

  it('wait for a process that holds them, until it is taken for dead', async () => {
    const path = await begin(SHORT.length);
    await api.database.asSystem((tx) =>
      tx.execute(`UPDATE uploads SET writer = gen_random_uuid(), writer_until = now() + interval '1 second' WHERE id = $1`, [
        idOf(path),
      ]),
    );
    const started = performance.now();
    expect((await patch(path, 0, SHORT)).status).toBe(204);
    expect(performance.now() - started).toBeGreaterThan(700);
  });

  it('keep what came when the connection breaks in the middle of a request', async () => {
    const path = await begin(SHORT.length);
    const outgoing = request(new URL(path, origin), {
      method: 'PATCH',
      headers: {
        ...user.headers,
        'tus-resumable': '1.0.0',
        'upload-offset': 0,
        'content-type': BYTES,
        'content-length': SHORT.length,
      },
    });
    outgoing.on('error', () => undefined);
    outgoing.write(SHORT.subarray(0, 20_000));
    await sleep(300);
    outgoing.destroy();
    let offset = await offsetOf(path);
    for (let turn = 0; offset === '0' && turn < 50; turn += 1) {
      await sleep(50);
      offset = await offsetOf(path);
    }
    expect(offset).toBe('20000');
    expect((await patch(path, 20_000, SHORT.subarray(20_000))).status).toBe(204);
    expect((await download(idOf(path))).equals(SHORT)).toBe(true);
  });

  it('are completed though the process died after the last byte', async () => {
    const path = await begin(SHORT.length);
    await patch(path, 0, SHORT.subarray(0, 10));
    const [row] = await api.database.asSystem((tx) =>
      tx.query<{ key: string; store: string }>(
        `UPDATE uploads SET received_bytes = bytes WHERE id = $1 RETURNING object_key AS key, store_upload_id AS store`,
        [idOf(path)],
      ),
    );
    await api.app.get(ObjectStore).putPart(row?.key ?? '', row?.store ?? '', 1, SHORT);
    expect(await offsetOf(path)).toBe(String(SHORT.length));
    expect(await look(idOf(path))).toMatchObject({ status: 'completed', audioId: idOf(path) });
  });

  it('that are no recording are refused with the last byte', async () => {
    const path = await begin(9);
    expect(await patch(path, 0, Buffer.from('some text'))).toMatchObject({ status: 415, code: 'unsupported_format' });
    expect(await ask('HEAD', path)).toMatchObject({ status: 410 });
    expect(await look(idOf(path))).toMatchObject({ status: 'failed', error: { code: 'unsupported_format' } });
    const headers = { 'upload-metadata': `sha256 ${Buffer.from('0'.repeat(64)).toString('base64')}` };
    const other = await begin(SHORT.length, headers);
    expect(await patch(other, 0, SHORT)).toMatchObject({ status: 422, code: 'checksum_mismatch' });
  });

  it('are terminated', async () => {
    const path = await begin(SHORT.length);
    await patch(path, 0, SHORT.subarray(0, 100));
    expect((await ask('DELETE', path)).status).toBe(204);
    expect((await ask('HEAD', path)).status).toBe(410);
    expect(await patch(path, 100, SHORT.subarray(100))).toMatchObject({ status: 410, code: 'upload_gone' });
  });

  it('expire', async () => {
    const created = await ask('POST', '../resumable', { 'upload-length': '100' });
    const expires = new Date(created.headers.get('upload-expires') ?? '').getTime() - Date.now();
    expect(expires / 3_600_000).toBeCloseTo(24, 1);
    const path = created.headers.get('location') ?? '';
    await api.database.asSystem((tx) => tx.execute(`UPDATE uploads SET expires_at = now() WHERE id = $1`, [idOf(path)]));
    expect((await ask('HEAD', path)).status).toBe(410);
    expect(await patch(path, 0, Buffer.alloc(10))).toMatchObject({ status: 410, code: 'upload_gone' });
  });

  it('are nobody else’s, and of their own kind', async () => {
    const path = await begin(SHORT.length);
    const stranger = await api.register();
    const headers = { 'content-type': BYTES, 'upload-offset': '0' };
    expect((await ask('HEAD', path, {}, undefined, stranger)).status).toBe(404);
    expect(await ask('PATCH', path, headers, SHORT, stranger)).toMatchObject({ status: 404, code: 'upload_not_found' });
    expect(await ask('DELETE', path, {}, undefined, stranger)).toMatchObject({ status: 404, code: 'upload_not_found' });
    expect(await offsetOf(path)).toBe('0');
    const inParts = await fetch(`${origin}/api/v1/uploads`, {
      method: 'POST',
      headers: { ...user.headers, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'x', bytes: 100 }),
    });
    const { id } = (await inParts.json()) as { id: string };
    expect(await patch(id, 0, Buffer.alloc(100))).toMatchObject({ status: 404, code: 'upload_not_found' });
    expect((await fetch(`${origin}/api/v1/uploads/resumable/${id}`, { method: 'HEAD' })).status).toBe(401);
  });

  it('are told what the protocol wants', async () => {
    const path = await begin(SHORT.length);
    const version = { 'tus-resumable': '0.2.2' };
    expect(await ask('HEAD', path, version)).toMatchObject({ status: 412 });
    const refused = await ask('POST', '../resumable', { ...version, 'upload-length': '5' });
    expect(refused).toMatchObject({ status: 412, code: 'resumable_version_unsupported' });
    expect([refused.headers.get('tus-version'), refused.headers.get('tus-resumable')]).toEqual(['1.0.0', '1.0.0']);
    expect(await patch(path, 5, SHORT.subarray(5))).toMatchObject({ status: 409, code: 'upload_offset_mismatch' });
    expect(await patch(path, 0, Buffer.alloc(SHORT.length + 1))).toMatchObject({ status: 413, code: 'upload_exceeds_length' });
    expect(await ask('PATCH', path, { 'upload-offset': '0', 'content-type': 'audio/wav' }, SHORT)).toMatchObject({ status: 415 });
    expect(await ask('PATCH', path, { 'upload-offset': '0', 'content-type': 'application/json' }, SHORT)).toMatchObject({
      status: 415,
    });
    expect(await ask('PATCH', path, { 'content-type': BYTES }, SHORT)).toMatchObject({ code: 'resumable_request_malformed' });
    expect(await ask('POST', '../resumable')).toMatchObject({ status: 400, code: 'resumable_request_malformed' });
    expect(await ask('POST', '../resumable', { 'upload-length': '-1' })).toMatchObject({ status: 400 });
    expect(await ask('POST', '../resumable', { 'upload-length': '0' })).toMatchObject({ status: 422, code: 'empty_file' });
    expect(await ask('POST', '../resumable', { 'upload-length': '30000001' })).toMatchObject({
      status: 413,
      code: 'recording_too_large',
    });
    expect(await offsetOf(path)).toBe('0');
    const known = await fetch(`${origin}/api/v1/uploads/resumable`, { method: 'OPTIONS' });
    expect([known.status, known.headers.get('tus-version'), known.headers.get('tus-max-size')]).toEqual([
      204,
      '1.0.0',
      '30000000',
    ]);
    expect(known.headers.get('tus-extension')).toBe('creation,creation-with-upload,expiration,termination');
  });

  async function keysUnder(prefix: string): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of api.app.get(ObjectStore).list(prefix)) keys.push(key.slice(prefix.length));
    return keys;
  }
});
