import { appDataSource, Database } from '#database';
import { Log, Readiness } from '#observability';

/**
 * The way to Postgres as the apps have it, without an app around it. Close it with `onApplicationShutdown`.
 * @param poolSize connections at most
 */
export async function openDatabase(url: string, poolSize = 5): Promise<Database> {
  const dataSource = appDataSource({ url, poolSize, statementTimeoutMs: 15_000, applicationName: 'steno-test' });
  const database = new Database(await dataSource.initialize(), new Log({ app: 'test', level: 'silent' }), new Readiness());
  await database.onModuleInit();
  return database;
}
