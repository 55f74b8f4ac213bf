import { loadConfig } from '#config';
import { messageOf } from '#errors';
import { createBucket } from '#storage';

/** Creates S3_BUCKET where the store does not have it yet; waits a minute for a store that is coming up. */
async function main(): Promise<void> {
  const { storage } = loadConfig();
  if (storage.driver === 'disk')
    throw new Error('S3_BUCKET is not set: recordings lie on the disk, there is no bucket to create.');
  const created = await createBucket(storage);
  process.stdout.write(created ? `Created the bucket ${storage.bucket}.\n` : `The bucket ${storage.bucket} is there.\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(1);
});
