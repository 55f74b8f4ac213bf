import type { QueryRunner } from 'typeorm';

interface Relation {
  oid: number;
  name: string;
  /** Changes when the whole relation is written anew. */
  file: number;
  /** Of which table it is an index. */
  indexed: number | null;
}

const RELATIONS = `
SELECT c.oid::int AS oid, relname AS name, relfilenode::int AS file, indrelid::int AS indexed
FROM pg_class c LEFT JOIN pg_index ON indexrelid = c.oid
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')`;

/** Rules that this transaction made and for which each row was read. */
const RULES = `
SELECT conrelid::int AS "table", conname AS name FROM pg_constraint
WHERE contype IN ('c', 'f') AND convalidated AND xmin = pg_current_xact_id()::xid`;

/** Of this transaction, and of those just before that are not yet passed on. */
const CHANGES = `SELECT relid::int AS "table", (n_tup_ins + n_tup_upd + n_tup_del)::int AS changes FROM pg_stat_xact_user_tables`;

/** Tables that nobody else may write until this transaction ends. */
const HELD = `
SELECT DISTINCT relation::int AS "table" FROM pg_locks JOIN pg_class c ON c.oid = relation AND relkind = 'r'
WHERE pid = pg_backend_pid() AND mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')`;

/** With 0.8 s of waiting for each, nobody waits longer than two behind a migration. */
const HELD_AT_MOST = 2;

export interface Before {
  /** Tables and indexes by their number. */
  relations: Map<number, Relation>;
  /** Rows changed so far, by table. */
  changes: Map<number, number>;
}

/** What there is at the beginning of a transaction. */
export async function beginning(queryRunner: QueryRunner): Promise<Before> {
  return { relations: await relationsOf(queryRunner), changes: await changesOf(queryRunner) };
}

async function relationsOf(queryRunner: QueryRunner): Promise<Before['relations']> {
  const relations = (await queryRunner.query(RELATIONS)) as Relation[];
  return new Map(relations.map((relation) => [relation.oid, relation]));
}

async function changesOf(queryRunner: QueryRunner): Promise<Before['changes']> {
  const tables = (await queryRunner.query(CHANGES)) as { table: number; changes: number }[];
  return new Map(tables.map(({ table, changes }) => [table, changes]));
}

/**
 * What keeps others for long from tables with many rows. Asked in the transaction of a migration, before it ends.
 * @param before what there was at its beginning
 * @returns a sentence for each; none when it takes as long on a million rows as on none
 */
export async function longHolds(queryRunner: QueryRunner, before: Before): Promise<string[]> {
  const nameOf = (oid: number | null): string | undefined => (oid === null ? undefined : before.relations.get(oid)?.name);
  const after = [...(await relationsOf(queryRunner)).values()];
  const written = after.filter(({ oid, file }) => before.relations.get(oid)?.file !== file);
  const rules = (await queryRunner.query(RULES)) as { table: number; name: string }[];
  const changed = [...(await changesOf(queryRunner))].filter(([table, changes]) => changes > (before.changes.get(table) ?? 0));
  const locks = (await queryRunner.query(HELD)) as { table: number }[];
  const held = locks.flatMap(({ table }) => nameOf(table) ?? []).toSorted();
  return [
    ...written.filter(({ indexed }) => nameOf(indexed) !== undefined).map(({ name }) => `builds ${name}`),
    ...written
      .filter(({ oid, indexed }) => indexed === null && nameOf(oid) !== undefined)
      .map(({ name }) => `writes ${name} anew`),
    ...rules.filter(({ table }) => nameOf(table) !== undefined).map(({ name }) => `checks all rows for ${name}`),
    ...changed.flatMap(([table]) => nameOf(table) ?? []).map((name) => `changes rows of ${name}`),
    ...(held.length > HELD_AT_MOST ? [`holds ${held.join(', ')} at once`] : []),
  ];
}
