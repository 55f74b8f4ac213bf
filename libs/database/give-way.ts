import { setTimeout as sleep } from 'node:timers/promises';
import type { QueryRunner } from 'typeorm';
import { isLockTimeout } from './database.errors.js';

/**
 * How long a migration waits for a table that somebody holds. All who want the table meanwhile wait behind it, so it steps back and
 * comes again.
 */
export const LOCK_TIMEOUT_MS = 800;

/** A table that is held for longer than these tries together is held by something an operator should look at. */
const TRIES = 30;
const PAUSE_MS = 1_000;

/**
 * Does something that may be refused a lock, and does it again after a pause in which those go on who waited behind it.
 * @param work leaves nothing behind when it was refused, or may be done again over what it left
 */
export async function whenFree<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isLockTimeout(error) || tries === TRIES) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

/** The same, in a transaction. */
export function transactionWhenFree<T>(queryRunner: QueryRunner, work: () => Promise<T>): Promise<T> {
  return whenFree(async () => {
    await queryRunner.startTransaction();
    try {
      const result = await work();
      await queryRunner.commitTransaction();
      return result;
    } catch (error) {
      await queryRunner.rollbackTransaction();
      throw error;
    }
  });
}
