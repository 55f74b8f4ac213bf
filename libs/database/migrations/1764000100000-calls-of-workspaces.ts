import type { MigrationInterface, QueryRunner } from 'typeorm';
import { buildIndex } from './beside-the-apps.js';

const INDEX = 'transcription_attempts_workspace_id_created_at_idx';

/** Lets the calls of a workspace in a period be found: how its providers do is reckoned from them. */
export class CallsOfWorkspaces1764000100000 implements MigrationInterface {
  readonly name = 'CallsOfWorkspaces1764000100000';
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await buildIndex(queryRunner, INDEX, 'transcription_attempts (workspace_id, created_at)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP INDEX ${INDEX}`);
  }
}
