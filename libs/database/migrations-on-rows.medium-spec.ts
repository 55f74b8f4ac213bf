import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource, MigrationInterface, QueryRunner } from 'typeorm';
import { emptyDatabase, fillTables, lostRows, rowsOf, type TestDatabase } from '#testing/database';
import { ownerDataSource } from './data-source.js';
import { MIGRATIONS } from './migrations/index.js';
import { beginning, longHolds } from './long-holds.fixture.js';
import { contractions, schemaOf } from './schema-contractions.fixture.js';

/**
 * What a migration takes from, or wants of, the release before it, on purpose: that release had stopped to read or leave out the thing
 * named, or there never was one. The reason stands beside.
 */
const ACCEPTED: Readonly<Record<string, readonly string[]>> = {
  // Before the first release: there was none that signed anybody in.
  Accounts1763800100000: ['sessions.seed is new and must be given: the release before does not'],
};

/** What a migration removes or changes on purpose; it says why itself. */
const REMOVED: Readonly<Record<string, readonly string[]>> = {
  'up Accounts1763800100000': ['sessions: 1 rows became 0'],
};

/** Those made before the rule, which is older than the first release: they ran on nobody's rows. */
const BEFORE_THE_RULE: readonly string[] = [
  'Accounts1763800100000',
  'AddressChanges1763800120000',
  'Invitations1763800250000',
  'IdentitiesOfUsers1763800650000',
  'RecordingsOfAnySize1763900000000',
  'FairFeeding1763900500000',
  'SecondTracks1763900700000',
  'SpeechPreferences1764000400000',
];

describe('the migrations, on a database with rows', () => {
  let server: TestDatabase;
  let dataSource: DataSource;
  let queryRunner: QueryRunner;

  beforeEach(async () => {
    server = await emptyDatabase();
    dataSource = await ownerDataSource(server.url).initialize();
    queryRunner = dataSource.createQueryRunner();
  });
  afterEach(async () => {
    await queryRunner.release();
    await dataSource.destroy();
    await server.drop();
  });

  /** As it runs for users: in a transaction of its own, unless it says otherwise. */
  async function up(migration: MigrationInterface): Promise<void> {
    if (migration.transaction === false) await migration.up(queryRunner);
    else await inTransaction(() => migration.up(queryRunner));
  }

  const migrations = (): { name: string; migration: MigrationInterface }[] =>
    MIGRATIONS.map((Migration) => ({ name: Migration.name, migration: new Migration() }));

  async function inTransaction(work: () => Promise<unknown>): Promise<void> {
    await queryRunner.startTransaction();
    await work();
    await queryRunner.commitTransaction();
  }

  it('go back to the first tables and forth again, and what both sides have stays as it was', async () => {
    for (const { migration } of migrations()) await up(migration);
    await fillTables(queryRunner);
    const full = await rowsOf(queryRunner);
    expect([...full].filter(([, rows]) => rows.length === 0)).toEqual([]);

    const [, ...later] = migrations();
    const lost: Record<string, string[]> = {};
    let before = full;
    for (const { name, migration } of later.toReversed()) {
      await inTransaction(() => migration.down(queryRunner));
      const after = await rowsOf(queryRunner);
      const gone = lostRows(before, after);
      if (gone.length > 0) lost[`down ${name}`] = gone;
      before = after;
    }
    const first = before;
    expect([...first.values()].flat().length).toBeGreaterThan(9);
    for (const { name, migration } of later) {
      await up(migration);
      const after = await rowsOf(queryRunner);
      const gone = lostRows(before, after);
      if (gone.length > 0) lost[`up ${name}`] = gone;
      before = after;
    }
    expect(lost).toEqual(REMOVED);
    expect(lostRows(first, before)).toEqual(Object.values(REMOVED).flat());
  });

  it('take nothing from the release before, and want nothing of it that it does not write', async () => {
    const found: Record<string, string[]> = {};
    let before = await schemaOf(queryRunner);
    for (const { name, migration } of migrations()) {
      await up(migration);
      const after = await schemaOf(queryRunner);
      const taken = contractions(before, after);
      if (taken.length > 0) found[name] = taken;
      before = after;
    }
    expect(found).toEqual(ACCEPTED);
  });

  it('keep nobody for long from a table, however many rows it has, or may be done twice', async () => {
    for (const { migration } of migrations()) await up(migration);
    await fillTables(queryRunner);
    const [, ...later] = migrations();
    for (const { migration } of later.toReversed()) await inTransaction(() => migration.down(queryRunner));
    const found: [string, string[]][] = [];
    for (const { name, migration } of later) {
      if (migration.transaction === false) {
        // It holds nothing longer than each of its statements, which are those of beside-the-apps.ts; and it may be killed after the last.
        await up(migration);
        await up(migration);
      } else
        await inTransaction(async () => {
          const before = await beginning(queryRunner);
          await migration.up(queryRunner);
          found.push([name, await longHolds(queryRunner, before)]);
        });
    }
    const holding = found.filter(([, holds]) => holds.length > 0);
    expect(holding.filter(([name]) => !BEFORE_THE_RULE.includes(name))).toEqual([]);
  });
});
