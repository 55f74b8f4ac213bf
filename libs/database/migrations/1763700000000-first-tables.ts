import type { MigrationInterface, QueryRunner } from 'typeorm';
import { protectByWorkspace, reserveForSystem } from './row-level-security.js';

const ROLES = `
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'steno_app') THEN CREATE ROLE steno_app NOLOGIN; END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'steno_system') THEN CREATE ROLE steno_system NOLOGIN; END IF;
EXCEPTION WHEN unique_violation OR duplicate_object THEN NULL; -- another database of this server made them just now
END $$`;

/** Empty text, not NULL, is what a local setting leaves behind on a pooled connection. */
const CURRENT_WORKSPACE = `
CREATE FUNCTION current_workspace() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT nullif(current_setting('steno.workspace_id', true), '')::uuid $$`;

const IDENTITY = [
  `CREATE TABLE users (
    id uuid PRIMARY KEY,
    email text NOT NULL,
    name text NOT NULL,
    password_hash text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  )`,
  `CREATE UNIQUE INDEX users_email_key ON users (email)`,
  `CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL CONSTRAINT sessions_user_id_fkey REFERENCES users (id) ON DELETE CASCADE,
    token_hash text NOT NULL,
    device text,
    address text,
    created_at timestamptz NOT NULL DEFAULT now(),
    refreshed_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    end_reason text
  )`,
  `CREATE UNIQUE INDEX sessions_token_hash_key ON sessions (token_hash)`,
  `CREATE INDEX sessions_user_id_idx ON sessions (user_id)`,
  `CREATE TABLE workspaces (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    kind text NOT NULL CONSTRAINT workspaces_kind_check CHECK (kind IN ('personal', 'team')),
    created_at timestamptz NOT NULL DEFAULT now()
  )`,
  `CREATE TABLE memberships (
    workspace_id uuid NOT NULL CONSTRAINT memberships_workspace_id_fkey REFERENCES workspaces (id) ON DELETE CASCADE,
    user_id uuid NOT NULL CONSTRAINT memberships_user_id_fkey REFERENCES users (id) ON DELETE CASCADE,
    role text NOT NULL CONSTRAINT memberships_role_check CHECK (role IN ('owner', 'admin', 'member', 'viewer')),
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT memberships_pkey PRIMARY KEY (workspace_id, user_id)
  )`,
  `CREATE INDEX memberships_user_id_idx ON memberships (user_id)`,
];

const AUDIO = [
  `CREATE TABLE audio (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL CONSTRAINT audio_workspace_id_fkey REFERENCES workspaces (id) ON DELETE CASCADE,
    created_by uuid,
    name text NOT NULL,
    object_key text NOT NULL,
    bytes bigint NOT NULL,
    sha256 text NOT NULL,
    container text NOT NULL,
    content_type text NOT NULL,
    codec text NOT NULL,
    sample_rate integer NOT NULL,
    channels integer NOT NULL,
    claimed_seconds double precision,
    created_at timestamptz NOT NULL DEFAULT now()
  )`,
  `CREATE INDEX audio_workspace_id_id_idx ON audio (workspace_id, id)`,
];

const TRANSCRIPTION = [
  `CREATE TABLE transcriptions (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL CONSTRAINT transcriptions_workspace_id_fkey REFERENCES workspaces (id) ON DELETE CASCADE,
    audio_id uuid CONSTRAINT transcriptions_audio_id_fkey REFERENCES audio (id) ON DELETE SET NULL,
    created_by uuid,
    status text NOT NULL DEFAULT 'pending'
      CONSTRAINT transcriptions_status_check CHECK (status IN ('pending', 'processing', 'completed', 'failed', 'cancelled')),
    stage text NOT NULL DEFAULT 'prepare'
      CONSTRAINT transcriptions_stage_check CHECK (stage IN ('prepare', 'transcribe', 'assemble')),
    generation integer NOT NULL DEFAULT 1,
    options jsonb NOT NULL,
    low_accuracy boolean NOT NULL DEFAULT false,
    chunk_count integer,
    chunks_done integer NOT NULL DEFAULT 0,
    duration_seconds double precision,
    language text,
    text text,
    warnings jsonb NOT NULL DEFAULT '[]',
    error_code text,
    error_detail text,
    created_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    finished_at timestamptz
  )`,
  `CREATE INDEX transcriptions_workspace_id_id_idx ON transcriptions (workspace_id, id)`,
  `CREATE INDEX transcriptions_workspace_id_status_id_idx ON transcriptions (workspace_id, status, id)`,
  `CREATE INDEX transcriptions_audio_id_idx ON transcriptions (audio_id)`,
  `CREATE TABLE transcription_chunks (
    transcription_id uuid NOT NULL CONSTRAINT transcription_chunks_transcription_id_fkey REFERENCES transcriptions (id) ON DELETE CASCADE,
    generation integer NOT NULL,
    index integer NOT NULL,
    workspace_id uuid NOT NULL,
    start_seconds double precision NOT NULL,
    end_seconds double precision NOT NULL,
    bytes integer NOT NULL,
    object_key text NOT NULL,
    status text NOT NULL DEFAULT 'pending' CONSTRAINT transcription_chunks_status_check CHECK (status IN ('pending', 'done')),
    transcript jsonb,
    PRIMARY KEY (transcription_id, generation, index)
  )`,
  `CREATE TABLE transcription_attempts (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    transcription_id uuid NOT NULL
      CONSTRAINT transcription_attempts_transcription_id_fkey REFERENCES transcriptions (id) ON DELETE CASCADE,
    generation integer NOT NULL,
    chunk_index integer NOT NULL,
    provider text NOT NULL,
    model text NOT NULL,
    outcome text NOT NULL CONSTRAINT transcription_attempts_outcome_check CHECK (outcome IN ('answered', 'failed')),
    error_kind text,
    provider_request_id text,
    latency_ms integer NOT NULL,
    audio_seconds double precision NOT NULL,
    cost_micro_dollars bigint,
    answer jsonb,
    created_at timestamptz NOT NULL DEFAULT now()
  )`,
  `CREATE INDEX transcription_attempts_chunk_idx ON transcription_attempts (transcription_id, generation, chunk_index)`,
  `CREATE TABLE transcript_segments (
    transcription_id uuid NOT NULL CONSTRAINT transcript_segments_transcription_id_fkey REFERENCES transcriptions (id) ON DELETE CASCADE,
    index integer NOT NULL,
    workspace_id uuid NOT NULL,
    start double precision NOT NULL,
    "end" double precision NOT NULL,
    text text NOT NULL,
    speaker text,
    confidence double precision,
    words jsonb NOT NULL DEFAULT '[]',
    PRIMARY KEY (transcription_id, index)
  )`,
];

const QUEUES = [
  `CREATE TABLE jobs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workspace_id uuid NOT NULL CONSTRAINT jobs_workspace_id_fkey REFERENCES workspaces (id) ON DELETE CASCADE,
    name text NOT NULL,
    subject_id uuid NOT NULL,
    generation integer NOT NULL DEFAULT 1,
    part integer NOT NULL DEFAULT 0,
    payload jsonb NOT NULL DEFAULT '{}',
    state text NOT NULL DEFAULT 'waiting' CONSTRAINT jobs_state_check CHECK (state IN ('waiting', 'running', 'done', 'failed')),
    request_id text NOT NULL,
    due_at timestamptz NOT NULL DEFAULT now(),
    rung_at timestamptz,
    epoch integer NOT NULL DEFAULT 0,
    lease_until timestamptz,
    worker text,
    failures integer NOT NULL DEFAULT 0,
    crashes integer NOT NULL DEFAULT 0,
    error_code text,
    error_detail text,
    created_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz
  )`,
  `CREATE UNIQUE INDEX jobs_unit_key ON jobs (name, subject_id, generation, part)`,
  `CREATE INDEX jobs_to_ring_idx ON jobs (due_at) WHERE state = 'waiting' AND rung_at IS NULL`,
  `CREATE INDEX jobs_rung_idx ON jobs (rung_at) WHERE state = 'waiting'`,
  `CREATE INDEX jobs_running_idx ON jobs (lease_until) WHERE state = 'running'`,
  `CREATE INDEX jobs_finished_idx ON jobs (finished_at) WHERE finished_at IS NOT NULL`,
  `CREATE INDEX jobs_subject_id_idx ON jobs (subject_id)`,
  `CREATE TABLE worker_pulses (
    worker text PRIMARY KEY,
    started_at timestamptz NOT NULL DEFAULT now(),
    canary_at timestamptz NOT NULL DEFAULT now()
  )`,
];

const WORKSPACE_TABLES = [
  'audio',
  'transcriptions',
  'transcription_chunks',
  'transcription_attempts',
  'transcript_segments',
  'jobs',
  'memberships',
];
const SYSTEM_TABLES = ['users', 'sessions', 'worker_pulses'];
const TABLES_BACKWARDS = [
  'worker_pulses',
  'jobs',
  'transcript_segments',
  'transcription_attempts',
  'transcription_chunks',
  'transcriptions',
  'audio',
  'memberships',
  'workspaces',
  'sessions',
  'users',
];

/** Identity, recordings, transcriptions and jobs; the two roles and row-level security. */
export class FirstTables1763700000000 implements MigrationInterface {
  readonly name = 'FirstTables1763700000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const statements = [
      ROLES,
      'GRANT steno_app, steno_system TO CURRENT_USER',
      CURRENT_WORKSPACE,
      'GRANT USAGE ON SCHEMA public TO steno_app, steno_system',
      ...IDENTITY,
      ...AUDIO,
      ...TRANSCRIPTION,
      ...QUEUES,
      ...protectByWorkspace('workspaces', 'id'),
      ...WORKSPACE_TABLES.flatMap((table) => protectByWorkspace(table)),
      ...SYSTEM_TABLES.flatMap(reserveForSystem),
    ];
    for (const statement of statements) await queryRunner.query(statement);
  }

  /** The roles stay: they belong to the server, and another database of it may use them. */
  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of TABLES_BACKWARDS) await queryRunner.query(`DROP TABLE ${table}`);
    await queryRunner.query('DROP FUNCTION current_workspace()');
    await queryRunner.query('REVOKE ALL ON SCHEMA public FROM steno_app, steno_system');
  }
}
