/**
 * Statements that put a table under row-level security: `steno_app` sees the rows of the transaction's workspace, `steno_system`
 * all. FORCE binds the owner too.
 * @param column the one that names the workspace
 */
export function protectByWorkspace(table: string, column = 'workspace_id'): string[] {
  return [
    `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`,
    `ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`,
    `CREATE POLICY ${table}_of_workspace ON ${table} TO steno_app USING (${column} = current_workspace()) WITH CHECK (${column} = current_workspace())`,
    `CREATE POLICY ${table}_of_system ON ${table} TO steno_system USING (true) WITH CHECK (true)`,
    `GRANT SELECT, INSERT, UPDATE, DELETE ON ${table} TO steno_app, steno_system`,
  ];
}

/** Statements for a table that belongs to no workspace: only `steno_system` may touch it. */
export function reserveForSystem(table: string): string[] {
  return [`GRANT SELECT, INSERT, UPDATE, DELETE ON ${table} TO steno_system`];
}
