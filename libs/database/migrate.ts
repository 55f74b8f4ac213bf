import { type DataSource, MigrationExecutor } from 'typeorm';
import { messageOf } from '#errors';
import { type MigrationClass, ownerDataSource } from './data-source.js';
import { transactionWhenFree, whenFree } from './give-way.js';
import { MIGRATIONS } from './migrations/index.js';

/**
 * Brings the tables up to date, while apps work on them.
 * @param ownerUrl connection of a role that may create tables and roles
 * @param migrations those to run; by default all
 * @returns the names of the migrations that ran
 * @throws Error when one could not run; it then left nothing, or steps that it does again the next time, and those before it are done
 */
export async function migrateDatabase(ownerUrl: string, migrations: readonly MigrationClass[] = MIGRATIONS): Promise<string[]> {
  return asMigrations(ownerUrl, migrations, 'The migrations did not run', async (dataSource) => {
    const pending = await new MigrationExecutor(dataSource).getPendingMigrations();
    await whenFree(() => dataSource.runMigrations());
    return pending.map(({ name }) => name);
  });
}

/**
 * Takes migrations back, the last of them first, while apps work on the tables. For drills: a release goes back without.
 * @param migrations in the order in which they ran
 */
export async function takeBackMigrations(ownerUrl: string, migrations: readonly MigrationClass[]): Promise<void> {
  await asMigrations(ownerUrl, migrations, 'The migrations were not taken back', async (dataSource) => {
    const queryRunner = dataSource.createQueryRunner();
    for (const Migration of migrations.toReversed()) {
      await transactionWhenFree(queryRunner, async () => {
        await new Migration().down(queryRunner);
        await queryRunner.query('DELETE FROM migrations WHERE name = $1', [Migration.name]);
      });
    }
    await queryRunner.release();
  });
}

async function asMigrations<T>(
  ownerUrl: string,
  migrations: readonly MigrationClass[],
  failed: string,
  work: (dataSource: DataSource) => Promise<T>,
): Promise<T> {
  const dataSource = ownerDataSource(ownerUrl, migrations);
  try {
    await dataSource.initialize();
    return await work(dataSource);
  } catch (error) {
    throw new Error(`${failed}: ${messageOf(error)}`, { cause: error });
  } finally {
    if (dataSource.isInitialized) await dataSource.destroy();
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
