import { loadConfig } from '#config';
import { migrateDatabase } from '#database';
import { messageOf } from '#errors';
import { migrateQueues } from '#queues';

/** Brings Steno's tables and the queue's up to date. Run it before the apps, with every new version. */
async function main(): Promise<void> {
  const { ownerUrl } = loadConfig().database;
  const ran = await migrateDatabase(ownerUrl);
  await migrateQueues(ownerUrl);
  process.stdout.write(ran.length === 0 ? 'The database is up to date.\n' : `Migrated: ${ran.join(', ')}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(1);
});
