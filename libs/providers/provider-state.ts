import type { CircuitState } from '#circuits';
import type { RecentCall } from '#transcription';

/**
 * How a provider does:
 * - `ok`: it answers
 * - `degraded`: a fifth of the last calls failed, or more
 * - `failing`: calls to it are lost for now, or until somebody mends the key or the account
 * - `unknown`: nobody called it of late
 * - `unconfigured`: there is no key
 */
export const PROVIDER_STATES = ['ok', 'degraded', 'failing', 'unknown', 'unconfigured'] as const;
export type ProviderState = (typeof PROVIDER_STATES)[number];

/** What a state is told from. */
export interface Signs {
  hasKey: boolean;
  /** The provider refused the workspace's own key. */
  isKeyRejected: boolean;
  circuit: CircuitState['state'];
  /** The newest first. */
  calls: readonly Pick<RecentCall, 'errorKind'>[];
}

/** As many failures in a row are no accident. */
const ROW_OF_FAILURES = 5;
const DEGRADED_SHARE = 0.2;
/** Waiting does not help against these. */
const LASTING = new Set<string | null>(['auth', 'quota_exhausted']);
/** The provider answered; what was sent, or the one who sent it, is the reason. */
const NOT_ITS_FAULT = new Set<string | null>([null, 'invalid_audio', 'too_large', 'blocked']);

/** Tells how a provider does from its key and its last calls. */
export function stateOf({ hasKey, isKeyRejected, circuit, calls }: Signs): ProviderState {
  if (!hasKey) return 'unconfigured';
  // A call that was cut off says nothing of the provider.
  const kinds = calls.map(({ errorKind }) => errorKind).filter((kind) => kind !== 'cancelled');
  const faults = kinds.map((kind) => !NOT_ITS_FAULT.has(kind));
  const lately = faults.slice(0, ROW_OF_FAILURES);
  const isInARow = lately.length === ROW_OF_FAILURES && lately.every(Boolean);
  if (isKeyRejected || circuit === 'open' || isInARow || (kinds.length > 0 && LASTING.has(kinds[0] ?? null))) return 'failing';
  if (kinds.length === 0) return 'unknown';
  const share = faults.filter(Boolean).length / faults.length;
  return share >= DEGRADED_SHARE || circuit === 'half_open' ? 'degraded' : 'ok';
}
