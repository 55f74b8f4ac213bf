import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { testS3 } from '#testing/servers';
import { describeObjectStore } from './object-store-contract.js';
import { S3ObjectStore, type S3Settings } from './s3-object-store.js';

jest.setTimeout(180_000);

const MIB = 1024 * 1024;
const REGION = 'us-east-1';
const found = testS3();
const s3 = found ?? { endpoint: 'http://nowhere', credentials: { accessKeyId: '', secretAccessKey: '' } };

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A bucket of its own, and a client that is not the driver's. */
async function newBucket(): Promise<{ client: S3Client; settings: S3Settings }> {
  const { endpoint, credentials } = s3;
  const client = new S3Client({
    endpoint,
    credentials,
    region: REGION,
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const bucket = `steno-${randomBytes(6).toString('hex')}`;
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  return { client, settings: { bucket, region: REGION, credentials, endpoint, forcePathStyle: true } };
}

// Swift comes with npm test where it can be installed.
(found === null ? describe.skip : describe)('with Swift', () => {
  describeObjectStore('S3ObjectStore on Swift', async () => {
    const { client, settings } = await newBucket();
    return {
      store: new S3ObjectStore(settings, { partBytes: 5 * MIB }),
      unfinished: async () =>
        (await client.send(new ListMultipartUploadsCommand({ Bucket: settings.bucket }))).Uploads?.length ?? 0,
      putByUrl: async (url, content) => (await fetch(url, { method: 'PUT', body: new Uint8Array(content) })).status,
      keepsCompletedParts: true,
      stop: () => Promise.resolve(client.destroy()),
    };
  });

  describe('S3ObjectStore on Swift', () => {
    let client: S3Client;
    let settings: S3Settings;
    let store: S3ObjectStore;

    beforeAll(async () => {
      ({ client, settings } = await newBucket());
      store = new S3ObjectStore(settings, { partBytes: 5 * MIB });
    });
    afterAll(() => client.destroy());

    function put(key: string, content: Buffer | string): Promise<{ bytes: number }> {
      return store.put(key, Readable.from([Buffer.from(content)]), { contentType: 'audio/wav' });
    }

    it('gives an object to whoever holds a presigned link, under the name wished for', async () => {
      await put('signed', 'content');
      const url = await store.signedUrl('signed', { expiresSeconds: 60, fileName: 'Größe.wav', contentType: 'audio/x-own' });
      const answer = await fetch(url);
      expect(await answer.text()).toBe('content');
      expect(answer.headers.get('content-type')).toMatch(/^audio\/x-own/);
      expect(answer.headers.get('content-disposition')).toContain("filename*=UTF-8''Gr%C3%B6%C3%9Fe.wav");
      expect((await fetch(url.replace('signed', 'other'))).status).toBe(403);
      expect((await fetch(url.replace('X-Amz-Expires=60', 'X-Amz-Expires=600'))).status).toBe(403);
    });

    it('gives a span of a presigned link, as a player asks for it', async () => {
      await put('span', '0123456789');
      const url = await store.signedUrl('span', { expiresSeconds: 60 });
      const answer = await fetch(url, { headers: { range: 'bytes=2-4' } });
      expect([answer.status, await answer.text()]).toEqual([206, '234']);
    });

    it('takes an object by a presigned link, and by presigned parts', async () => {
      const Bucket = settings.bucket;
      const single = await getSignedUrl(client, new PutObjectCommand({ Bucket, Key: 'single' }), { expiresIn: 60 });
      expect((await fetch(single, { method: 'PUT', body: 'by link' })).status).toBe(200);
      expect((await buffer((await store.get('single')).body)).toString()).toBe('by link');

      const content = randomBytes(11 * MIB);
      const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'parts' }));
      const Parts: { PartNumber: number; ETag: string }[] = [];
      for (const [PartNumber, from, to] of [
        [1, 0, 5 * MIB],
        [2, 5 * MIB, 10 * MIB],
        [3, 10 * MIB, 11 * MIB],
      ] as const) {
        const part = new UploadPartCommand({ Bucket, Key: 'parts', UploadId, PartNumber });
        const url = await getSignedUrl(client, part, { expiresIn: 60 });
        const answer = await fetch(url, { method: 'PUT', body: content.subarray(from, to) });
        Parts.push({ PartNumber, ETag: answer.headers.get('etag') ?? '' });
      }
      await client.send(new CompleteMultipartUploadCommand({ Bucket, Key: 'parts', UploadId, MultipartUpload: { Parts } }));
      expect(sha256(await buffer((await store.get('parts')).body))).toBe(sha256(content));
    });

    it('lists the parts of an upload, and lets it be aborted', async () => {
      const target = { Bucket: settings.bucket, Key: 'aborted' };
      const { UploadId } = await client.send(new CreateMultipartUploadCommand(target));
      await client.send(new UploadPartCommand({ ...target, UploadId, PartNumber: 1, Body: randomBytes(5 * MIB) }));
      const { Parts = [] } = await client.send(new ListPartsCommand({ ...target, UploadId }));
      expect(Parts.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([[1, 5 * MIB]]);
      await client.send(new AbortMultipartUploadCommand({ ...target, UploadId }));
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: settings.bucket }));
      expect(Uploads).toEqual([]);
      expect(await store.head('aborted')).toBeNull();
    });

    it('sweeps uploads that nobody finished', async () => {
      await client.send(new CreateMultipartUploadCommand({ Bucket: settings.bucket, Key: 'left/behind' }));
      expect(await store.removeUnfinished(new Date(Date.now() - 60_000))).toBe(0);
      expect(await store.removeUnfinished(new Date(Date.now() + 60_000), 'left/')).toBe(1);
      expect(await store.removeUnfinished(new Date(Date.now() + 60_000))).toBe(0);
    });

    it.each([
      ['an unknown bucket', { bucket: 'missing-bucket' }, 'S3_BUCKET'],
      ['a wrong secret', { credentials: { ...s3.credentials, secretAccessKey: 'wrong' } }, 'S3_SECRET_ACCESS_KEY'],
      ['an unknown access key', { credentials: { accessKeyId: 'nobody', secretAccessKey: 'x' } }, 'S3_ACCESS_KEY_ID'],
      ['another region', { region: 'eu-west-1' }, 'S3_REGION'],
    ])('tells the operator about %s', async (_, wrong, variable) => {
      const told = { code: 'storage_misconfigured', message: expect.stringContaining(variable) };
      await expect(new S3ObjectStore({ ...settings, ...wrong }).checkStorage()).rejects.toMatchObject(told);
    });
  });
});
