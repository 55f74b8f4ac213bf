import type { MigrationInterface, QueryRunner } from 'typeorm';
import { protectByWorkspace } from './row-level-security.js';

const OF_WORKSPACE = (table: string): string =>
  `workspace_id uuid NOT NULL CONSTRAINT ${table}_workspace_id_fkey REFERENCES workspaces (id) ON DELETE CASCADE`;

const UP = [
  `CREATE TABLE webhook_endpoints (
    id uuid PRIMARY KEY,
    ${OF_WORKSPACE('webhook_endpoints')},
    kind text NOT NULL CONSTRAINT webhook_endpoints_kind_check CHECK (kind IN ('standard', 'slack', 'discord', 'rest_hook')),
    name text NOT NULL,
    sealed bytea NOT NULL,
    previous_secret_until timestamptz,
    events text[] NOT NULL,
    status text NOT NULL DEFAULT 'active' CONSTRAINT webhook_endpoints_status_check CHECK (status IN ('active', 'disabled')),
    disabled_reason text,
    disabled_at timestamptz,
    failing_since timestamptz,
    failed_in_row integer NOT NULL DEFAULT 0,
    not_before timestamptz,
    last_delivered_at timestamptz,
    created_by uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
  )`,
  `CREATE INDEX webhook_endpoints_workspace_id_id_idx ON webhook_endpoints (workspace_id, id)`,
  ...protectByWorkspace('webhook_endpoints'),
  `CREATE TABLE webhook_events (
    id uuid PRIMARY KEY,
    ${OF_WORKSPACE('webhook_events')},
    type text NOT NULL,
    subject_id uuid NOT NULL,
    sequence bigint NOT NULL,
    facts jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  )`,
  `CREATE INDEX webhook_events_workspace_id_id_idx ON webhook_events (workspace_id, id)`,
  `CREATE INDEX webhook_events_subject_id_sequence_idx ON webhook_events (subject_id, sequence)`,
  `CREATE INDEX webhook_events_created_at_idx ON webhook_events (created_at)`,
  ...protectByWorkspace('webhook_events'),
  `CREATE TABLE webhook_deliveries (
    id uuid PRIMARY KEY,
    ${OF_WORKSPACE('webhook_deliveries')},
    endpoint_id uuid NOT NULL
      CONSTRAINT webhook_deliveries_endpoint_id_fkey REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
    event_id uuid NOT NULL CONSTRAINT webhook_deliveries_event_id_fkey REFERENCES webhook_events (id) ON DELETE CASCADE,
    status text NOT NULL CONSTRAINT webhook_deliveries_status_check
      CHECK (status IN ('parked', 'waiting', 'sending', 'delivered', 'failed', 'missed')),
    turn integer NOT NULL DEFAULT 0,
    tries integer NOT NULL DEFAULT 0,
    due_at timestamptz,
    attempts jsonb NOT NULL DEFAULT '[]',
    created_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz
  )`,
  `CREATE UNIQUE INDEX webhook_deliveries_endpoint_id_event_id_key ON webhook_deliveries (endpoint_id, event_id)`,
  `CREATE INDEX webhook_deliveries_workspace_id_endpoint_id_id_idx ON webhook_deliveries (workspace_id, endpoint_id, id)`,
  `CREATE INDEX webhook_deliveries_event_id_idx ON webhook_deliveries (event_id)`,
  `CREATE INDEX webhook_deliveries_open_idx ON webhook_deliveries (endpoint_id, status, id)
   WHERE status IN ('parked', 'waiting', 'sending')`,
  ...protectByWorkspace('webhook_deliveries'),
];

/** Where workspaces want their events sent, the events, and what became of them. */
export class Webhooks1764000800000 implements MigrationInterface {
  readonly name = 'Webhooks1764000800000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of UP) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of ['webhook_deliveries', 'webhook_events', 'webhook_endpoints'])
      await queryRunner.query(`DROP TABLE ${table}`);
  }
}
