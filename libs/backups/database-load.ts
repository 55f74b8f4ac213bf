import type { QueryRunner } from 'typeorm';
import { asOwner, migrateDatabase, MIGRATIONS, SYSTEM_ROLE } from '#database';
import { migrateQueues } from '#queues';
import { fileOf, tablesOf } from './database-dump.js';
import { readLines } from './lines.js';
import type { Manifest, TableCopy } from './manifest.js';

/** Sent to Postgres at once: this many rows, or fewer when they are large. */
const ROWS = 500;
const CHARACTERS = 4_000_000;

/**
 * In a database that was just loaded nobody works on anything, and no queue knows of anything: what was under way when it was copied is
 * taken up at once, without counting as a crash, and every bell rings anew.
 */
const NOBODY_WORKS = `UPDATE jobs SET state = 'waiting', rung_at = NULL, lease_until = NULL, worker = NULL
  WHERE state = 'running' OR (state = 'waiting' AND rung_at IS NOT NULL)`;

/**
 * Brings rows into a database without any: makes the tables as they were, fills them in one transaction, then brings them up to date. A load
 * that was cut off left nothing and may be done again.
 * @throws Error when the backup is damaged, or its tables are of a later version
 */
export async function loadDatabase(ownerUrl: string, folder: string, manifest: Manifest): Promise<void> {
  await migrateDatabase(
    ownerUrl,
    MIGRATIONS.filter(({ name }) => manifest.migrations.includes(name)),
  );
  await asOwner(ownerUrl, 'READ COMMITTED', async (queryRunner) => {
    await refuseOtherTables(queryRunner, manifest);
    for (const table of manifest.tables) await loadTable(queryRunner, table, folder);
    await queryRunner.query(NOBODY_WORKS);
    await continueNumbers(queryRunner, manifest.numbers);
  });
  await migrateDatabase(ownerUrl);
  await migrateQueues(ownerUrl);
}

/**
 * Nothing is ever restored over somebody's rows.
 * @throws Error when there are any
 */
export async function refuseRows(ownerUrl: string): Promise<void> {
  await asOwner(ownerUrl, 'READ COMMITTED', async (queryRunner) => {
    for (const { name } of await tablesOf(queryRunner)) {
      const [found] = (await queryRunner.query(`SELECT EXISTS (SELECT FROM ${name}) AS any`)) as { any: boolean }[];
      if (found?.any === true)
        throw new Error(
          `The database is not empty: ${name} holds rows. Restore into an installation that was never used, or drop its database first.`,
        );
    }
  });
}

async function refuseOtherTables(queryRunner: QueryRunner, { tables, steno }: Manifest): Promise<void> {
  const found = new Map((await tablesOf(queryRunner)).map(({ name, columns }) => [name, columns.join(', ')]));
  const other = tables.find(({ name, columns }) => found.get(name) !== columns.join(', '));
  if (other !== undefined)
    throw new Error(
      `The table ${other.name} of the database is not the one of the backup, which Steno ${steno} made. ` +
        'Restore into a database without tables, with that version or a later one.',
    );
}

async function loadTable(queryRunner: QueryRunner, table: TableCopy, folder: string): Promise<void> {
  const columns = table.columns.map((column) => `"${column}"`).join(', ');
  const insert = `INSERT INTO ${table.name} (${columns}) OVERRIDING SYSTEM VALUE SELECT ${columns} FROM unnest($1::${table.name}[])`;
  // Allowed to write rows of any workspace, which the owner is not where row-level security is forced.
  await queryRunner.query(`SET LOCAL ROLE ${SYSTEM_ROLE}`);
  let rows = 0;
  for await (const batch of batches(readLines(fileOf(folder, table)))) {
    await queryRunner.query(insert, [batch]);
    rows += batch.length;
  }
  await queryRunner.query('RESET ROLE');
  if (rows !== table.rows)
    throw new Error(`The backup is damaged: ${table.name} has ${rows} rows and should have ${table.rows}.`);
}

async function* batches(lines: AsyncIterable<unknown>): AsyncIterable<string[]> {
  let batch: string[] = [];
  let characters = 0;
  for await (const line of lines) {
    const row = String(line);
    batch.push(row);
    characters += row.length;
    if (batch.length < ROWS && characters < CHARACTERS) continue;
    yield batch;
    [batch, characters] = [[], 0];
  }
  if (batch.length > 0) yield batch;
}

async function continueNumbers(queryRunner: QueryRunner, numbers: Manifest['numbers']): Promise<void> {
  for (const [column, last] of Object.entries(numbers)) {
    await queryRunner.query('SELECT setval(pg_get_serial_sequence($1, $2)::regclass, $3::bigint)', [...column.split('.'), last]);
  }
}
