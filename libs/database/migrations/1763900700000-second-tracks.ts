import type { MigrationInterface, QueryRunner } from 'typeorm';
import { protectByWorkspace } from './row-level-security.js';

const UP = [
  `ALTER TABLE audio ADD COLUMN tracks smallint NOT NULL DEFAULT 1`,
  `CREATE TABLE second_tracks (
    audio_id uuid PRIMARY KEY CONSTRAINT second_tracks_audio_id_fkey REFERENCES audio (id) ON DELETE CASCADE,
    workspace_id uuid NOT NULL CONSTRAINT second_tracks_workspace_id_fkey REFERENCES workspaces (id) ON DELETE CASCADE,
    first_name text NOT NULL,
    name text NOT NULL,
    stored_as uuid NOT NULL,
    object_key text NOT NULL,
    bytes bigint NOT NULL,
    sha256 text NOT NULL,
    container text NOT NULL,
    content_type text NOT NULL,
    codec text NOT NULL,
    sample_rate integer NOT NULL,
    channels integer NOT NULL,
    claimed_seconds double precision,
    mix_status text NOT NULL DEFAULT 'pending'
      CONSTRAINT second_tracks_mix_status_check CHECK (mix_status IN ('pending', 'ready', 'failed')),
    lag_seconds double precision,
    drift double precision,
    by_sound boolean,
    mix_key text
  )`,
  ...protectByWorkspace('second_tracks'),
  `ALTER TABLE transcription_chunks ADD COLUMN loudness text`,
];

const DOWN = [
  `ALTER TABLE transcription_chunks DROP COLUMN loudness`,
  `DROP TABLE second_tracks`,
  `ALTER TABLE audio DROP COLUMN tracks`,
];

/** Recordings made of two: a second track beside the first, and how loud each part of a track is. */
export class SecondTracks1763900700000 implements MigrationInterface {
  readonly name = 'SecondTracks1763900700000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of UP) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await queryRunner.query(statement);
  }
}
