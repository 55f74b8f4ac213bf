import type { MigrationInterface, QueryRunner } from 'typeorm';
import { protectByWorkspace } from './row-level-security.js';

const WORKSPACE_KEYS = [
  `CREATE TABLE workspace_keys (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL CONSTRAINT workspace_keys_workspace_id_fkey REFERENCES workspaces (id) ON DELETE CASCADE,
    master_key_id text NOT NULL,
    sealed bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  )`,
  `CREATE UNIQUE INDEX workspace_keys_workspace_id_key ON workspace_keys (workspace_id)`,
  `CREATE INDEX workspace_keys_master_key_id_idx ON workspace_keys (master_key_id, id)`,
  ...protectByWorkspace('workspace_keys'),
];

/** The rights make it append-only: nobody the apps work as may change or remove a row. */
const AUDIT_LOG = [
  `CREATE TABLE audit_log (
    id uuid PRIMARY KEY,
    workspace_id uuid,
    at timestamptz NOT NULL DEFAULT now(),
    action text NOT NULL,
    actor_kind text NOT NULL,
    actor_id uuid,
    actor_name text,
    target_kind text,
    target_id text,
    details jsonb NOT NULL DEFAULT '{}',
    address text,
    device text,
    request_id text
  )`,
  `CREATE INDEX audit_log_workspace_id_id_idx ON audit_log (workspace_id, id)`,
  `CREATE INDEX audit_log_workspace_id_action_id_idx ON audit_log (workspace_id, action, id)`,
  ...protectByWorkspace('audit_log'),
  `REVOKE UPDATE, DELETE, TRUNCATE ON audit_log FROM steno_app, steno_system`,
];

/** Keys of the workspaces' secrets, and the record of what was done. */
export class VaultAndAudit1763800000000 implements MigrationInterface {
  readonly name = 'VaultAndAudit1763800000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of [...WORKSPACE_KEYS, ...AUDIT_LOG]) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE audit_log');
    await queryRunner.query('DROP TABLE workspace_keys');
  }
}
