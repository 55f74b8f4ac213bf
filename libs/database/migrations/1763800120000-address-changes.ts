import type { MigrationInterface, QueryRunner } from 'typeorm';

function purposes(...names: string[]): string {
  return `ALTER TABLE one_time_tokens ADD CONSTRAINT one_time_tokens_purpose_check CHECK (purpose IN (${names.map((name) => `'${name}'`).join(', ')}))`;
}

const DROP = 'ALTER TABLE one_time_tokens DROP CONSTRAINT one_time_tokens_purpose_check';

/** Tokens that prove a new address before the account takes it. */
export class AddressChanges1763800120000 implements MigrationInterface {
  readonly name = 'AddressChanges1763800120000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(DROP);
    await queryRunner.query(purposes('verify_email', 'change_email', 'reset_password'));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DELETE FROM one_time_tokens WHERE purpose = 'change_email'`);
    await queryRunner.query(DROP);
    await queryRunner.query(purposes('verify_email', 'reset_password'));
  }
}
