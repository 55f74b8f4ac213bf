import type { MigrationInterface, QueryRunner } from 'typeorm';
import { buildIndex } from './beside-the-apps.js';

/** Lets what is too old be found without looking at the rest. */
export class Retention1763900800000 implements MigrationInterface {
  readonly name = 'Retention1763900800000';
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await buildIndex(queryRunner, 'audio_workspace_id_created_at_idx', 'audio (workspace_id, created_at)');
    await buildIndex(queryRunner, 'transcriptions_workspace_id_finished_at_idx', 'transcriptions (workspace_id, finished_at)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX transcriptions_workspace_id_finished_at_idx');
    await queryRunner.query('DROP INDEX audio_workspace_id_created_at_idx');
  }
}
