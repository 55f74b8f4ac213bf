import type { MigrationInterface, QueryRunner } from 'typeorm';
import { reserveForSystem } from './row-level-security.js';

/** What all processes know of the providers and of the installation's keys: what does not work for now, and what was used today. */
export class Circuits1764000200000 implements MigrationInterface {
  readonly name = 'Circuits1764000200000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`CREATE TABLE circuits (
      id text PRIMARY KEY,
      failures integer NOT NULL DEFAULT 0,
      openings integer NOT NULL DEFAULT 0,
      blocked_until timestamptz,
      probe_until timestamptz,
      reason text,
      changed_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT circuits_counts_check CHECK (failures >= 0 AND openings >= 0)
    )`);
    await queryRunner.query(`CREATE TABLE key_days (
      key_id text NOT NULL,
      day date NOT NULL,
      calls integer NOT NULL,
      seconds double precision NOT NULL,
      PRIMARY KEY (key_id, day)
    )`);
    for (const table of ['circuits', 'key_days'])
      for (const statement of reserveForSystem(table)) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE key_days');
    await queryRunner.query('DROP TABLE circuits');
  }
}
