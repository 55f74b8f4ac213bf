import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  // What a worker is known by from now on; the workers of before say it again at their next pulse.
  `ALTER TABLE worker_pulses
    ADD COLUMN host text NOT NULL DEFAULT '',
    ADD COLUMN slots jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN restart_asked boolean NOT NULL DEFAULT false`,
  `DROP INDEX jobs_to_ring_idx`,
  `CREATE INDEX jobs_to_ring_idx ON jobs (name, due_at) WHERE state = 'waiting' AND rung_at IS NULL`,
  `CREATE INDEX jobs_to_feed_idx ON jobs (name, workspace_id, priority, due_at, id) WHERE state = 'waiting' AND rung_at IS NULL`,
  `DROP INDEX jobs_rung_idx`,
  `CREATE INDEX jobs_rung_idx ON jobs (rung_at) WHERE state = 'waiting' AND rung_at IS NOT NULL`,
];

const DOWN = [
  `DROP INDEX jobs_rung_idx`,
  `CREATE INDEX jobs_rung_idx ON jobs (rung_at) WHERE state = 'waiting'`,
  `DROP INDEX jobs_to_feed_idx`,
  `DROP INDEX jobs_to_ring_idx`,
  `CREATE INDEX jobs_to_ring_idx ON jobs (due_at) WHERE state = 'waiting' AND rung_at IS NULL`,
  `ALTER TABLE worker_pulses DROP COLUMN host, DROP COLUMN slots, DROP COLUMN restart_asked`,
];

/** What the feeder of the queue needs to be fair and quick: the slots there are, and indexes by workspace and priority. */
export class FairFeeding1763900500000 implements MigrationInterface {
  readonly name = 'FairFeeding1763900500000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of UP) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await queryRunner.query(statement);
  }
}
