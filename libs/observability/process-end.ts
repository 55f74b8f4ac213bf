import type { Log } from './log.js';

/** Orchestrators kill 30 s after they asked; ending by itself before that leaves a line that says so. */
const END_WITHIN_MS = 25_000;

/** Makes sure that a process that was asked to end does, even when something it closes hangs; its leases then run out. */
export function endInTime(log: Log): void {
  const start = (): void => {
    setTimeout(() => {
      log.error('The process did not end in time; it is cut off');
      process.exit(1);
    }, END_WITHIN_MS).unref();
  };
  process.once('SIGTERM', start).once('SIGINT', start);
}
