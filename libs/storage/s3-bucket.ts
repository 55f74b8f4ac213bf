import { setTimeout as wait } from 'node:timers/promises';
import { CreateBucketCommand, HeadBucketCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import type { S3Settings } from './s3-object-store.js';

const ASK_AGAIN_MS = 1_000;

/**
 * Creates the bucket of the settings where the store does not have it. For stores that come up together with Steno; elsewhere buckets
 * are made with care for what they may cost and who may read them.
 * @param patienceMs how long a store may take to come up; until then one that does not answer is asked again
 * @returns whether it was created now
 * @throws S3ServiceException when the store refuses; the last error of a store that did not come up
 */
export async function createBucket(settings: S3Settings, patienceMs = 60_000): Promise<boolean> {
  const { bucket, region, endpoint, credentials, forcePathStyle } = settings;
  const client = new S3Client({ region, endpoint, credentials, forcePathStyle });
  const deadline = performance.now() + patienceMs;
  try {
    for (;;) {
      try {
        return await createWhereMissing(client, bucket);
      } catch (error) {
        if (!isComingUp(error) || performance.now() > deadline) throw error;
        await wait(ASK_AGAIN_MS);
      }
    }
  } finally {
    client.destroy();
  }
}

async function createWhereMissing(client: S3Client, bucket: string): Promise<boolean> {
  try {
    await client.send(new HeadBucketCommand({ Bucket: bucket }));
    return false;
  } catch (error) {
    if (!(error instanceof S3ServiceException) || error.$metadata.httpStatusCode !== 404) throw error;
  }
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  return true;
}

/** No answer at all, or one that says "not now". */
function isComingUp(error: unknown): boolean {
  return !(error instanceof S3ServiceException) || (error.$metadata.httpStatusCode ?? 0) >= 500;
}
