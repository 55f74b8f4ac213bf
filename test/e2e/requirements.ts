import { describe, it, jest } from '@jest/globals';

/** Two cores start an installation in about ten seconds, and a lease runs out after fifteen; twice that when the machine has other work. */
jest.setTimeout(240_000);

/** A strict run skips nothing. */
const STRICT = process.env.STENO_TEST_STRICT === '1';

/** What the queue runs on. */
export type QueueBackend = 'postgres' | 'redis';

/**
 * Describes tests that need servers: a Postgres always, a Redis for the Redis queue. Without them the tests are skipped and say why;
 * a strict run fails instead.
 */
export function describeWith(needs: QueueBackend[], name: string, tests: () => void): void {
  const missing = missingServers(needs);
  if (missing.length === 0) return describe(name, tests);
  const reason = `${name} (needs ${missing.join(' and ')}; npm test provides them)`;
  const leaveOut = STRICT ? it : it.skip;
  leaveOut(reason, () => {
    throw new Error(`Not available: ${missing.join(', ')}.`);
  });
}

function missingServers(needs: QueueBackend[]): string[] {
  const { STENO_TEST_DATABASE_URL, STENO_TEST_REDIS_URL } = process.env;
  return [
    ...(STENO_TEST_DATABASE_URL ? [] : ['STENO_TEST_DATABASE_URL']),
    ...(needs.includes('redis') && !STENO_TEST_REDIS_URL ? ['STENO_TEST_REDIS_URL'] : []),
  ];
}
