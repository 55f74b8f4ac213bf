import { type ErrorKind, FieldError, messageOf } from '#errors';
import { storableText } from '#database';
import type { JobSettings } from '../job-catalogue.js';
import { OWN_FAULTS } from '../own-faults.js';

/** Why a try failed, in the words of what to do next. */
export type FailureClass =
  /** Try again after a wait; counts. */
  | 'passing'
  /** The other side said when to come back; does not count. */
  | 'rate_limited'
  /** Our own database, store or disk; does not count against the recording. */
  | 'own_fault'
  /** Trying again cannot help. */
  | 'permanent';

export interface JobFailure {
  class: FailureClass;
  code: string;
  /** A sentence for the caller. */
  detail: string;
  retryAfterSeconds?: number;
}

const CLASS_OF_KIND: Record<ErrorKind, FailureClass> = {
  malformed: 'permanent',
  unauthenticated: 'permanent',
  forbidden: 'permanent',
  not_found: 'permanent',
  method_not_allowed: 'permanent',
  timeout: 'passing',
  conflict: 'permanent',
  gone: 'permanent',
  precondition_failed: 'permanent',
  too_large: 'permanent',
  unsupported_media: 'permanent',
  range_not_satisfiable: 'permanent',
  unprocessable: 'permanent',
  rate_limited: 'rate_limited',
  headers_too_large: 'permanent',
  internal: 'passing',
  unavailable: 'passing',
  insufficient_storage: 'own_fault',
};

/** Seconds after which even waiting that does not count comes to an end: the one who ordered wants an answer. */
const LONGEST_WAIT_IN_ALL = 24 * 3_600;
/** Seconds before work that our own side failed is taken up again. */
const OWN_FAULT_WAIT = 5;
/** Shortest and longest wait another side may ask for, in seconds. */
const SHORTEST_RETRY_AFTER = 2;
const LONGEST_RETRY_AFTER = 3_600;

/** Sorts whatever a handler threw. Errors nobody foresaw count as passing: they are tried again, a bounded number of times. */
export function classifyFailure(error: unknown): JobFailure {
  if (!(error instanceof FieldError)) {
    return {
      class: 'passing',
      code: 'internal_error',
      detail: 'The work failed for a reason that is ours. Try again; if it stays, report the request id.',
    };
  }
  const ownFault = OWN_FAULTS.has(error.code);
  return {
    class: ownFault ? 'own_fault' : CLASS_OF_KIND[error.kind],
    code: error.code,
    detail: storableText(messageOf(error)),
    retryAfterSeconds: error.retryAfterSeconds,
  };
}

/** What becomes of a job after a failed try. */
export type Verdict = { action: 'give_up' } | { action: 'retry'; afterSeconds: number; counts: boolean };

/**
 * @param job counted tries before this one, and how long it has been owed
 * @param jitter 0 to 1; spreads the tries of many jobs that failed together
 */
export function judgeFailure(
  failure: JobFailure,
  { failures, ageSeconds }: { failures: number; ageSeconds: number },
  settings: JobSettings,
  jitter: number,
): Verdict {
  if (ageSeconds > LONGEST_WAIT_IN_ALL) return { action: 'give_up' };
  switch (failure.class) {
    case 'permanent':
      return { action: 'give_up' };
    case 'own_fault':
      return { action: 'retry', afterSeconds: OWN_FAULT_WAIT * (0.5 + jitter), counts: false };
    case 'rate_limited':
      return {
        action: 'retry',
        afterSeconds: boundedWait(failure.retryAfterSeconds ?? settings.backoffCapSeconds) + jitter,
        counts: false,
      };
    case 'passing': {
      if (failures + 1 >= settings.tries) return { action: 'give_up' };
      const backoff = Math.min(settings.backoffSeconds * 2 ** failures, settings.backoffCapSeconds) * (0.5 + jitter / 2);
      return {
        action: 'retry',
        afterSeconds: Math.max(backoff, Math.min(failure.retryAfterSeconds ?? 0, LONGEST_RETRY_AFTER)),
        counts: true,
      };
    }
  }
}

/** What another side asks for, within reason: "now" would be a storm, next week a loss. */
function boundedWait(seconds: number): number {
  return Math.min(Math.max(seconds, SHORTEST_RETRY_AFTER), LONGEST_RETRY_AFTER);
}

/** The failure of a job whose workers kept vanishing. */
export function quarantined(crashes: number): JobFailure {
  return {
    class: 'permanent',
    code: 'quarantined',
    detail: `The worker stopped ${crashes} times while it worked on this, so it is set aside. Check that the recording plays, convert it (for example to FLAC) and upload it again.`,
  };
}
