import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type S3Double, startS3Double } from '#testing/s3-double';
import { describeObjectStore } from './object-store-contract.js';
import { S3ObjectStore, type S3Settings, type S3Timing } from './s3-object-store.js';

const MIB = 1024 * 1024;
const QUICK = { requestTimeoutMs: 1_500, stallMs: 300, partBytes: 5 * MIB };

function settingsOf(double: S3Double, more: Partial<S3Settings> = {}): S3Settings {
  const { bucket, region, credentials } = double.settings;
  return { bucket, region, credentials, endpoint: double.endpoint, forcePathStyle: true, ...more };
}

describeObjectStore('S3ObjectStore', async () => {
  const double = await startS3Double();
  return {
    store: new S3ObjectStore(settingsOf(double), { partBytes: 5 * MIB }),
    unfinished: () => Promise.resolve(double.openUploads.length),
    putByUrl: async (url, content) => (await fetch(url, { method: 'PUT', body: new Uint8Array(content) })).status,
    stop: () => double.stop(),
  };
});

describe('S3ObjectStore', () => {
  let double: S3Double;
  let store: S3ObjectStore;

  beforeAll(async () => {
    double = await startS3Double();
  });
  beforeEach(() => {
    store = storeWith();
  });
  afterEach(() => double.fail('ok'));
  afterAll(() => double.stop());

  function storeWith(more: Partial<S3Settings> = {}, timing: Partial<S3Timing> = {}): S3ObjectStore {
    return new S3ObjectStore(settingsOf(double, more), { ...QUICK, ...timing });
  }

  function put(key: string, content: Buffer | string): Promise<{ bytes: number }> {
    return store.put(key, Readable.from([Buffer.from(content)]), { contentType: 'audio/wav' });
  }

  async function milliseconds(work: () => Promise<unknown>): Promise<number> {
    const started = performance.now();
    await work();
    return performance.now() - started;
  }

  it('uploads a small object in one request and a large one in parts', async () => {
    double.requests.length = 0;
    await put('small', randomBytes(5 * MIB - 1));
    expect(double.requests).toEqual(['PutObject']);
    double.requests.length = 0;
    await put('large', randomBytes(10 * MIB));
    expect(double.requests).toEqual(['CreateMultipartUpload', 'UploadPart', 'UploadPart', 'CompleteMultipartUpload']);
  });

  it('completes though every third request is answered 503', async () => {
    const content = randomBytes(17 * MIB);
    double.fail('503third');
    await put('third', content);
    expect((await buffer((await store.get('third')).body)).equals(content)).toBe(true);
    expect(double.openUploads).toEqual([]);
  });

  it.each(['503', 'reset'] as const)('is unavailable within 5 s when the store only gives: %s', async (mode) => {
    double.fail(mode);
    const unavailable = {
      code: 'storage_unavailable',
      kind: 'unavailable',
      retryAfterSeconds: 5,
      message: expect.stringContaining('S3_ENDPOINT'),
    };
    const took = await milliseconds(() => expect(put('never', 'x')).rejects.toMatchObject(unavailable));
    expect(took).toBeLessThan(5_000);
    await expect(store.checkStorage()).rejects.toMatchObject(unavailable);
    double.fail('ok');
    expect(await store.head('never')).toBeNull();
  });

  it('is unavailable when nobody listens', async () => {
    const lonely = storeWith({ endpoint: 'http://127.0.0.1:9' });
    await expect(lonely.checkStorage()).rejects.toMatchObject({ code: 'storage_unavailable' });
  });

  it('gives a store up that hangs, after three attempts', async () => {
    const requestTimeoutMs = 500;
    store = storeWith({}, { requestTimeoutMs });
    double.fail('hang');
    double.requests.length = 0;
    const took = await milliseconds(() => expect(put('hung', 'x')).rejects.toMatchObject({ code: 'storage_unavailable' }));
    expect(double.requests).toEqual(['PutObject', 'PutObject', 'PutObject']);
    expect(took).toBeGreaterThan(3 * requestTimeoutMs - 50);
    expect(took).toBeLessThan(30 * requestTimeoutMs);
  });

  it('knows within the time of an answer that a store takes no part', async () => {
    double.fail('hang', 'UploadPart');
    const took = await milliseconds(() =>
      expect(put('hung', randomBytes(8 * MIB))).rejects.toMatchObject({ code: 'storage_unavailable' }),
    );
    // A part of 5 MiB may take 20 s and more as long as bytes move; three times that is no answer to somebody who waits.
    expect(took).toBeLessThan(10 * QUICK.requestTimeoutMs);
    expect(double.openUploads).toEqual([]);
  });

  it.each(['UploadPart', 'CompleteMultipartUpload'] as const)('aborts the upload when %s fails', async (operation) => {
    double.fail('503', operation);
    await expect(put('unfinished', randomBytes(12 * MIB))).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(double.requests).toContain('AbortMultipartUpload');
    expect(double.openUploads).toEqual([]);
    expect(await store.head('unfinished')).toBeNull();
  });

  it('does not wait for a slow source when a part has failed', async () => {
    double.fail('denied', 'UploadPart');
    const source = new Readable({ read: () => undefined });
    source.push(randomBytes(6 * MIB));
    await expect(store.put('waiting', source, { contentType: 'audio/wav' })).rejects.toMatchObject({
      code: 'storage_misconfigured',
    });
    expect(source.destroyed).toBe(true);
    expect(double.openUploads).toEqual([]);
  });

  it('sweeps uploads that could not be aborted', async () => {
    double.fail('denied', 'UploadPart', 'AbortMultipartUpload');
    await expect(put('stranded', randomBytes(6 * MIB))).rejects.toMatchObject({ code: 'storage_misconfigured' });
    double.fail('ok');
    expect(double.openUploads).toHaveLength(1);
    expect(await store.removeUnfinished(new Date(Date.now() - 60_000))).toBe(0);
    expect(await store.removeUnfinished(new Date(Date.now() + 60_000))).toBe(1);
    expect(double.openUploads).toEqual([]);
  });

  it('never takes a body that was cut off for a whole one', async () => {
    await put('cut', randomBytes(MIB));
    double.fail('truncate', 'GetObject');
    await expect(buffer((await store.get('cut')).body)).rejects.toMatchObject({ kind: 'unavailable' });
    const directory = await mkdtemp(join(tmpdir(), 's3-object-store-'));
    await expect(store.download('cut', join(directory, 'file'))).rejects.toMatchObject({ kind: 'unavailable' });
    expect(await readdir(directory)).toEqual([]);
    await rm(directory, { recursive: true });
  });

  it('fetches an object once more that came other than it was stored, and then gives it up', async () => {
    const content = randomBytes(MIB);
    const sha256 = createHash('sha256').update(content).digest('hex');
    await put('corrupt', content);
    double.fail('corrupt', 'GetObject');
    double.requests.length = 0;
    const path = join(tmpdir(), `corrupt-${process.pid}`);
    await expect(store.downloadIntact('corrupt', path, sha256)).rejects.toMatchObject({ code: 'integrity' });
    expect(double.requests).toEqual(['GetObject', 'GetObject']);
    await expect(readdir(path)).rejects.toMatchObject({ code: 'ENOENT' });
    double.fail('ok');
    await store.downloadIntact('corrupt', path, sha256);
    await rm(path);
  });

  it('gives a body up that falls silent', async () => {
    await put('crawling', randomBytes(8_000));
    double.fail('slow', 'GetObject');
    const impatient = storeWith({}, { stallMs: 100 });
    await expect(buffer((await impatient.get('crawling')).body)).rejects.toMatchObject({ code: 'object_truncated' });
  });

  it('gives a download up that only crawls', async () => {
    await put('crawling', randomBytes(8_000));
    double.fail('slow', 'GetObject');
    const path = join(tmpdir(), `crawling-${process.pid}`);
    await expect(store.download('crawling', path)).rejects.toMatchObject({ code: 'storage_unavailable' });
    await expect(readdir(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('waits for a reader that pauses', async () => {
    const content = randomBytes(MIB);
    await put('paused', content);
    const { body } = await storeWith({}, { stallMs: 50 }).get('paused');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await buffer(body)).equals(content)).toBe(true);
  });

  it.each([
    ['an unknown bucket', { bucket: 'missing' }, 'S3_BUCKET'],
    ['a wrong secret', { credentials: { accessKeyId: 'steno-test', secretAccessKey: 'wrong' } }, 'S3_SECRET_ACCESS_KEY'],
    ['an unknown access key', { credentials: { accessKeyId: 'nobody', secretAccessKey: 'x' } }, 'S3_ACCESS_KEY_ID'],
    ['another region', { region: 'eu-west-1' }, 'S3_REGION'],
  ])('tells the operator about %s', async (_, settings, variable) => {
    const told = { code: 'storage_misconfigured', message: expect.stringContaining(variable) };
    const wrong = storeWith(settings);
    await expect(wrong.checkStorage()).rejects.toMatchObject(told);
    await expect(wrong.put('x', Readable.from([Buffer.from('x')]), { contentType: 'audio/wav' })).rejects.toMatchObject(told);
  });

  it('tells a full store and a denied one apart', async () => {
    double.fail('full', 'PutObject');
    await expect(put('x', 'x')).rejects.toMatchObject({ code: 'insufficient_storage' });
    double.fail('denied');
    await expect(store.head('x')).rejects.toMatchObject({ code: 'storage_misconfigured' });
  });

  it('signs URLs for the public address, with the name and type to save under', async () => {
    await put('signed', 'content');
    const behind = storeWith({ publicEndpoint: 'http://objects.example:9000' });
    expect(new URL(await behind.signedUrl('signed', { expiresSeconds: 60 })).host).toBe('objects.example:9000');
    const url = await store.signedUrl('signed', { expiresSeconds: 60, fileName: 'Größe "1".wav', contentType: 'audio/x-own' });
    const answer = await fetch(url);
    expect(await answer.text()).toBe('content');
    expect(answer.headers.get('content-type')).toBe('audio/x-own');
    expect(answer.headers.get('content-disposition')).toBe(
      `attachment; filename="Gr__e _1_.wav"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%221%22.wav`,
    );
    expect((await fetch(url.replace('signed', 'third'))).status).toBe(403);
  });

  it('lets go of the connection when a body is destroyed', async () => {
    await put('released', randomBytes(4 * MIB));
    const bodies = await Promise.all(Array.from({ length: 20 }, () => store.get('released')));
    const open = await double.connections();
    bodies.forEach(({ body }) => body.destroy());
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await double.connections()).toBeLessThanOrEqual(open - 20);
  });
});
