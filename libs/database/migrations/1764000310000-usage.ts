import type { MigrationInterface, QueryRunner } from 'typeorm';
import { protectByWorkspace } from './row-level-security.js';

const UP = [
  // No foreign key: with which key it was ordered stays known when the key is deleted.
  `ALTER TABLE transcriptions ADD COLUMN api_key_id uuid`,
  `CREATE TABLE usage_records (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL CONSTRAINT usage_records_workspace_id_fkey REFERENCES workspaces (id) ON DELETE CASCADE,
    subject_id uuid NOT NULL,
    user_id uuid,
    api_key_id uuid,
    provider_key_id uuid,
    provider text NOT NULL,
    model text NOT NULL,
    outcome text NOT NULL CONSTRAINT usage_records_outcome_check CHECK (outcome IN ('answered', 'failed')),
    milliseconds bigint NOT NULL,
    cost_micro_dollars bigint,
    at timestamptz NOT NULL DEFAULT now()
  )`,
  `CREATE INDEX usage_records_workspace_id_at_idx ON usage_records (workspace_id, at)`,
  ...protectByWorkspace('usage_records'),
  // Row-level security binds the tables' owner, too.
  `SET LOCAL ROLE steno_system`,
  `INSERT INTO usage_records (id, workspace_id, subject_id, user_id, provider_key_id, provider, model, outcome, milliseconds,
     cost_micro_dollars, at)
   SELECT a.id, a.workspace_id, a.transcription_id, t.created_by, a.provider_key_id, a.provider, a.model, a.outcome,
     CASE a.outcome WHEN 'answered' THEN round(a.audio_seconds * 1000) ELSE 0 END,
     CASE WHEN a.outcome = 'answered' OR a.error_kind IN ('cancelled', 'unavailable') THEN a.cost_micro_dollars ELSE 0 END, a.created_at
   FROM transcription_attempts a JOIN transcriptions t ON t.id = a.transcription_id`,
  `RESET ROLE`,
];

const DOWN = [`DROP TABLE usage_records`, `ALTER TABLE transcriptions DROP COLUMN api_key_id`];

/** What calls to providers were made for whom, and what they cost. */
export class Usage1764000310000 implements MigrationInterface {
  readonly name = 'Usage1764000310000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of UP) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await queryRunner.query(statement);
  }
}
