import { ApiError, ConnectionError } from './errors.ts';

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 8_000;
/** Who is told to come back later than this decides for themselves. */
const MOST_SECONDS_WAITED = 60;
/** 501, 505 and 507 stay what they are. */
const PASSING_FAULTS = new Set([408, 500, 502, 503, 504]);

/**
 * How long to wait before a request that failed is sent again.
 * @param attempts made so far
 * @param repeatable whether the request has no second effect when it has been served before and only its answer was lost
 * @returns milliseconds; undefined: it is not sent again
 */
export function delayBefore(error: unknown, attempts: number, repeatable: boolean): number | undefined {
  if (error instanceof ConnectionError) return repeatable ? backoff(attempts) : undefined;
  if (!(error instanceof ApiError) || !mayPass(error, repeatable)) return undefined;
  const asked = error.retryAfterSeconds ?? 0;
  return asked > MOST_SECONDS_WAITED ? undefined : Math.max(asked * 1_000, backoff(attempts));
}

function mayPass({ status, code }: ApiError, repeatable: boolean): boolean {
  if (status === 429) return code !== 'quota_exceeded';
  if (code === 'idempotency_in_progress') return true;
  return repeatable && PASSING_FAULTS.has(status);
}

/** Twice as long each time; half of it is left to chance, so that those who failed together do not come back together. */
function backoff(attempts: number): number {
  const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempts - 1));
  return delay * (0.5 + Math.random() / 2);
}

/** Seconds of a Retry-After header (RFC 9110, 10.2.3): a number or a date. */
export function readRetryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header)) return Number(header);
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, (at - Date.now()) / 1_000);
}
