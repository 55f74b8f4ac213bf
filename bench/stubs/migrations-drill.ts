/** `back <name> …` takes migrations back, `forth <name> …` runs them again: those of the built product, and two made for the drill. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

type MigrationClass = new () => MigrationInterface;
type Migrate = (ownerUrl: string, migrations: readonly MigrationClass[]) => Promise<unknown>;

/** Parts of the built product; its sources have decorators, which Node cannot run as they are. */
async function built<Module>(path: string): Promise<Module> {
  return (await import(new URL(`../../dist/libs/database/${path}`, import.meta.url).href)) as Module;
}

const { migrateDatabase, takeBackMigrations, MIGRATIONS } = await built<{
  migrateDatabase: Migrate;
  takeBackMigrations: Migrate;
  MIGRATIONS: readonly MigrationClass[];
}>('index.js');
const { buildIndex } = await built<{ buildIndex: (queryRunner: QueryRunner, name: string, on: string) => Promise<void> }>(
  'migrations/beside-the-apps.js',
);

/** Columns of two large tables. */
class DrillColumns1999000000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE transcriptions ADD COLUMN drill text NOT NULL DEFAULT 'drill'`);
    await queryRunner.query('ALTER TABLE jobs ADD COLUMN drill integer');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE jobs DROP COLUMN drill');
    await queryRunner.query('ALTER TABLE transcriptions DROP COLUMN drill');
  }
}

/** An index of a large table. */
class DrillIndex1999000000001 implements MigrationInterface {
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await buildIndex(queryRunner, 'transcriptions_drill_idx', 'transcriptions (workspace_id, drill, created_at)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX transcriptions_drill_idx');
  }
}

const [way, ...names] = process.argv.slice(2);
const known = [...MIGRATIONS, DrillColumns1999000000000, DrillIndex1999000000001];
const wanted = known.filter(({ name }) => names.includes(name));
if (wanted.length !== names.length) throw new Error(`There is not each of ${names.join(', ')}.`);
const stampOf = ({ name }: MigrationClass): number => Number(name.slice(-13));
const work = way === 'back' ? takeBackMigrations : migrateDatabase;
await work(
  process.env.DATABASE_URL ?? '',
  wanted.toSorted((a, b) => stampOf(a) - stampOf(b)),
);
