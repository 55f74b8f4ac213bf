import type { TestApi } from './test-api.js';

/** What was recorded in a workspace (null: in none), oldest first. */
export async function audited(api: TestApi, workspaceId: string | null): Promise<{ action: string; details: object }[]> {
  return api.database.asSystem((tx) =>
    tx.query('SELECT action, details FROM audit_log WHERE workspace_id IS NOT DISTINCT FROM $1 ORDER BY id', [workspaceId]),
  );
}
