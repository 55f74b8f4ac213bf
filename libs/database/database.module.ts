import { type DynamicModule, Global, Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Config } from '#config';
import { messageOf } from '#errors';
import { Log, Metrics } from '#observability';
import { ChangeFeed } from './change-feed.js';
import { appDataSource } from './data-source.js';
import { Database } from './database.js';
import { PoolFigures } from './pool-figures.js';
import { APP_ROLE, SYSTEM_ROLE } from './roles.js';
import { SlowStatements } from './slow-statements.js';

/** Connects, or says what to do when that fails. */
async function connect(config: Config, log: Log, metrics: Metrics, applicationName: string): Promise<DataSource> {
  const { slowStatementMs: milliseconds } = config.database;
  const slow = milliseconds === 0 ? undefined : { statements: new SlowStatements(log, metrics), milliseconds };
  try {
    return await appDataSource({ ...config.database, applicationName, slow }).initialize();
  } catch (error) {
    const advice = adviceFor(messageOf(error));
    throw new Error(`Cannot work with Postgres: ${messageOf(error)}. ${advice}`, { cause: error });
  }
}

function adviceFor(message: string): string {
  if (message.includes('permission denied to set role')) {
    return `The role of DATABASE_URL may not become ${APP_ROLE}: as the owner run GRANT ${APP_ROLE}, ${SYSTEM_ROLE} TO <that role>.`;
  }
  return message.includes(`"${APP_ROLE}"`)
    ? 'The tables are not there yet: run the migrations (npm run migrate) first.'
    : 'Check DATABASE_URL and that Postgres runs there.';
}

/** Postgres for the whole process. */
@Global()
@Module({})
export class DatabaseModule {
  /** @param applicationName shown by Postgres in pg_stat_activity */
  static as(applicationName: string): DynamicModule {
    return {
      module: DatabaseModule,
      providers: [
        {
          provide: DataSource,
          useFactory: (config: Config, log: Log, metrics: Metrics) => connect(config, log, metrics, applicationName),
          inject: [Config, Log, Metrics],
        },
        Database,
        ChangeFeed,
        PoolFigures,
      ],
      exports: [Database, ChangeFeed],
    };
  }
}
