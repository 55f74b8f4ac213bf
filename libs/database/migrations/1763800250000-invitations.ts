import type { MigrationInterface, QueryRunner } from 'typeorm';
import { protectByWorkspace } from './row-level-security.js';

const UP = [
  `CREATE TABLE invitations (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL CONSTRAINT invitations_workspace_id_fkey REFERENCES workspaces (id) ON DELETE CASCADE,
    email text NOT NULL,
    role text NOT NULL CONSTRAINT invitations_role_check CHECK (role IN ('admin', 'member', 'viewer')),
    token_hash text NOT NULL,
    invited_by uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    accepted_at timestamptz,
    revoked_at timestamptz
  )`,
  `CREATE UNIQUE INDEX invitations_token_hash_key ON invitations (token_hash)`,
  `CREATE UNIQUE INDEX invitations_open_key ON invitations (workspace_id, email) WHERE accepted_at IS NULL AND revoked_at IS NULL`,
  `CREATE INDEX invitations_workspace_id_id_idx ON invitations (workspace_id, id)`,
  ...protectByWorkspace('invitations'),
  `ALTER TABLE workspaces ADD COLUMN purge_at timestamptz`,
  `CREATE INDEX audit_log_workspace_id_actor_id_id_idx ON audit_log (workspace_id, actor_id, id)`,
  `CREATE INDEX audit_log_workspace_id_target_id_id_idx ON audit_log (workspace_id, target_id, id)`,
];

const DOWN = [
  `DROP INDEX audit_log_workspace_id_target_id_id_idx`,
  `DROP INDEX audit_log_workspace_id_actor_id_id_idx`,
  `ALTER TABLE workspaces DROP COLUMN purge_at`,
  `DROP TABLE invitations`,
];

/** Invitations to workspaces, when a deleted workspace goes for good, and reading the audit log by actor and by target. */
export class Invitations1763800250000 implements MigrationInterface {
  readonly name = 'Invitations1763800250000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of UP) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await queryRunner.query(statement);
  }
}
