import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who sends to a resumable upload at the moment: two at once would mix their bytes. */
export class WritersOfUploads1763900100000 implements MigrationInterface {
  readonly name = 'WritersOfUploads1763900100000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE uploads ADD COLUMN writer uuid, ADD COLUMN writer_until timestamptz`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE uploads DROP COLUMN writer, DROP COLUMN writer_until`);
  }
}
