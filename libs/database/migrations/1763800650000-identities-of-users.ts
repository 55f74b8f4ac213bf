import type { MigrationInterface, QueryRunner } from 'typeorm';

function onDelete(action: 'CASCADE' | 'SET NULL'): string {
  return `ALTER TABLE user_identities
    DROP CONSTRAINT user_identities_user_id_fkey,
    ADD CONSTRAINT user_identities_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE ${action}`;
}

/**
 * An identity without a user says that its provider let the person go. Those whose own deleted account was removed are no such
 * people: they may begin anew.
 */
export class IdentitiesOfUsers1763800650000 implements MigrationInterface {
  readonly name = 'IdentitiesOfUsers1763800650000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(onDelete('CASCADE'));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(onDelete('SET NULL'));
  }
}
