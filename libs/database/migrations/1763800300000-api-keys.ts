import type { MigrationInterface, QueryRunner } from 'typeorm';
import { protectByWorkspace } from './row-level-security.js';

const UP = [
  `CREATE TABLE api_keys (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL CONSTRAINT api_keys_workspace_id_fkey REFERENCES workspaces (id) ON DELETE CASCADE,
    user_id uuid NOT NULL CONSTRAINT api_keys_user_id_fkey REFERENCES users (id) ON DELETE CASCADE,
    name text NOT NULL,
    prefix text NOT NULL,
    last_four text NOT NULL,
    key_hash text NOT NULL,
    previous_key_hash text,
    previous_until timestamptz,
    scopes text[] NOT NULL
      CONSTRAINT api_keys_scopes_check CHECK (scopes <@ ARRAY['read', 'write', 'admin'] AND cardinality(scopes) > 0),
    limit_per_hour integer,
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT api_keys_previous_check CHECK ((previous_key_hash IS NULL) = (previous_until IS NULL))
  )`,
  `CREATE INDEX api_keys_workspace_id_id_idx ON api_keys (workspace_id, id)`,
  `CREATE INDEX api_keys_user_id_idx ON api_keys (user_id)`,
  `CREATE UNIQUE INDEX api_keys_key_hash_key ON api_keys (key_hash)`,
  `CREATE UNIQUE INDEX api_keys_previous_key_hash_key ON api_keys (previous_key_hash)`,
  ...protectByWorkspace('api_keys'),
  `CREATE TABLE api_key_usage (
    key_id uuid NOT NULL CONSTRAINT api_key_usage_key_id_fkey REFERENCES api_keys (id) ON DELETE CASCADE,
    workspace_id uuid NOT NULL CONSTRAINT api_key_usage_workspace_id_fkey REFERENCES workspaces (id) ON DELETE CASCADE,
    day date NOT NULL,
    source text NOT NULL,
    calls bigint NOT NULL,
    last_at timestamptz NOT NULL,
    CONSTRAINT api_key_usage_pkey PRIMARY KEY (key_id, day, source)
  )`,
  `CREATE INDEX api_key_usage_workspace_id_day_idx ON api_key_usage (workspace_id, day)`,
  ...protectByWorkspace('api_key_usage'),
];

/** Keys with which programs act for people, and how often they did. */
export class ApiKeys1763800300000 implements MigrationInterface {
  readonly name = 'ApiKeys1763800300000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of UP) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE api_key_usage');
    await queryRunner.query('DROP TABLE api_keys');
  }
}
