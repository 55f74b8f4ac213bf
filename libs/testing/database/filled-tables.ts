import type { QueryRunner } from 'typeorm';

/** Every id there is, so that each row belongs to every other. */
const ID = '01890000-0000-7000-8000-000000000001';

/** A value of each type, as a literal of Postgres. */
const LITERALS: Readonly<Record<string, string>> = {
  uuid: `'${ID}'`,
  integer: '1',
  smallint: '1',
  bigint: '1',
  'double precision': '1.5',
  boolean: 'true',
  date: `'2025-06-01'`,
  'timestamp with time zone': `'2025-06-01T10:00:00.123456Z'`,
  jsonb: `'{"kept": [1, null, "ä"]}'`,
  bytea: `'\\x00ff'`,
  'text[]': `'{read}'`,
  // Made of the text whenever that is written.
  tsvector: `''`,
};

/** Where the column's own rule wants something else. */
const SPECIAL: Readonly<Record<string, string>> = {
  // A workspace has a policy or an order, never both.
  'workspaces.speech_order': 'NULL',
};

interface Column {
  table: string;
  column: string;
  type: string;
  /** A rule that lists the values allowed. */
  rule: string | null;
}

/** Columns that are written, tables that others refer to first. */
const COLUMNS = `
WITH RECURSIVE tables AS (
  SELECT oid, relname FROM pg_class
  WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'migrations'
), referred AS (
  SELECT oid, 0 AS depth FROM tables
  UNION ALL
  SELECT conrelid, depth + 1 FROM referred
  JOIN pg_constraint ON confrelid = referred.oid AND contype = 'f' AND conrelid <> confrelid
), orders AS (
  SELECT oid, max(depth) AS depth FROM referred GROUP BY oid
)
SELECT relname AS "table", attname AS "column", format_type(atttypid, NULL) AS type,
  (SELECT pg_get_constraintdef(c.oid) FROM pg_constraint c WHERE conrelid = attrelid AND contype = 'c' AND conkey = ARRAY[attnum]
     AND pg_get_constraintdef(c.oid) LIKE '%ARRAY[%' LIMIT 1) AS rule
FROM tables JOIN orders USING (oid) JOIN pg_attribute ON attrelid = tables.oid
WHERE attnum > 0 AND NOT attisdropped AND attgenerated = ''
ORDER BY depth, relname, attnum`;

/** Writes one row into each table, with a value in each column. A new table is filled like the others, without a word here. */
export async function fillTables(queryRunner: QueryRunner): Promise<void> {
  const columns = (await queryRunner.query(COLUMNS)) as Column[];
  for (const [table, own] of Map.groupBy(columns, (column) => column.table)) {
    const names = own.map(({ column }) => `"${column}"`).join(', ');
    await queryRunner.query(`INSERT INTO ${table} (${names}) OVERRIDING SYSTEM VALUE VALUES (${own.map(literalOf).join(', ')})`);
  }
}

function literalOf({ table, column, type, rule }: Column): string {
  const special = SPECIAL[`${table}.${column}`];
  if (special !== undefined) return special;
  const [, allowed] = /ARRAY\['([^']*)'/.exec(rule ?? '') ?? [];
  if (type === 'text') return `'${allowed ?? `ä ${column}`}'`;
  const literal = LITERALS[type];
  if (literal === undefined) throw new Error(`There is no value for ${table}.${column} of type ${type}; add one.`);
  return literal;
}

/** All rows: by table, then in order, each by column. */
export type Rows = Map<string, Record<string, unknown>[]>;

/** What is in the database now. */
export async function rowsOf(queryRunner: QueryRunner): Promise<Rows> {
  const tables = (await queryRunner.query(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migrations' ORDER BY 1`,
  )) as { name: string }[];
  const rows: Rows = new Map();
  for (const { name } of tables) {
    const found = (await queryRunner.query(`SELECT to_jsonb(t) AS row FROM ${name} t ORDER BY t::text`)) as {
      row: Record<string, unknown>;
    }[];
    rows.set(
      name,
      found.map(({ row }) => row),
    );
  }
  return rows;
}

/** What of `before` is not the same in `after`, among the tables and columns that both have. */
export function lostRows(before: Rows, after: Rows): string[] {
  const lost: string[] = [];
  for (const [table, rows] of before) {
    const now = after.get(table);
    if (now === undefined) continue;
    if (now.length !== rows.length) lost.push(`${table}: ${rows.length} rows became ${now.length}`);
    for (const [index, row] of rows.entries()) {
      const left = now[index] ?? {};
      for (const [column, value] of Object.entries(row)) {
        if (column in left && JSON.stringify(left[column]) !== JSON.stringify(value)) {
          lost.push(`${table}.${column}: ${JSON.stringify(value)} became ${JSON.stringify(left[column])}`);
        }
      }
    }
  }
  return lost;
}
