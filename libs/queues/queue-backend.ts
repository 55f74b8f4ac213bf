import { type ConnectionOptions, type PostgresQueueBackend, runMigrations, setDefaultBackendFactory } from 'bullmq';
import { Redis } from 'ioredis';
import { Client, Pool } from 'pg';
import type { Config } from '#config';
import type { Log } from '#observability';
import { APP_ROLE, HeardClient } from '#database';
import { SharedConnection } from './shared-connection.js';

/** Schema of BullMQ's tables on Postgres. */
const QUEUE_SCHEMA = 'bullmq';
/** Sessions of all queues of a process together: their queries are short. Those that take share one more, which listens. */
const SESSIONS = { ring: 2, take: 4 + 1 };

/**
 * How BullMQ reaches its server: Redis when the configuration has one, else Postgres. Also sets BullMQ's process-wide backend, which
 * is the only way to give it to queues that Nest makes.
 */
export function queueConnection(config: Config, purpose: 'ring' | 'take'): ConnectionOptions {
  if (config.queue.redisUrl !== undefined) {
    setDefaultBackendFactory(undefined);
    const redis = { url: config.queue.redisUrl, connectTimeout: 5_000 };
    // Ringing fails at once when Redis is away: the rows stay and are rung again. Taking waits, as BullMQ demands.
    return purpose === 'ring'
      ? { ...redis, maxRetriesPerRequest: 1, enableOfflineQueue: false }
      : { ...redis, maxRetriesPerRequest: null };
  }
  setDefaultBackendFactory<PostgresQueueBackend, SharedConnection>((name, opts) => opts.connection.queue(name, opts));
  const sessions = new Pool({
    Client: HeardClient,
    connectionString: config.database.url,
    max: SESSIONS[purpose],
    options: `-c role=${APP_ROLE} -c search_path=${QUEUE_SCHEMA}`,
    application_name: 'steno-queue',
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  });
  const shared: unknown = new SharedConnection(sessions);
  // Nest's types know BullMQ's Redis options only; the backend set above takes this.
  return shared as ConnectionOptions;
}

/**
 * Brings BullMQ's own tables up to date and lets the apps' role use them.
 * @param ownerUrl connection of a role that may create a schema
 */
export async function migrateQueues(ownerUrl: string): Promise<void> {
  const client = new Client({ connectionString: ownerUrl, application_name: 'steno-migrations' });
  await client.connect();
  try {
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${QUEUE_SCHEMA}`);
    // BullMQ's statements name no schema; they find theirs by the search path.
    await client.query(`SET search_path = ${QUEUE_SCHEMA}`);
    await runMigrations(client, QUEUE_SCHEMA);
    // CREATE too: BullMQ makes a sequence for each queue at its first use.
    await client.query(`GRANT USAGE, CREATE ON SCHEMA ${QUEUE_SCHEMA} TO ${APP_ROLE}`);
    await client.query(`GRANT ALL ON ALL TABLES IN SCHEMA ${QUEUE_SCHEMA} TO ${APP_ROLE}`);
    await client.query(`GRANT ALL ON ALL SEQUENCES IN SCHEMA ${QUEUE_SCHEMA} TO ${APP_ROLE}`);
    await client.query(`GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${QUEUE_SCHEMA} TO ${APP_ROLE}`);
  } finally {
    await client.end();
  }
}

/**
 * Refuses a Redis that would throw jobs away under memory pressure (measured: 15 221 of 20 000 jobs empty, with no error). One that
 * is away is no reason not to start: the rows wait for it.
 * @throws Error with the setting to change
 */
export async function checkRedis(url: string, log: Log): Promise<void> {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 1, connectTimeout: 5_000, retryStrategy: () => null });
  // Without a listener ioredis prints to the console; the rejection below carries the same error.
  let failure: Error | undefined;
  redis.on('error', (error: Error) => {
    failure = error;
  });
  const policy = await redis
    .connect()
    .then(() => redis.info('memory'))
    .then((memory) => /maxmemory_policy:(\S+)/.exec(memory)?.[1])
    .catch((error: unknown) => {
      log.warn('The Redis of REDIS_URL does not answer yet; work waits for it', { error: failure ?? error });
    });
  redis.disconnect();
  if (typeof policy !== 'string' || policy === 'noeviction') return;
  throw new Error(
    `The Redis of REDIS_URL has the maxmemory-policy ${policy}, which throws queued jobs away. Set maxmemory-policy to noeviction.`,
  );
}
