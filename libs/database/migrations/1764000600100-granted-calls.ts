import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Calls that processes may let through, beside those that are known to have been made. */
export class GrantedCalls1764000600100 implements MigrationInterface {
  readonly name = 'GrantedCalls1764000600100';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE quota_periods ADD COLUMN granted bigint NOT NULL DEFAULT 0');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE quota_periods DROP COLUMN granted');
  }
}
