import type { WorkspaceTransaction } from '#database';

/** Tables whose rows belong to a workspace by a foreign key. What hangs on those rows goes with them. */
const TABLES = `
SELECT DISTINCT c.relname AS name FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
WHERE k.contype = 'f' AND k.confrelid = 'workspaces'::regclass AND c.relname <> 'jobs'`;

/** A finished recording of twelve hours has thousands of lines; a batch is to stay far below the time a statement may take. */
const BATCH = 20;

/**
 * The tables to be emptied, as the database itself names them: a room that comes later is not forgotten. Jobs are left to the end,
 * among them is the one that does this.
 */
export async function tablesOfWorkspaces(tx: WorkspaceTransaction): Promise<string[]> {
  return (await tx.query<{ name: string }>(TABLES)).map(({ name }) => name);
}

/** Deletes some rows of the transaction's workspace. @returns false when there were none left */
export async function deleteBatch(tx: WorkspaceTransaction, table: string): Promise<boolean> {
  const some = `SELECT ctid FROM ${table} WHERE workspace_id = $1 LIMIT ${BATCH} FOR UPDATE`;
  return (await tx.execute(`DELETE FROM ${table} WHERE workspace_id = $1 AND ctid = ANY (ARRAY(${some}))`, [tx.workspaceId])) > 0;
}
