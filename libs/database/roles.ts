/**
 * The two roles every session of the apps works as. Both cannot log in: a session starts as `steno_app` (a start-up option of the
 * connection) and takes `steno_system` for one transaction at a time.
 *
 * - `steno_app` sees the rows of one workspace, the one named by the transaction; without a name it sees none.
 * - `steno_system` sees all workspaces: sign-in, the outbox relay, leases. Only `Database.asSystem` takes it.
 */
export const APP_ROLE = 'steno_app';
export const SYSTEM_ROLE = 'steno_system';

/** The setting that names the workspace of a transaction; read by the row-level-security policies. */
export const WORKSPACE_SETTING = 'steno.workspace_id';
