import type { MigrationInterface, QueryRunner } from 'typeorm';
import { protectByWorkspace } from './row-level-security.js';

const UP = [
  `CREATE TABLE mails (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL CONSTRAINT mails_workspace_id_fkey REFERENCES workspaces (id) ON DELETE CASCADE,
    recipient text NOT NULL,
    subject text NOT NULL,
    content_sealed bytea,
    state text NOT NULL DEFAULT 'waiting' CONSTRAINT mails_state_check CHECK (state IN ('waiting', 'sent', 'failed')),
    created_at timestamptz NOT NULL DEFAULT now(),
    sent_at timestamptz,
    failure text,
    CONSTRAINT mails_content_sealed_check CHECK ((state = 'waiting') = (content_sealed IS NOT NULL))
  )`,
  `CREATE INDEX mails_workspace_id_id_idx ON mails (workspace_id, id)`,
  ...protectByWorkspace('mails'),
];

/** Letters that are owed, sent or given up. */
export class Mails1763800200000 implements MigrationInterface {
  readonly name = 'Mails1763800200000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of UP) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE mails');
  }
}
