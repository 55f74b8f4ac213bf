import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What language models read and wrote, and with which of the installation's keys calls were made. */
export class TokensAndKeysOfUsage1764000600000 implements MigrationInterface {
  readonly name = 'TokensAndKeysOfUsage1764000600000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      `ALTER TABLE usage_records ADD COLUMN installation_key_id uuid, ADD COLUMN input_tokens bigint NOT NULL DEFAULT 0,
         ADD COLUMN output_tokens bigint NOT NULL DEFAULT 0`,
    );
    await queryRunner.query('ALTER TABLE transcription_attempts ADD COLUMN installation_key_id uuid');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE transcription_attempts DROP COLUMN installation_key_id');
    await queryRunner.query(
      'ALTER TABLE usage_records DROP COLUMN installation_key_id, DROP COLUMN input_tokens, DROP COLUMN output_tokens',
    );
  }
}
