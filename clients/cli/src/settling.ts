import { setTimeout as sleep } from 'node:timers/promises';
import { isMissing, isSame, stampOf } from './files.ts';

/**
 * So many looks a file must be the same in. Looks are counted and no clock is read: a program that was held up, or a machine that slept,
 * looks once when it goes on, and so does not take its own pause for that of the writer.
 */
const LOOKS = 10;

/** Waits for so many milliseconds. @throws the signal's reason */
export type Pause = (milliseconds: number, signal: AbortSignal) => Promise<unknown>;

const pauseFor: Pause = (milliseconds, signal) => sleep(milliseconds, undefined, { signal });

/**
 * Whether a file stays as it is, in size and time of change. That it changed, or is gone, is told at the first look that finds it.
 * @param settleMs for how long, at least
 * @throws the signal's reason when it is aborted meanwhile
 */
export async function stays(
  path: string,
  settleMs: number,
  signal: AbortSignal,
  pause: Pause = pauseFor,
): Promise<'settled' | 'changed' | 'gone'> {
  try {
    const before = await stampOf(path);
    for (let looks = 0; looks < LOOKS; looks += 1) {
      await pause(settleMs / LOOKS, signal);
      if (!isSame(await stampOf(path), before)) return 'changed';
    }
    return 'settled';
  } catch (error) {
    if (isMissing(error)) return 'gone';
    throw error;
  }
}
