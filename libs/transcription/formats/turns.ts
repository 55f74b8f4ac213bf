import { setImmediate as nextTurn } from 'node:timers/promises';

/** Long enough that giving a turn costs next to nothing, short enough that nobody notices. */
const TURN_MS = 15;

/** Lets the process answer others in between while a long document is written. */
export class Turns {
  private since = performance.now();

  async give(): Promise<void> {
    if (performance.now() - this.since < TURN_MS) return;
    await nextTurn();
    this.since = performance.now();
  }
}
