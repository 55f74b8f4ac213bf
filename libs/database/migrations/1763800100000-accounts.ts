import type { MigrationInterface, QueryRunner } from 'typeorm';
import { reserveForSystem } from './row-level-security.js';

const UP = [
  `ALTER TABLE users
    ALTER COLUMN password_hash DROP NOT NULL,
    ADD COLUMN email_verified_at timestamptz,
    ADD COLUMN platform_role text NOT NULL DEFAULT 'user'
      CONSTRAINT users_platform_role_check CHECK (platform_role IN ('user', 'moderator', 'admin')),
    ADD COLUMN disabled_at timestamptz,
    ADD COLUMN deleted_at timestamptz`,
  // Tokens of the old form cannot be told from forged ones any more: their sessions end, and people sign in anew.
  `DELETE FROM sessions`,
  `ALTER TABLE sessions
    ADD COLUMN seed bytea NOT NULL,
    ADD COLUMN turn integer NOT NULL DEFAULT 0`,
  `CREATE INDEX sessions_expires_at_idx ON sessions (expires_at)`,
  `ALTER TABLE workspaces
    ADD COLUMN plan text NOT NULL DEFAULT 'free'
      CONSTRAINT workspaces_plan_check CHECK (plan IN ('free', 'pro', 'enterprise', 'custom')),
    ADD COLUMN deleted_at timestamptz,
    ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now()`,
  `CREATE TABLE one_time_tokens (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL CONSTRAINT one_time_tokens_user_id_fkey REFERENCES users (id) ON DELETE CASCADE,
    purpose text NOT NULL CONSTRAINT one_time_tokens_purpose_check CHECK (purpose IN ('verify_email', 'reset_password')),
    token_hash text NOT NULL,
    email text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz
  )`,
  `CREATE UNIQUE INDEX one_time_tokens_token_hash_key ON one_time_tokens (token_hash)`,
  `CREATE INDEX one_time_tokens_user_id_purpose_idx ON one_time_tokens (user_id, purpose)`,
  ...reserveForSystem('one_time_tokens'),
];

const DOWN = [
  `DROP TABLE one_time_tokens`,
  `ALTER TABLE workspaces DROP COLUMN plan, DROP COLUMN deleted_at, DROP COLUMN updated_at`,
  `DROP INDEX sessions_expires_at_idx`,
  `ALTER TABLE sessions DROP COLUMN seed, DROP COLUMN turn`,
  // Accounts without a password cannot exist before this migration; an impossible hash keeps them from being signed in to.
  `UPDATE users SET password_hash = '-' WHERE password_hash IS NULL`,
  `ALTER TABLE users
    ALTER COLUMN password_hash SET NOT NULL,
    DROP COLUMN email_verified_at,
    DROP COLUMN platform_role,
    DROP COLUMN disabled_at,
    DROP COLUMN deleted_at`,
];

/** Verified addresses, platform roles, sessions whose tokens can be told from forged ones, plans, workspaces that are going away. */
export class Accounts1763800100000 implements MigrationInterface {
  readonly name = 'Accounts1763800100000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of UP) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await queryRunner.query(statement);
  }
}
