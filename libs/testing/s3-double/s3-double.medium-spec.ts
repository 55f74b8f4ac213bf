import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type S3Double, startS3Double } from './index.js';

const MIB = 1024 * 1024;
const Bucket = 'recordings';

/** The judge is the SDK of AWS; nothing of this project's own storage is used here. */
describe('S3Double', () => {
  let double: S3Double;
  let s3: S3Client;

  function client(config: Partial<S3ClientConfig> = {}): S3Client {
    const { credentials, region } = double.settings;
    return new S3Client({ endpoint: double.endpoint, region, credentials, forcePathStyle: true, maxAttempts: 1, ...config });
  }

  async function put(Key: string, Body: Buffer | string, more: object = {}): Promise<void> {
    await s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
  }

  async function read(Key: string, more: object = {}): Promise<Buffer> {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  }

  beforeAll(async () => {
    double = await startS3Double();
    s3 = client();
  });
  afterEach(() => double.fail('ok'));
  afterAll(() => double.stop());

  describe('signatures', () => {
    it.each([
      ['a wrong secret', { credentials: { accessKeyId: 'steno-test', secretAccessKey: 'wrong' } }, 'SignatureDoesNotMatch'],
      ['an unknown key', { credentials: { accessKeyId: 'nobody', secretAccessKey: 'steno-test-secret' } }, 'InvalidAccessKeyId'],
      ['another region', { region: 'eu-west-1' }, 'AuthorizationHeaderMalformed'],
      ['a clock an hour off', { systemClockOffset: 3_600_000 }, 'RequestTimeTooSkewed'],
    ])('refuses %s', async (_, config, name) => {
      await expect(client(config).send(new ListObjectsV2Command({ Bucket }))).rejects.toMatchObject({ name });
    });

    it('refuses anonymous reading and writing', async () => {
      await put('private.txt', 'secret');
      const url = `${double.endpoint}/${Bucket}/private.txt`;
      expect((await fetch(url)).status).toBe(403);
      expect((await fetch(url, { method: 'PUT', body: 'mine' })).status).toBe(403);
    });

    it('accepts a presigned URL for its own key, method and time only', async () => {
      await put('signed.txt', 'hello');
      const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'signed.txt', ResponseContentType: 'text/x-own' }), {
        expiresIn: 60,
      });
      const answer = await fetch(url);
      expect([await answer.text(), answer.headers.get('content-type')]).toEqual(['hello', 'text/x-own']);
      expect((await fetch(url.replace('signed.txt', 'private.txt'))).status).toBe(403);
      expect((await fetch(url.replace('x-own', 'html'))).status).toBe(403);
      expect((await fetch(url, { method: 'PUT', body: 'x' })).status).toBe(403);
      const past = new Date(Date.now() - 120_000);
      const old = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'signed.txt' }), {
        expiresIn: 60,
        signingDate: past,
      });
      expect((await fetch(old)).status).toBe(403);
    });

    it('takes a presigned part from a plain client', async () => {
      const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'plain' }));
      const plain = client({ requestChecksumCalculation: 'WHEN_REQUIRED' });
      const url = await getSignedUrl(plain, new UploadPartCommand({ Bucket, Key: 'plain', UploadId, PartNumber: 1 }));
      const ETag = (await fetch(url, { method: 'PUT', body: 'part' })).headers.get('etag') ?? '';
      await s3.send(
        new CompleteMultipartUploadCommand({
          Bucket,
          Key: 'plain',
          UploadId,
          MultipartUpload: { Parts: [{ ETag, PartNumber: 1 }] },
        }),
      );
      expect((await read('plain')).toString()).toBe('part');
    });

    it('refuses a body that is not the signed one', async () => {
      const signed = await captureRequest(s3, new PutObjectCommand({ Bucket, Key: 'swapped', Body: 'what was signed' }));
      const answer = await fetch(signed.url, { method: 'PUT', headers: signed.headers, body: 'what was senT!!' });
      expect(answer.status).toBe(400);
      expect(double.objects.some(({ key }) => key === 'swapped')).toBe(false);
    });
  });

  describe('bodies', () => {
    it('takes aws-chunked streams with a checksum trailer apart', async () => {
      const content = randomBytes(200_000);
      await s3.send(
        new PutObjectCommand({
          Bucket,
          Key: 'streamed',
          Body: Readable.from([content.subarray(0, 70_000), content.subarray(70_000)]),
          ContentLength: content.length,
        }),
      );
      expect(await read('streamed')).toEqual(content);
    });

    it('refuses a wrong checksum and a wrong Content-MD5', async () => {
      await expect(put('bad', 'content', { ChecksumCRC32: 'AAAAAA==' })).rejects.toMatchObject({ name: 'BadDigest' });
      await expect(put('bad', 'content', { ContentMD5: 'AAAAAAAAAAAAAAAAAAAAAA==' })).rejects.toMatchObject({
        name: 'BadDigest',
      });
      await expect(read('bad')).rejects.toMatchObject({ name: 'NoSuchKey' });
    });

    it('serves ranges and refuses those outside', async () => {
      await put('range', '0123456789');
      expect((await read('range', { Range: 'bytes=2-4' })).toString()).toBe('234');
      expect((await read('range', { Range: 'bytes=-3' })).toString()).toBe('789');
      expect((await read('range', { Range: 'bytes=8-99' })).toString()).toBe('89');
      await expect(read('range', { Range: 'bytes=10-' })).rejects.toMatchObject({ name: 'InvalidRange' });
      expect(await s3.send(new HeadObjectCommand({ Bucket, Key: 'range' }))).toMatchObject({ ContentLength: 10 });
    });

    it('knows its own bucket only', async () => {
      await expect(s3.send(new ListObjectsV2Command({ Bucket: 'other' }))).rejects.toMatchObject({ name: 'NoSuchBucket' });
      await put('once', 'x');
      await expect(put('once', 'y', { IfNoneMatch: '*' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    });
  });

  describe('multipart', () => {
    it('takes what lib-storage sends', async () => {
      const content = randomBytes(12 * MIB);
      const params = { Bucket, Key: 'large', Body: Readable.from(content), ContentType: 'audio/wav' };
      const { ETag } = await new Upload({ client: s3, params }).done();
      expect(ETag).toMatch(/^"[0-9a-f]{32}-3"$/);
      expect(sha256(await read('large'))).toBe(sha256(content));
    });

    it('lists parts and uploads in pages, and refuses small parts, wrong tags and wrong order', async () => {
      const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'parts' }));
      const Parts: { ETag?: string; PartNumber: number }[] = [];
      for (const PartNumber of [1, 2, 3]) {
        const { ETag } = await s3.send(new UploadPartCommand({ Bucket, Key: 'parts', UploadId, PartNumber, Body: 'tiny' }));
        Parts.push({ ETag, PartNumber });
      }
      const page = await s3.send(new ListPartsCommand({ Bucket, Key: 'parts', UploadId, MaxParts: 2 }));
      expect(page).toMatchObject({
        IsTruncated: true,
        NextPartNumberMarker: '2',
        Parts: [{ PartNumber: 1, Size: 4 }, { PartNumber: 2 }],
      });
      await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'parts' }));
      const uploads = await s3.send(new ListMultipartUploadsCommand({ Bucket, MaxUploads: 1 }));
      expect(uploads).toMatchObject({ IsTruncated: true, Uploads: [{ Key: 'parts' }] });
      const { NextKeyMarker: KeyMarker, NextUploadIdMarker: UploadIdMarker } = uploads;
      expect((await s3.send(new ListMultipartUploadsCommand({ Bucket, KeyMarker, UploadIdMarker }))).Uploads).toHaveLength(1);

      const complete = (listed: typeof Parts): Promise<unknown> =>
        s3.send(new CompleteMultipartUploadCommand({ Bucket, Key: 'parts', UploadId, MultipartUpload: { Parts: listed } }));
      await expect(complete(Parts)).rejects.toMatchObject({ name: 'EntityTooSmall' });
      await expect(complete(Parts.toReversed())).rejects.toMatchObject({ name: 'InvalidPartOrder' });
      await expect(complete([{ PartNumber: 1, ETag: '"00"' }])).rejects.toMatchObject({ name: 'InvalidPart' });
    });
  });

  describe('lists', () => {
    it('pages in the order of bytes, with encoded keys and groups', async () => {
      const keys = ['l/a b+c.txt', 'l/d/1', 'l/d/2', 'l/é', 'l/z&<>'];
      for (const key of keys) await put(key, 'x');
      const seen: string[] = [];
      let ContinuationToken: string | undefined;
      do {
        const page = await s3.send(
          new ListObjectsV2Command({ Bucket, Prefix: 'l/', MaxKeys: 2, EncodingType: 'url', ContinuationToken }),
        );
        expect(page.EncodingType).toBe('url');
        seen.push(...(page.Contents ?? []).map(({ Key = '' }) => decodeURIComponent(Key)));
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken !== undefined);
      expect(seen).toEqual(['l/a b+c.txt', 'l/d/1', 'l/d/2', 'l/z&<>', 'l/é']);
      const grouped = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'l/', Delimiter: '/' }));
      expect(grouped).toMatchObject({ KeyCount: 4, CommonPrefixes: [{ Prefix: 'l/d/' }] });
      await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: keys.map((Key) => ({ Key })) } }));
      expect((await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'l/' }))).KeyCount).toBe(0);
    });
  });

  describe('faults', () => {
    it('answers 503, every request or every third', async () => {
      double.fail('503');
      await expect(put('f', 'x')).rejects.toMatchObject({ name: 'SlowDown' });
      double.fail('503third');
      const outcomes = await Promise.allSettled([1, 2, 3, 4, 5, 6].map((n) => put(`f${n}`, 'x')));
      expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(2);
    });

    it.each(['truncate', 'reset'] as const)('cuts bodies off: %s', async (mode) => {
      await put('cut', randomBytes(100_000));
      double.fail(mode, 'GetObject');
      await expect(read('cut')).rejects.toThrow();
    });

    it('changes one byte, denies, is full', async () => {
      const content = randomBytes(100_000);
      await put('flip', content);
      double.fail('corrupt');
      const { Body } = await client({ responseChecksumValidation: 'WHEN_REQUIRED' }).send(
        new GetObjectCommand({ Bucket, Key: 'flip' }),
      );
      const received = Buffer.from((await Body?.transformToByteArray()) ?? []);
      expect([...received].filter((byte, at) => byte !== content[at])).toHaveLength(1);
      double.fail('denied', 'PutObject');
      await expect(put('flip', 'x')).rejects.toMatchObject({ name: 'AccessDenied' });
      double.fail('full');
      await expect(put('flip', 'x')).rejects.toMatchObject({ name: 'XMinioStorageFull' });
    });

    it('hangs, and crawls', async () => {
      double.fail('hang');
      const abortSignal = AbortSignal.timeout(200);
      await expect(s3.send(new HeadObjectCommand({ Bucket, Key: 'x' }), { abortSignal })).rejects.toMatchObject({
        name: 'AbortError',
      });
      double.fail('ok');
      await put('slow', randomBytes(512));
      double.fail('slow');
      const started = performance.now();
      await read('slow');
      expect(performance.now() - started).toBeGreaterThan(450);
    });
  });
});

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** What the SDK would send, without sending it. */
async function captureRequest(
  s3: S3Client,
  command: PutObjectCommand,
): Promise<{ url: string; headers: Record<string, string> }> {
  let captured: { url: string; headers: Record<string, string> } | undefined;
  command.middlewareStack.add(
    () => (args) => {
      const request = args.request as {
        protocol: string;
        hostname: string;
        port?: number;
        path: string;
        query: Record<string, string>;
        headers: Record<string, string>;
      };
      const { host: _host, 'content-length': _length, ...headers } = request.headers;
      captured = {
        url: `${request.protocol}//${request.hostname}:${request.port}${request.path}?${new URLSearchParams(request.query).toString()}`,
        headers,
      };
      return Promise.reject(new Error('captured'));
    },
    { step: 'deserialize', priority: 'low' },
  );
  await expect(s3.send(command)).rejects.toThrow('captured');
  if (captured === undefined) throw new Error('The request was not captured.');
  return captured;
}
