import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a suspicious chunk was asked about again, and what came back. */
export class SecondAnswers1763900400000 implements MigrationInterface {
  readonly name = 'SecondAnswers1763900400000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE transcription_chunks ADD COLUMN redo jsonb');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE transcription_chunks DROP COLUMN redo');
  }
}
