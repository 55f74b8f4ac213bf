import { DataSource, type MigrationInterface } from 'typeorm';
import { ENTITIES } from './entities/index.js';
import { LOCK_TIMEOUT_MS } from './give-way.js';
import { HeardClient } from './heard-client.js';
import { MIGRATIONS } from './migrations/index.js';
import { APP_ROLE } from './roles.js';
import type { SlowStatements } from './slow-statements.js';

interface ConnectionOptions {
  url: string;
  poolSize: number;
  statementTimeoutMs: number;
  applicationName: string;
  /** Who is told of statements that take longer. */
  slow?: { statements: SlowStatements; milliseconds: number };
}

/** How long a caller waits for a free connection before it gets "unavailable" instead of hanging (measured default: for ever). */
const CONNECTION_TIMEOUT_MS = 5_000;

export type MigrationClass = new () => MigrationInterface;

/** The connection pool of an app: every session works as the app's role, with a statement timeout. */
export function appDataSource({ url, poolSize, statementTimeoutMs, applicationName, slow }: ConnectionOptions): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    applicationName,
    entities: ENTITIES,
    synchronize: false,
    logger: slow?.statements,
    maxQueryExecutionTime: slow?.milliseconds,
    poolSize,
    connectTimeoutMS: CONNECTION_TIMEOUT_MS,
    extra: {
      Client: HeardClient,
      options: `-c role=${APP_ROLE} -c statement_timeout=${statementTimeoutMs} -c idle_in_transaction_session_timeout=60000`,
      connectionTimeoutMillis: CONNECTION_TIMEOUT_MS,
      keepAlive: true,
    },
  });
}

/**
 * The connection of the migrations: the owner's, without the app's role.
 * @param migrations those it knows; by default all
 */
export function ownerDataSource(url: string, migrations: readonly MigrationClass[] = MIGRATIONS): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    applicationName: 'steno-migrations',
    entities: ENTITIES,
    migrations: [...migrations],
    migrationsTransactionMode: 'each',
    synchronize: false,
    poolSize: 2,
    connectTimeoutMS: CONNECTION_TIMEOUT_MS,
    extra: { options: `-c lock_timeout=${LOCK_TIMEOUT_MS}` },
  });
}
