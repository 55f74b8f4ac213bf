import type { QueryRunner } from 'typeorm';

interface Column {
  type: string;
  /** Whether an insert that leaves it out is refused. */
  wanted: boolean;
}

/** Tables, each with its columns by name. */
export type Schema = Map<string, Map<string, Column>>;

const COLUMNS = `
SELECT relname AS "table", attname AS "column", format_type(atttypid, atttypmod) AS type,
  attnotnull AND NOT atthasdef AND attidentity = '' AS wanted
FROM pg_attribute JOIN pg_class ON attrelid = pg_class.oid
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
ORDER BY relname, attnum`;

/** The tables and columns that there are now. */
export async function schemaOf(queryRunner: QueryRunner): Promise<Schema> {
  const columns = (await queryRunner.query(COLUMNS)) as (Column & { table: string; column: string })[];
  const tables = Map.groupBy(columns, ({ table }) => table);
  return new Map([...tables].map(([table, own]) => [table, new Map(own.map(({ column, ...rest }) => [column, rest]))]));
}

/**
 * What breaks programs that know only the schema before: while a release is rolled out, and after it was rolled back, the one before
 * works on the new schema. So a release only adds; what nobody reads any more goes with the release after.
 * @returns a sentence for each; none when the new schema only adds
 */
export function contractions(before: Schema, after: Schema): string[] {
  return [...before].flatMap(([table, columns]) => {
    const now = after.get(table);
    if (now === undefined) return [`${table} is gone`];
    const changed = [...columns].flatMap(([name, column]) => changesOf(`${table}.${name}`, column, now.get(name)));
    const added = [...now].filter(([name, { wanted }]) => wanted && !columns.has(name));
    return [...changed, ...added.map(([name]) => `${table}.${name} is new and must be given: the release before does not`)];
  });
}

function changesOf(name: string, before: Column, now: Column | undefined): string[] {
  if (now === undefined) return [`${name} is gone`];
  if (now.type !== before.type) return [`${name} was ${before.type} and is ${now.type}`];
  return now.wanted && !before.wanted ? [`${name} must be given now: the release before may leave it out`] : [];
}
