import type { MigrationInterface, QueryRunner } from 'typeorm';
import { reserveForSystem } from './row-level-security.js';

const TABLES = ['user_identities', 'sign_in_attempts', 'sign_in_codes', 'clerk_events'];

const UP = [
  `CREATE TABLE user_identities (
    issuer text NOT NULL,
    subject text NOT NULL,
    user_id uuid CONSTRAINT user_identities_user_id_fkey REFERENCES users (id) ON DELETE SET NULL,
    banned boolean NOT NULL DEFAULT false,
    changed_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT user_identities_pkey PRIMARY KEY (issuer, subject)
  )`,
  `CREATE INDEX user_identities_user_id_idx ON user_identities (user_id)`,
  `CREATE TABLE sign_in_attempts (
    state_hash text NOT NULL,
    provider text NOT NULL,
    browser_hash text NOT NULL,
    return_to text,
    expires_at timestamptz NOT NULL,
    CONSTRAINT sign_in_attempts_pkey PRIMARY KEY (state_hash)
  )`,
  `CREATE INDEX sign_in_attempts_expires_at_idx ON sign_in_attempts (expires_at)`,
  `CREATE TABLE sign_in_codes (
    code_hash text NOT NULL,
    user_id uuid NOT NULL CONSTRAINT sign_in_codes_user_id_fkey REFERENCES users (id) ON DELETE CASCADE,
    expires_at timestamptz NOT NULL,
    CONSTRAINT sign_in_codes_pkey PRIMARY KEY (code_hash)
  )`,
  `CREATE INDEX sign_in_codes_expires_at_idx ON sign_in_codes (expires_at)`,
  `CREATE TABLE clerk_events (
    id text PRIMARY KEY,
    received_at timestamptz NOT NULL DEFAULT now()
  )`,
  `CREATE INDEX clerk_events_received_at_idx ON clerk_events (received_at)`,
  ...TABLES.flatMap(reserveForSystem),
];

/** People whom outside identity providers know. */
export class Federation1763800600000 implements MigrationInterface {
  readonly name = 'Federation1763800600000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of UP) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of TABLES.toReversed()) await queryRunner.query(`DROP TABLE ${table}`);
  }
}
