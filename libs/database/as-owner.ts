import type { QueryRunner } from 'typeorm';
import { ownerDataSource } from './data-source.js';

/**
 * One transaction of the role that made the tables, for commands that deal with all of them: backup and restore.
 * @param isolation `REPEATABLE READ`: everything is seen as it was at the first statement
 */
export async function asOwner<T>(
  ownerUrl: string,
  isolation: 'READ COMMITTED' | 'REPEATABLE READ',
  work: (queryRunner: QueryRunner) => Promise<T>,
): Promise<T> {
  const dataSource = await ownerDataSource(ownerUrl).initialize();
  const queryRunner = dataSource.createQueryRunner();
  try {
    await queryRunner.startTransaction(isolation);
    const result = await work(queryRunner);
    await queryRunner.commitTransaction();
    return result;
  } finally {
    // What was not committed ends with the connection, and nothing of it stays.
    await queryRunner.release();
    await dataSource.destroy();
  }
}
