import type { MigrationInterface, QueryRunner } from 'typeorm';
import { protectByWorkspace } from './row-level-security.js';

const OF_WORKSPACE = (table: string): string =>
  `workspace_id uuid NOT NULL CONSTRAINT ${table}_workspace_id_fkey REFERENCES workspaces (id) ON DELETE CASCADE`;

const UP = [
  `ALTER TABLE workspaces ADD COLUMN timezone text NOT NULL DEFAULT 'UTC', ADD COLUMN quotas jsonb NOT NULL DEFAULT '{}'`,
  `CREATE TABLE quota_periods (
    ${OF_WORKSPACE('quota_periods')},
    resource text NOT NULL
      CONSTRAINT quota_periods_resource_check CHECK (resource IN ('storage', 'processing', 'transcription', 'calls', 'tokens')),
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    used bigint NOT NULL DEFAULT 0 CONSTRAINT quota_periods_used_check CHECK (used >= 0),
    reserved bigint NOT NULL DEFAULT 0 CONSTRAINT quota_periods_reserved_check CHECK (reserved >= 0),
    PRIMARY KEY (workspace_id, resource, starts_at)
  )`,
  ...protectByWorkspace('quota_periods'),
  `CREATE TABLE quota_ledger (
    id uuid PRIMARY KEY,
    ${OF_WORKSPACE('quota_ledger')},
    resource text NOT NULL,
    starts_at timestamptz NOT NULL,
    subject_kind text NOT NULL,
    subject_id uuid NOT NULL,
    generation integer NOT NULL,
    kind text NOT NULL CONSTRAINT quota_ledger_kind_check CHECK (kind IN ('reserve', 'adjust', 'settle', 'release')),
    amount bigint NOT NULL,
    expires_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
  )`,
  `CREATE UNIQUE INDEX quota_ledger_kind_key ON quota_ledger (subject_id, generation, resource, kind)`,
  `CREATE UNIQUE INDEX quota_ledger_close_key ON quota_ledger (subject_id, generation, resource) WHERE kind IN ('settle', 'release')`,
  `CREATE INDEX quota_ledger_expires_at_idx ON quota_ledger (expires_at) WHERE expires_at IS NOT NULL`,
  `CREATE INDEX quota_ledger_period_idx ON quota_ledger (workspace_id, resource, starts_at)`,
  ...protectByWorkspace('quota_ledger'),
  `CREATE TABLE quota_warnings (
    id uuid PRIMARY KEY,
    ${OF_WORKSPACE('quota_warnings')},
    resource text NOT NULL,
    month date NOT NULL,
    percent smallint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  )`,
  `CREATE UNIQUE INDEX quota_warnings_key ON quota_warnings (workspace_id, resource, month, percent)`,
  ...protectByWorkspace('quota_warnings'),
  `CREATE TABLE workspace_calls (
    ${OF_WORKSPACE('workspace_calls')},
    day date NOT NULL,
    source text NOT NULL,
    calls bigint NOT NULL,
    PRIMARY KEY (workspace_id, day, source)
  )`,
  ...protectByWorkspace('workspace_calls'),
  // What is stored already is counted from the first. Row-level security binds the tables' owner, too.
  `SET LOCAL ROLE steno_system`,
  `INSERT INTO quota_periods (workspace_id, resource, starts_at, ends_at, used)
   SELECT workspace_id, 'storage', 'epoch', 'infinity', sum(bytes) FROM (
     SELECT workspace_id, bytes FROM audio UNION ALL SELECT workspace_id, bytes FROM second_tracks) AS stored
   GROUP BY workspace_id`,
  `RESET ROLE`,
  // In which generation a chunk was answered: a retry carries chunks over, and they are charged for once.
  `ALTER TABLE transcription_chunks ADD COLUMN answered_in integer`,
];

const DOWN = [
  `ALTER TABLE transcription_chunks DROP COLUMN answered_in`,
  `DROP TABLE workspace_calls`,
  `DROP TABLE quota_warnings`,
  `DROP TABLE quota_ledger`,
  `DROP TABLE quota_periods`,
  `ALTER TABLE workspaces DROP COLUMN timezone, DROP COLUMN quotas`,
];

/** What workspaces may use, and have used, of storage, sound, calls and tokens. */
export class Quotas1764000300000 implements MigrationInterface {
  readonly name = 'Quotas1764000300000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of UP) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await queryRunner.query(statement);
  }
}
