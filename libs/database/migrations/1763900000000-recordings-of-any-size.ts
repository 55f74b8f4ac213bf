import type { MigrationInterface, QueryRunner } from 'typeorm';
import { protectByWorkspace } from './row-level-security.js';

const UP = [
  `ALTER TABLE transcriptions
    ADD COLUMN priority smallint NOT NULL DEFAULT 0,
    ADD COLUMN sound_sha256 text,
    ADD COLUMN reused_from uuid,
    ADD COLUMN quality jsonb,
    ADD CONSTRAINT transcriptions_priority_check CHECK (priority BETWEEN -1 AND 1)`,
  `CREATE INDEX transcriptions_sound_idx ON transcriptions (workspace_id, sound_sha256) WHERE status = 'completed'`,
  `ALTER TABLE transcription_chunks
    ADD COLUMN channel integer NOT NULL DEFAULT 0,
    ADD COLUMN overlap_seconds double precision NOT NULL DEFAULT 0,
    ADD COLUMN speech jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN error_code text,
    ADD COLUMN error_detail text,
    DROP CONSTRAINT transcription_chunks_status_check,
    ADD CONSTRAINT transcription_chunks_status_check CHECK (status IN ('pending', 'done', 'failed'))`,
  `ALTER TABLE transcript_segments ADD COLUMN channel integer`,
  `ALTER TABLE jobs ADD COLUMN priority smallint NOT NULL DEFAULT 0`,
  `ALTER TABLE workspaces
    ADD COLUMN audio_retention_days integer,
    ADD COLUMN transcript_retention_days integer,
    ADD CONSTRAINT workspaces_audio_retention_check CHECK (audio_retention_days BETWEEN 1 AND 3650),
    ADD CONSTRAINT workspaces_transcript_retention_check CHECK (transcript_retention_days BETWEEN 1 AND 3650)`,
  `CREATE TABLE uploads (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL CONSTRAINT uploads_workspace_id_fkey REFERENCES workspaces (id) ON DELETE CASCADE,
    created_by uuid,
    kind text NOT NULL CONSTRAINT uploads_kind_check CHECK (kind IN ('parts', 'resumable', 'url')),
    status text NOT NULL DEFAULT 'open'
      CONSTRAINT uploads_status_check CHECK (status IN ('open', 'completing', 'completed', 'failed', 'aborted', 'expired')),
    name text NOT NULL,
    bytes bigint,
    received_bytes bigint NOT NULL DEFAULT 0,
    part_bytes integer,
    sha256 text,
    object_key text NOT NULL,
    store_upload_id text,
    source_host text,
    sealed_source bytea,
    audio_id uuid CONSTRAINT uploads_audio_id_fkey REFERENCES audio (id) ON DELETE SET NULL,
    error_code text,
    error_detail text,
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz
  )`,
  `CREATE INDEX uploads_workspace_id_id_idx ON uploads (workspace_id, id)`,
  `CREATE INDEX uploads_audio_id_idx ON uploads (audio_id)`,
  `CREATE INDEX uploads_open_idx ON uploads (expires_at) WHERE status IN ('open', 'completing')`,
  ...protectByWorkspace('uploads'),
];

const DOWN = [
  'DROP TABLE uploads',
  `ALTER TABLE workspaces DROP COLUMN audio_retention_days, DROP COLUMN transcript_retention_days`,
  `ALTER TABLE jobs DROP COLUMN priority`,
  `ALTER TABLE transcript_segments DROP COLUMN channel`,
  // The version before knows no chunk that failed alone; such a chunk is to be done again.
  `UPDATE transcription_chunks SET status = 'pending' WHERE status = 'failed'`,
  `ALTER TABLE transcription_chunks
    DROP CONSTRAINT transcription_chunks_status_check,
    DROP COLUMN channel, DROP COLUMN overlap_seconds, DROP COLUMN speech, DROP COLUMN error_code, DROP COLUMN error_detail,
    ADD CONSTRAINT transcription_chunks_status_check CHECK (status IN ('pending', 'done'))`,
  `DROP INDEX transcriptions_sound_idx`,
  `ALTER TABLE transcriptions DROP COLUMN priority, DROP COLUMN sound_sha256, DROP COLUMN reused_from, DROP COLUMN quality`,
];

/** Uploads in parts, by URL and with interruptions; what is known of the sound and the quality of a transcript; priority; retention. */
export class RecordingsOfAnySize1763900000000 implements MigrationInterface {
  readonly name = 'RecordingsOfAnySize1763900000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of UP) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await queryRunner.query(statement);
  }
}
