import type { QueryRunner } from 'typeorm';
import { transactionWhenFree } from '../give-way.js';
import { SYSTEM_ROLE } from '../roles.js';

/*
 * What takes long on a table with many rows, done while the apps read and write it. For migrations with `transaction = false`: nothing is
 * held for long, and each step may be done again when the migration was killed, or gave way, in the middle.
 */

const ROWS_AT_ONCE = 500;
const BEFORE_ALL_IDS = '00000000-0000-0000-0000-000000000000';

/**
 * Builds an index that its table can be written beside of. It takes about twice as long as another, and waits for every transaction of the
 * database that is older (https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY).
 * @param on such as `notes (workspace_id, created_at)`
 */
export async function buildIndex(queryRunner: QueryRunner, name: string, on: string): Promise<void> {
  // One that was cut off is there, costs every write, and is used by nobody.
  await queryRunner.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`);
  // Nobody waits behind it, so it may wait as long as it must.
  await queryRunner.query('SET lock_timeout = 0');
  try {
    await queryRunner.query(`CREATE INDEX CONCURRENTLY ${name} ON ${on}`);
  } finally {
    await queryRunner.query('RESET lock_timeout');
  }
}

/**
 * Changes the rows of a table a few at a time, so that nobody waits long for one of them.
 * @param set such as `text = lower(text)`
 * @param where which rows are yet to be changed; a row that was changed must not be among them
 */
export async function changeRows(queryRunner: QueryRunner, table: string, set: string, where: string): Promise<void> {
  for (let last: string | undefined = BEFORE_ALL_IDS; last !== undefined;) {
    const after: string = last;
    last = await transactionWhenFree(queryRunner, async () => {
      // Allowed to see and write rows of any workspace, which the owner is not where row-level security is forced.
      await queryRunner.query(`SET LOCAL ROLE ${SYSTEM_ROLE}`);
      const rows = (await queryRunner.query(`SELECT id FROM ${table} WHERE id > $1 ORDER BY id LIMIT ${ROWS_AT_ONCE}`, [
        after,
      ])) as { id: string }[];
      const ids = rows.map(({ id }) => id);
      await queryRunner.query(`UPDATE ${table} SET ${set} WHERE id = ANY ($1) AND (${where})`, [ids]);
      return ids.at(-1);
    });
  }
}
