import { type DynamicModule, Global, Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Config } from '#config';
import { messageOf } from '#errors';
import { ChangeFeed } from './change-feed.js';
import { appDataSource } from './data-source.js';
import { Database } from './database.js';
import { APP_ROLE, SYSTEM_ROLE } from './roles.js';

/** Connects, or says what to do when that fails. */
async function connect(config: Config, applicationName: string): Promise<DataSource> {
  try {
    return await appDataSource({ ...config.database, applicationName }).initialize();
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
        { provide: DataSource, useFactory: (config: Config) => connect(config, applicationName), inject: [Config] },
        Database,
        ChangeFeed,
      ],
      exports: [Database, ChangeFeed],
    };
  }
}
