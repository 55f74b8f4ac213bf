import { OPERATION_ROWS } from './alerts.js';
import { CANCEL_ROWS } from './cancels.js';
import { DYING } from './dying-provider.js';
import { IMPORT_ROWS } from './imports.js';
import { KILL_ROWS } from './kills.js';
import { LOAD_ROWS } from './load.js';
import { MACHINE_ROWS } from './machine.js';
import { MIGRATION_ROWS } from './migrations.js';
import { OBJECT_STORE_ROWS } from './object-store.js';
import { BACKUP_ROWS } from './older-rows.js';
import { POSTGRES_ROWS } from './postgres.js';
import { PROVIDER_ROWS } from './providers.js';
import { REDIS_ROWS } from './redis.js';
import { RESUMED } from './resume.js';
import type { ChaosRow } from './row.js';
import { WEBHOOK_ROWS } from './webhooks.js';
import { WORKER_ROWS } from './workers.js';

/** Kinds of rows, in the order of the page. */
const KINDS = 'FLKW';

/** Every row, in the order of its number: F1 … F39, L5 … L13, then those of operation (K) and of webhooks (W). */
export const ROWS: readonly ChaosRow[] = [
  ...KILL_ROWS,
  ...WORKER_ROWS,
  ...POSTGRES_ROWS,
  ...REDIS_ROWS,
  ...OBJECT_STORE_ROWS,
  ...MACHINE_ROWS,
  ...LOAD_ROWS,
  RESUMED,
  ...CANCEL_ROWS,
  ...IMPORT_ROWS,
  ...PROVIDER_ROWS,
  DYING,
  ...BACKUP_ROWS,
  ...MIGRATION_ROWS,
  ...OPERATION_ROWS,
  ...WEBHOOK_ROWS,
].sort((a, b) => orderOf(a.id) - orderOf(b.id));

/** The place of a row on the page. */
export function orderOf(id: string): number {
  return KINDS.indexOf(id.charAt(0)) * 1_000 + Number(id.slice(1));
}
