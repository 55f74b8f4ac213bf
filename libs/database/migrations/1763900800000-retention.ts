import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Lets what is too old be found without looking at the rest. */
export class Retention1763900800000 implements MigrationInterface {
  readonly name = 'Retention1763900800000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('CREATE INDEX audio_workspace_id_created_at_idx ON audio (workspace_id, created_at)');
    await queryRunner.query(
      'CREATE INDEX transcriptions_workspace_id_finished_at_idx ON transcriptions (workspace_id, finished_at)',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX transcriptions_workspace_id_finished_at_idx');
    await queryRunner.query('DROP INDEX audio_workspace_id_created_at_idx');
  }
}
