import { randomBytes } from 'node:crypto';
import { DeleteBucketCommand, HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from '@jest/globals';
import { testS3 } from '#testing/servers';
import { createBucket } from './s3-bucket.js';

const s3 = testS3();

describe('createBucket', () => {
  it('gives up on a store that does not come up', async () => {
    const settings = { bucket: 'steno', region: 'us-east-1', endpoint: 'http://127.0.0.1:1', forcePathStyle: true };
    const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' };
    await expect(createBucket({ ...settings, credentials }, 0)).rejects.toThrow('ECONNREFUSED');
  });

  // Swift comes with npm test where it can be installed.
  (s3 === null ? it.skip : it)('creates the bucket once', async () => {
    const bucket = `steno-${randomBytes(6).toString('hex')}`;
    const settings = { bucket, region: 'us-east-1', forcePathStyle: true, ...s3 };
    expect(await createBucket(settings)).toBe(true);
    expect(await createBucket(settings)).toBe(false);
    const client = new S3Client(settings);
    await expect(client.send(new HeadBucketCommand({ Bucket: bucket }))).resolves.toBeDefined();
    await client.send(new DeleteBucketCommand({ Bucket: bucket }));
    client.destroy();
  });
});
