import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where a job belongs in the trace of what caused it. */
export class TracesOfJobs1764000900000 implements MigrationInterface {
  readonly name = 'TracesOfJobs1764000900000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE jobs ADD COLUMN trace_parent text`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE jobs DROP COLUMN trace_parent`);
  }
}
