import type { MigrationInterface, QueryRunner } from 'typeorm';
import { protectByWorkspace } from './row-level-security.js';

const UP = [
  `CREATE TABLE idempotency_keys (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL CONSTRAINT idempotency_keys_workspace_id_fkey REFERENCES workspaces (id) ON DELETE CASCADE,
    principal text NOT NULL,
    key text NOT NULL,
    fingerprint text NOT NULL,
    form_fingerprint text,
    run integer NOT NULL DEFAULT 1,
    running_until timestamptz,
    location text,
    status integer,
    answer bytea,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
  )`,
  `CREATE UNIQUE INDEX idempotency_keys_workspace_id_principal_key_key ON idempotency_keys (workspace_id, principal, key)`,
  `CREATE INDEX idempotency_keys_workspace_id_expires_at_idx ON idempotency_keys (workspace_id, expires_at)`,
  ...protectByWorkspace('idempotency_keys'),
];

/** Creating requests that may come again. */
export class IdempotencyKeys1763800500000 implements MigrationInterface {
  readonly name = 'IdempotencyKeys1763800500000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of UP) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE idempotency_keys');
  }
}
