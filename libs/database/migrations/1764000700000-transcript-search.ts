import type { MigrationInterface, QueryRunner } from 'typeorm';
import { transactionWhenFree } from '../give-way.js';
import { buildIndex, changeRows } from './beside-the-apps.js';

const SEARCHABLE = [
  `ALTER TABLE transcriptions ADD COLUMN IF NOT EXISTS search tsvector`,
  // The workspace is one of the words, so that the index finds what a workspace has of a word that everybody uses. A tsvector holds a
  // megabyte at most: of a text with more different words than that, the beginning is searched.
  `CREATE OR REPLACE FUNCTION transcript_search() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     IF NEW.text IS NULL THEN
       NEW.search := NULL;
       RETURN NEW;
     END IF;
     BEGIN
       NEW.search := to_tsvector('pg_catalog.simple', NEW.text);
     EXCEPTION WHEN program_limit_exceeded THEN
       NEW.search := to_tsvector('pg_catalog.simple', left(NEW.text, 100000));
     END;
     NEW.search := NEW.search || array_to_tsvector(ARRAY['workspace:' || NEW.workspace_id]);
     RETURN NEW;
   END $$`,
  `CREATE OR REPLACE TRIGGER transcriptions_search BEFORE INSERT OR UPDATE OF text ON transcriptions
   FOR EACH ROW WHEN (NEW.text IS NOT NULL OR NEW.search IS NOT NULL) EXECUTE FUNCTION transcript_search()`,
];

const DOWN = [
  `DROP INDEX transcriptions_search_idx`,
  `DROP TRIGGER transcriptions_search ON transcriptions`,
  `DROP FUNCTION transcript_search`,
  `ALTER TABLE transcriptions DROP COLUMN search`,
];

/** Full-text search over transcripts. */
export class TranscriptSearch1764000700000 implements MigrationInterface {
  readonly name = 'TranscriptSearch1764000700000';
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await transactionWhenFree(queryRunner, async () => {
      for (const statement of SEARCHABLE) await queryRunner.query(statement);
    });
    await changeRows(queryRunner, 'transcriptions', 'text = text', 'text IS NOT NULL AND search IS NULL');
    // Without a list of what is yet to be put in: every search would go through it.
    await buildIndex(queryRunner, 'transcriptions_search_idx', 'transcriptions USING gin (search) WITH (fastupdate = off)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await queryRunner.query(statement);
  }
}
