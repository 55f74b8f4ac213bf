import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Lets the calls of a workspace in a period be found: how its providers do is reckoned from them. */
export class CallsOfWorkspaces1764000100000 implements MigrationInterface {
  readonly name = 'CallsOfWorkspaces1764000100000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'CREATE INDEX transcription_attempts_workspace_id_created_at_idx ON transcription_attempts (workspace_id, created_at)',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX transcription_attempts_workspace_id_created_at_idx');
  }
}
