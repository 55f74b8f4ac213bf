import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Lets a chunk that comes back from the store other than it went there be told from a whole one. */
export class ChunkHashes1763900900000 implements MigrationInterface {
  readonly name = 'ChunkHashes1763900900000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE transcription_chunks ADD sha256 text');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE transcription_chunks DROP sha256');
  }
}
