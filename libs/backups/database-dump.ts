import { join } from 'node:path';
import type { QueryRunner } from 'typeorm';
import { asOwner, SYSTEM_ROLE } from '#database';
import { writeLines } from './lines.js';
import type { Manifest, TableCopy } from './manifest.js';

/** Rows fetched at once; a row of a transcript can be megabytes. */
const ROWS = 200;

/** Says which workers live now, and is nothing any more when it is read again. */
const PASSING = ['worker_pulses', 'migrations'];

/** Tables with their columns, those that others refer to first. */
const TABLES = `
WITH RECURSIVE tables AS (
  SELECT oid, relname FROM pg_class
  WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND NOT (relname = ANY ($1))
), referred AS (
  SELECT oid, 0 AS depth FROM tables
  UNION ALL
  SELECT conrelid, depth + 1 FROM referred
  JOIN pg_constraint ON confrelid = referred.oid AND contype = 'f' AND conrelid <> confrelid
), orders AS (
  SELECT oid, max(depth) AS depth FROM referred GROUP BY oid
)
SELECT relname AS name, array_agg(attname::text ORDER BY attnum) AS columns
FROM tables JOIN orders USING (oid) JOIN pg_attribute ON attrelid = tables.oid
WHERE attnum > 0 AND NOT attisdropped GROUP BY relname, depth ORDER BY depth, relname`;

const NUMBERS = `
SELECT relname || '.' || attname AS column, last_value::text AS last
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
JOIN pg_sequences ON format('%I.%I', schemaname, sequencename)::regclass = pg_get_serial_sequence(relname, attname)::regclass
WHERE attidentity <> '' AND relnamespace = 'public'::regnamespace AND last_value IS NOT NULL`;

type DatabaseCopy = Pick<Manifest, 'at' | 'masterKeys' | 'migrations' | 'tables' | 'numbers'>;

/**
 * Copies all rows, as they are at one moment, into a folder. Others write on meanwhile; nobody waits.
 * @param ownerUrl connection of the role that made the tables
 */
export async function dumpDatabase(ownerUrl: string, folder: string): Promise<DatabaseCopy> {
  return asOwner(ownerUrl, 'REPEATABLE READ', async (queryRunner) => {
    const [now] = (await queryRunner.query('SELECT now() AS at')) as { at: Date }[];
    const migrations = (await queryRunner.query('SELECT name FROM migrations ORDER BY id')) as { name: string }[];
    // The one that sees all workspaces: row-level security would hide their rows from the owner, and nobody would notice.
    await queryRunner.query(`SET LOCAL ROLE ${SYSTEM_ROLE}`);
    const tables: TableCopy[] = [];
    for (const table of await tablesOf(queryRunner)) tables.push({ ...table, rows: await dumpTable(queryRunner, table, folder) });
    const keys = (await queryRunner.query('SELECT DISTINCT master_key_id AS id FROM workspace_keys')) as { id: string }[];
    await queryRunner.query('RESET ROLE');
    const numbers = (await queryRunner.query(NUMBERS)) as { column: string; last: string }[];
    return {
      at: (now?.at ?? new Date()).toISOString(),
      masterKeys: keys.map(({ id }) => id),
      migrations: migrations.map(({ name }) => name),
      tables,
      numbers: Object.fromEntries(numbers.map(({ column, last }) => [column, last])),
    };
  });
}

/** The tables that there are now, without those that are of no use later. */
export async function tablesOf(queryRunner: QueryRunner): Promise<Omit<TableCopy, 'rows'>[]> {
  return (await queryRunner.query(TABLES, [PASSING])) as Omit<TableCopy, 'rows'>[];
}

/** Where a table's rows lie. */
export function fileOf(folder: string, { name }: Pick<TableCopy, 'name'>): string {
  return join(folder, 'database', `${name}.jsonl.gz`);
}

/** @returns how many rows */
async function dumpTable(queryRunner: QueryRunner, table: Omit<TableCopy, 'rows'>, folder: string): Promise<number> {
  let rows = 0;
  // A row as Postgres writes it: whatever the type, it reads the same value from it.
  await queryRunner.query(`DECLARE backup NO SCROLL CURSOR FOR SELECT t::text AS row FROM ${table.name} t`);
  await writeLines(fileOf(folder, table), fetched());
  await queryRunner.query('CLOSE backup');
  return rows;

  async function* fetched(): AsyncIterable<string> {
    for (;;) {
      const batch = (await queryRunner.query(`FETCH ${ROWS} FROM backup`)) as { row: string }[];
      if (batch.length === 0) return;
      rows += batch.length;
      yield* batch.map(({ row }) => row);
    }
  }
}
