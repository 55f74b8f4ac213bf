import 'reflect-metadata';
import { onBackups } from './on-backups.js';

/** `npm run restore -- <folder>`: brings a backup into an installation without rows, before its apps are started. */
onBackups('restore', async (backups, folder) => {
  const { at, tables, objects } = await backups.restore(folder);
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  return (
    `${rows} rows and ${objects.count} objects are back, as they were at ${at}. Start the apps: jobs that were under way go on.\n` +
    'Recordings that were deleted while the backup was made have lost their object: npm run compare-store names them.'
  );
});
