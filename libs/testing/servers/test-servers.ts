/**
 * The server on which test databases are made, as its superuser.
 * @throws Error when there is none: without Postgres there is nothing to test
 */
export function testDatabaseServerUrl(): string {
  const url = process.env.STENO_TEST_DATABASE_URL;
  if (url === undefined)
    throw new Error('STENO_TEST_DATABASE_URL is not set. `npm test -- <path>` brings a Postgres of its own and sets it.');
  return url;
}

/**
 * The Redis of this run, or null where there is none: the caller then skips what needs it.
 * @throws Error in a strict run (STENO_TEST_STRICT), which skips nothing
 */
export function testRedisUrl(): string | null {
  const url = process.env.STENO_TEST_REDIS_URL;
  if (url !== undefined) return url;
  if (process.env.STENO_TEST_STRICT === '1')
    throw new Error('STENO_TEST_REDIS_URL is not set, and the strict run skips nothing. Install redis-server.');
  return null;
}

/**
 * An S3 that others wrote, or null where there is none: the caller then skips what needs it. It has no bucket.
 * @throws Error in a strict run (STENO_TEST_STRICT), which skips nothing
 */
export function testS3(): { endpoint: string; credentials: { accessKeyId: string; secretAccessKey: string } } | null {
  const url = process.env.STENO_TEST_S3_URL;
  if (url !== undefined) {
    const { origin, username, password } = new URL(url);
    return {
      endpoint: origin,
      credentials: { accessKeyId: decodeURIComponent(username), secretAccessKey: decodeURIComponent(password) },
    };
  }
  if (process.env.STENO_TEST_STRICT === '1')
    throw new Error('STENO_TEST_S3_URL is not set, and the strict run skips nothing. Install python3-swift.');
  return null;
}
