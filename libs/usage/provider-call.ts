import type { UsageRecord } from '#database';

/** A call to a provider, as whoever made it knows it. */
export interface ProviderCall {
  /** Its own, the same wherever it is written down. */
  id: string;
  workspaceId: string;
  /** What it was made for. */
  subjectId: string;
  userId: string | null;
  apiKeyId: string | null;
  providerKeyId: string | null;
  provider: string;
  model: string;
  outcome: 'answered' | 'failed';
  /** The provider error's kind, when it failed. */
  errorKind: string | null;
  audioSeconds: number;
  /** By the price table; null where no price is known. */
  costMicroDollars: string | null;
}

/** A call that ended without an answer, because nobody waited or none came, may be billed all the same. */
const MAY_BE_BILLED = new Set(['cancelled', 'unavailable']);

/** What a call is written down as. A provider that says no asks for no money; what it may ask for and nobody knows is null. */
export function recordOf(call: ProviderCall): Omit<UsageRecord, 'at'> {
  const { errorKind, audioSeconds, costMicroDollars, ...facts } = call;
  const answered = call.outcome === 'answered';
  const isFree = !answered && !MAY_BE_BILLED.has(errorKind ?? '');
  return {
    ...facts,
    milliseconds: String(answered ? Math.round(audioSeconds * 1_000) : 0),
    costMicroDollars: isFree ? '0' : costMicroDollars,
  };
}
