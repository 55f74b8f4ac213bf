import type { MigrationInterface, QueryRunner } from 'typeorm';

/** By what a workspace has engines chosen, where a request does not say. */
export class SpeechPreferences1764000400000 implements MigrationInterface {
  readonly name = 'SpeechPreferences1764000400000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      `ALTER TABLE workspaces
         ADD COLUMN speech_policy text,
         ADD COLUMN speech_order text[],
         ADD CONSTRAINT workspaces_speech_policy_check CHECK (speech_policy IN ('cheapest', 'fastest', 'best', 'private')),
         ADD CONSTRAINT workspaces_speech_preference_check CHECK (speech_policy IS NULL OR speech_order IS NULL)`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE workspaces DROP COLUMN speech_policy, DROP COLUMN speech_order');
  }
}
