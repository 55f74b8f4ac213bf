/** Seconds before the second try, the third, and so on. After the last of them the event is given up. */
export const RETRY_SECONDS = [1, 5, 25, 120, 600, 3_600, 21_600, 86_400] as const;

/** Longest wait that an endpoint may ask for, in seconds. */
const LONGEST_RETRY_AFTER = 86_400;
/** A wait is longer or shorter by up to this share of it, so that what failed together is not tried together. */
const JITTER = 0.2;

/** Events in a row that used up their tries, after which an endpoint is disabled. */
export const MOST_FAILED_IN_ROW = 10;
/** Hours without a success after which it is, too. */
export const MOST_FAILING_HOURS = 120;

/**
 * How long a delivery waits for its next try.
 * @param failed how many tries have failed, this one included
 * @param chance 0 to 1
 * @param retryAfterSeconds what the endpoint asked for
 * @returns seconds; null when it was the last
 */
export function waitAfter(failed: number, chance: number, retryAfterSeconds = 0): number | null {
  const seconds = RETRY_SECONDS[failed - 1];
  if (seconds === undefined) return null;
  const jittered = seconds * (1 - JITTER + 2 * JITTER * chance);
  return Math.max(jittered, Math.min(retryAfterSeconds, LONGEST_RETRY_AFTER));
}
