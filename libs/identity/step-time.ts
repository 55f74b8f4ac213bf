import { setTimeout as sleep } from 'node:timers/promises';

/** Longer than the work of any of the routes that use it takes, on a machine that is not overloaded. */
const STEP_MS = 100;

/**
 * Runs `work` and ends, well or badly, only after a whole number of steps, so that the time an answer takes does not tell what was
 * done: whether a letter was written, whether there is an account.
 */
export async function inStepTime<T>(work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  try {
    return await work();
  } finally {
    const elapsed = performance.now() - began;
    await sleep(Math.ceil(elapsed / STEP_MS) * STEP_MS - elapsed);
  }
}
