import { setTimeout as sleep } from 'node:timers/promises';
import { type DataSource, MigrationExecutor } from 'typeorm';
import { messageOf } from '#errors';
import { ownerDataSource } from './data-source.js';
import { isLockTimeout } from './database.errors.js';

/** A table that is held for longer than these tries together is held by something an operator should look at. */
const TRIES = 20;
const PAUSE_MS = 1_000;

/**
 * Brings the tables up to date.
 * @param ownerUrl connection of a role that may create tables and roles
 * @param only names of the migrations to run; by default all
 * @returns the names of the migrations that ran
 */
export async function migrateDatabase(ownerUrl: string, only?: readonly string[]): Promise<string[]> {
  const dataSource = ownerDataSource(ownerUrl, only);
  try {
    await dataSource.initialize();
    const pending = await new MigrationExecutor(dataSource).getPendingMigrations();
    await runWhenFree(dataSource);
    return pending.map(({ name }) => name);
  } catch (error) {
    throw new Error(`The migrations did not run: ${messageOf(error)}`, { cause: error });
  } finally {
    if (dataSource.isInitialized) await dataSource.destroy();
  }
}

/** Each migration is a transaction: one that was refused a table left nothing, and those before it are done. */
async function runWhenFree(dataSource: DataSource): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await dataSource.runMigrations();
      return;
    } catch (error) {
      if (!isLockTimeout(error) || tries === TRIES) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

/**
 * What differs between the entities and an empty database brought up by the migrations; then takes all migrations back and applies
 * them again, so that each `down` is proven too.
 * @param ownerUrl of an empty database
 * @returns SQL statements that would be needed; none when entities and migrations agree
 */
export async function schemaDifferences(ownerUrl: string): Promise<string[]> {
  const dataSource = ownerDataSource(ownerUrl);
  await dataSource.initialize();
  try {
    const ran = await dataSource.runMigrations();
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    for (let index = 0; index < ran.length; index += 1) await dataSource.undoLastMigration();
    const left = await dataSource.query<{ tablename: string }[]>(
      `SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migrations'`,
    );
    await dataSource.runMigrations();
    return [
      ...upQueries.map(({ query }) => query),
      ...left.map(({ tablename }) => `-- left behind by a down migration: ${tablename}`),
    ];
  } finally {
    await dataSource.destroy();
  }
}
