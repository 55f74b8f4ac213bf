import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { S3Client, UploadPartCommand } from '@aws-sdk/client-s3';
import { ObjectStore } from '#storage';
import { type S3Double, startS3Double } from '#testing/s3-double';
import { wav } from '#testing/recordings';
import { type SignedInUser, startTestApi, type TestApi } from './test-api.js';
import { s3Environment } from './uploads.fixture.js';

const MIB = 1024 * 1024;
/** 11.2 MB: two parts. */
const SOUND = Buffer.concat([wav(1), Buffer.alloc(11_168_000)]);
SOUND.writeUInt32LE(SOUND.length - 8, 4);
SOUND.writeUInt32LE(SOUND.length - 44, 40);
/** One part. */
const SHORT = wav(1);
const SHA256 = createHash('sha256').update(SOUND).digest('hex');

interface PartUrl {
  number: number;
  bytes: number;
  url: string;
}
interface Upload {
  id: string;
  status: string;
  percentage: number;
  receivedBytes: number;
  partBytes: number;
  partCount: number;
  audioId: string | null;
  error: { code: string } | null;
  parts: { number: number; bytes: number }[];
  partUrls: PartUrl[];
}

describe.each(['disk', 's3'] as const)('uploads in parts, on %s', (kind) => {
  let api: TestApi;
  let user: SignedInUser;
  let stranger: SignedInUser;
  let origin: string;
  let s3: S3Double | undefined;

  beforeAll(async () => {
    s3 = kind === 's3' ? await startS3Double() : undefined;
    api = await startTestApi({ MAX_UPLOAD_MB: '20', ...(s3 === undefined ? {} : s3Environment(s3)) });
    await api.app.listen(0, '127.0.0.1');
    origin = await api.app.getUrl();
    [user, stranger] = [await api.register(), await api.register()];
  });
  afterAll(async () => {
    await api.stop();
    await s3?.stop();
  });

  async function ask<T = Record<string, unknown>>(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: object,
    as = user,
  ): Promise<{ status: number; body: T; headers: Headers }> {
    const answer = await fetch(`${origin}/api/v1/uploads${path}`, {
      method,
      headers: { ...as.headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as T, headers: answer.headers };
  }

  async function begin(order: object = {}): Promise<Upload> {
    const { status, body } = await ask<Upload>('POST', '', { name: 'conference.wav', bytes: SOUND.length, ...order });
    expect(status).toBe(201);
    return body;
  }

  /** As any client would, without a token. */
  async function put({ url }: Pick<PartUrl, 'url'>, content: Buffer): Promise<Response> {
    const { pathname, search } = new URL(url);
    return fetch(kind === 's3' ? url : origin + pathname + search, { method: 'PUT', body: new Uint8Array(content) });
  }

  const bytesOf = ({ number, bytes }: PartUrl, partBytes: number, of = SOUND): Buffer =>
    of.subarray((number - 1) * partBytes, (number - 1) * partBytes + bytes);

  /** An upload of one part, which has arrived. */
  async function sendShort(order: object = {}, content = SHORT): Promise<Upload> {
    const upload = await begin({ bytes: content.length, ...order });
    expect((await put(upload.partUrls[0] as PartUrl, content)).ok).toBe(true);
    return upload;
  }

  async function putAll({ partUrls, partBytes }: Upload, numbers = partUrls.map(({ number }) => number)): Promise<void> {
    for (const part of partUrls.filter(({ number }) => numbers.includes(number)))
      expect((await put(part, bytesOf(part, partBytes))).ok).toBe(true);
  }

  async function leftInStore(): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of api.app.get(ObjectStore).list('')) keys.push(key);
    return keys;
  }

  it('become a recording, part by part, in any order', async () => {
    const upload = await begin({ sha256: SHA256.toUpperCase(), contentType: 'text/html' });
    expect(upload).toMatchObject({ status: 'open', percentage: 0, partBytes: 10 * MIB, partCount: 2, audioId: null });
    expect(upload.partUrls.map(({ number, bytes }) => [number, bytes])).toEqual([
      [1, 10 * MIB],
      [2, SOUND.length - 10 * MIB],
    ]);
    await putAll(upload, [2]);
    const seen = await ask<Upload>('GET', `/${upload.id}`);
    expect(seen.body).toMatchObject({ status: 'open', percentage: 6, parts: [{ number: 2, bytes: SOUND.length - 10 * MIB }] });
    await putAll(upload, [1]);
    const { status, body, headers } = await ask('POST', `/${upload.id}/complete`);
    expect([status, headers.get('location')]).toEqual([200, `/api/v1/audio/${upload.id}`]);
    expect(body).toMatchObject({ id: upload.id, name: 'conference.wav', container: 'wav', bytes: SOUND.length, sha256: SHA256 });
    expect((await ask('GET', `/${upload.id}`)).body).toMatchObject({
      status: 'completed',
      percentage: 100,
      audioId: upload.id,
      parts: [],
    });
    const file = await fetch(`${origin}/api/v1/audio/${upload.id}/download`, { headers: user.headers });
    expect(Buffer.from(await file.arrayBuffer()).equals(SOUND)).toBe(true);
  });

  it('are completed once, whoever asks how often', async () => {
    const upload = await sendShort();
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask('POST', `/${upload.id}/complete`)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect((await ask('POST', `/${upload.id}/complete`)).body).toEqual(answers[0]?.body);
    const rows = await api.database.asSystem((tx) => tx.query(`SELECT id FROM audio WHERE id = $1`, [upload.id]));
    expect(rows).toHaveLength(1);
  });

  it('are completed after the process died in the middle', async () => {
    const upload = await sendShort();
    // Joined in the store and noted as completing, and then nothing more.
    const [row] = await api.database.asSystem((tx) =>
      tx.query<{ key: string; store: string }>(
        `UPDATE uploads SET status = 'completing' WHERE id = $1 RETURNING object_key AS key, store_upload_id AS store`,
        [upload.id],
      ),
    );
    const store = api.app.get(ObjectStore);
    await store.completeParts(row?.key ?? '', row?.store ?? '', await store.parts(row?.key ?? '', row?.store ?? ''));
    expect(await ask('POST', `/${upload.id}/complete`)).toMatchObject({
      status: 200,
      body: { bytes: SHORT.length },
    });
  });

  it('are not completed while parts are missing or of the wrong size', async () => {
    const upload = await begin();
    const wrong = await put(upload.partUrls[1] as PartUrl, Buffer.alloc(1_000));
    expect(wrong.status).toBe(kind === 's3' ? 403 : 409);
    await putAll(upload, [1]);
    expect(await ask('POST', `/${upload.id}/complete`)).toMatchObject({
      status: 409,
      body: { code: 'upload_incomplete', missingParts: ['2'], detail: expect.stringContaining('1 of 2 parts is missing') },
    });
    expect((await ask('GET', `/${upload.id}`)).body).toMatchObject({ status: 'open' });
    await putAll(upload, [2]);
    expect((await ask('POST', `/${upload.id}/complete`)).status).toBe(200);
  });

  it.each([
    ['another hash than announced', { sha256: '0'.repeat(64) }, SHORT, 422, 'checksum_mismatch'],
    ['no sound', {}, Buffer.alloc(1_000, '<html>'), 415, 'unsupported_format'],
  ])('with %s fail for good and leave nothing', async (_, order, content, status, code) => {
    const before = await leftInStore();
    const upload = await sendShort(order, content);
    expect(await ask('POST', `/${upload.id}/complete`)).toMatchObject({ status, body: { code } });
    expect(await ask('POST', `/${upload.id}/complete`)).toMatchObject({ status: 409, body: { code: 'upload_over' } });
    expect((await ask<Upload>('GET', `/${upload.id}`)).body).toMatchObject({ status: 'failed', error: { code } });
    await runClearing(upload.id);
    expect(await leftInStore()).toEqual(before);
  });

  it('give more URLs, and none that outlive the upload', async () => {
    const upload = await begin();
    const more = await ask<Upload>('POST', `/${upload.id}/parts`, { numbers: [2] });
    expect(more.body.partUrls).toEqual([{ number: 2, bytes: SOUND.length - 10 * MIB, url: expect.stringContaining('http') }]);
    expect(await ask('POST', `/${upload.id}/parts`, { numbers: [3] })).toMatchObject({
      status: 422,
      body: { code: 'no_such_part', detail: expect.stringContaining('parts 1 to 2') },
    });
    await api.database.asSystem((tx) =>
      tx.execute(`UPDATE uploads SET expires_at = now() + interval '1.9 seconds' WHERE id = $1`, [upload.id]),
    );
    const short = await ask<Upload>('POST', `/${upload.id}/parts`, { numbers: [1] });
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    const late = await put(short.body.partUrls[0] as PartUrl, SOUND.subarray(0, 10 * MIB));
    expect(late.status).toBe(kind === 's3' ? 403 : 410);
    expect(await ask('POST', `/${upload.id}/parts`, { numbers: [1] })).toMatchObject({
      status: 409,
      body: { code: 'upload_over' },
    });
    expect(await ask('POST', `/${upload.id}/complete`)).toMatchObject({ body: { code: 'upload_over', uploadStatus: 'expired' } });
    expect((await ask('GET', `/${upload.id}`)).body).toMatchObject({ status: 'expired' });
  });

  it('are aborted, with all that came', async () => {
    const before = await leftInStore();
    const upload = await sendShort();
    expect((await ask('DELETE', `/${upload.id}`)).status).toBe(204);
    expect((await ask('DELETE', `/${upload.id}`)).status).toBe(204);
    for (const path of ['complete', 'parts'])
      expect(await ask('POST', `/${upload.id}/${path}`, path === 'parts' ? { numbers: [1] } : undefined)).toMatchObject({
        status: 409,
        body: { code: 'upload_over', detail: expect.stringContaining('aborted') },
      });
    await runClearing(upload.id);
    expect(await leftInStore()).toEqual(before);
    expect((await put(upload.partUrls[0] as PartUrl, SHORT)).status).toBe(404);
    expect(s3?.openUploads.some(({ key }) => key.includes(upload.id)) ?? false).toBe(false);
  });

  it('that are complete are not aborted', async () => {
    const upload = await sendShort();
    await ask('POST', `/${upload.id}/complete`);
    expect(await ask('DELETE', `/${upload.id}`)).toMatchObject({
      status: 409,
      body: { code: 'upload_over', audioId: upload.id },
    });
  });

  it("are nobody else's", async () => {
    const { id } = await begin();
    const body = { numbers: [1] };
    const answers = [
      await ask('GET', `/${id}`, undefined, stranger),
      await ask('POST', `/${id}/parts`, body, stranger),
      await ask('POST', `/${id}/complete`, undefined, stranger),
      await ask('DELETE', `/${id}`, undefined, stranger),
    ];
    expect(answers.map(({ status, body: { code } }) => [status, code])).toEqual(Array(4).fill([404, 'upload_not_found']));
    expect((await ask<{ total: number }>('GET', '', undefined, stranger)).body.total).toBe(0);
    expect((await ask('GET', `/${id}`)).body).toMatchObject({ status: 'open' });
  });

  it('are refused beforehand when they are too large', async () => {
    expect(await ask('POST', '', { name: 'x', bytes: 20_000_001 })).toMatchObject({
      status: 413,
      body: { code: 'recording_too_large', limitBytes: 20_000_000 },
    });
    for (const bytes of [0, -1, 1.5, '5', 2 ** 53])
      expect(await ask('POST', '', { name: 'x', bytes })).toMatchObject({ status: 422, body: { code: 'validation_failed' } });
  });

  it('may be open a hundred at a time', async () => {
    const busy = await api.register();
    const order = { name: 'x', bytes: 1_000 };
    await api.database.asSystem((tx) =>
      tx.execute(
        `INSERT INTO uploads (id, workspace_id, kind, name, object_key, expires_at)
         SELECT gen_random_uuid(), $1, 'parts', 'x', 'x', now() + interval '1 day' FROM generate_series(1, 98)`,
        [busy.workspaceId],
      ),
    );
    const open = s3?.openUploads.length;
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask('POST', '', order, busy)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 409, 409, 409]);
    expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({ code: 'too_many_uploads' });
    if (open !== undefined) expect(s3?.openUploads.length).toBe(open + 2);
  });

  if (kind === 's3')
    it('take parts from a client of S3, too', async () => {
      const upload = await begin({ sha256: SHA256 });
      const [row] = await api.database.asSystem((tx) =>
        tx.query<{ Key: string; UploadId: string }>(
          `SELECT object_key AS "Key", store_upload_id AS "UploadId" FROM uploads WHERE id = $1`,
          [upload.id],
        ),
      );
      const { settings, endpoint } = s3 as S3Double;
      const client = new S3Client({ ...settings, endpoint, forcePathStyle: true, requestChecksumCalculation: 'WHEN_REQUIRED' });
      for (const part of upload.partUrls) {
        const Body = bytesOf(part, upload.partBytes);
        await client.send(
          new UploadPartCommand({
            Bucket: settings.bucket,
            Key: row?.Key,
            UploadId: row?.UploadId,
            PartNumber: part.number,
            Body,
          }),
        );
      }
      expect((await ask('POST', `/${upload.id}/complete`)).status).toBe(200);
    });

  /** What the worker does with the jobs that were owed. */
  async function runClearing(id: string): Promise<void> {
    const store = api.app.get(ObjectStore);
    const jobs = await api.database.asSystem((tx) =>
      tx.query<{ key: string; store: string }>(
        `SELECT payload->>'objectKey' AS key, payload->>'storeUploadId' AS store FROM jobs WHERE name = 'uploads.clear' AND subject_id = $1`,
        [id],
      ),
    );
    expect(jobs).toHaveLength(2);
    for (const job of jobs) {
      await store.abortParts(job.key, job.store);
      await store.deletePrefix(job.key.replace(/original$/, ''));
    }
  }
});
