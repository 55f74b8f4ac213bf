import type { MigrationInterface, QueryRunner } from 'typeorm';
import { protectByWorkspace } from './row-level-security.js';

const UP = [
  `CREATE TABLE provider_keys (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL CONSTRAINT provider_keys_workspace_id_fkey REFERENCES workspaces (id) ON DELETE CASCADE,
    provider text NOT NULL,
    name text NOT NULL,
    sealed bytea NOT NULL,
    last_four text NOT NULL,
    status text NOT NULL CONSTRAINT provider_keys_status_check CHECK (status IN ('active', 'rejected', 'disabled')),
    created_by uuid,
    validated_at timestamptz NOT NULL,
    last_used_at timestamptz,
    last_error_code text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
  )`,
  `CREATE INDEX provider_keys_workspace_id_id_idx ON provider_keys (workspace_id, id)`,
  `CREATE INDEX provider_keys_workspace_id_provider_id_idx ON provider_keys (workspace_id, provider, id)`,
  ...protectByWorkspace('provider_keys'),
  `CREATE TABLE provider_key_usage (
    provider_key_id uuid NOT NULL CONSTRAINT provider_key_usage_provider_key_id_fkey REFERENCES provider_keys (id) ON DELETE CASCADE,
    day date NOT NULL,
    model text NOT NULL,
    workspace_id uuid NOT NULL CONSTRAINT provider_key_usage_workspace_id_fkey REFERENCES workspaces (id) ON DELETE CASCADE,
    calls integer NOT NULL,
    failed integer NOT NULL,
    audio_seconds double precision NOT NULL,
    cost_micro_dollars bigint,
    PRIMARY KEY (provider_key_id, day, model)
  )`,
  `CREATE INDEX provider_key_usage_workspace_id_idx ON provider_key_usage (workspace_id)`,
  ...protectByWorkspace('provider_key_usage'),
  // No foreign key: whose bill it was stays known when the key is deleted.
  `ALTER TABLE transcription_attempts ADD COLUMN provider_key_id uuid`,
];

/** Keys that workspaces bring, and what was done with them. */
export class ProviderKeys1763800400000 implements MigrationInterface {
  readonly name = 'ProviderKeys1763800400000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of UP) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE transcription_attempts DROP COLUMN provider_key_id');
    await queryRunner.query('DROP TABLE provider_key_usage');
    await queryRunner.query('DROP TABLE provider_keys');
  }
}
