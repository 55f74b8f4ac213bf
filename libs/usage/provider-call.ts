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
  /** The workspace's own key it was made with. */
  providerKeyId: string | null;
  /** Or the installation's, by its public id. */
  installationKeyId: string | null;
  provider: string;
  model: string;
  outcome: 'answered' | 'failed';
  /** The provider error's kind, when it failed. */
  errorKind: string | null;
  /** Of sound it was about. */
  audioSeconds: number;
  /** How long it took; left out where nobody measured. */
  latencyMs?: number;
  /** Of text, as the provider counts; left out where nothing was read. */
  tokens?: { input: number; output: number };
  /** By the provider or the price table; null where nobody knows, or, of a failed call, where nobody says that it costs something. */
  costMicroDollars: string | null;
}

/** A call that ended without an answer, because nobody waited or none came, may be billed all the same. */
const MAY_BE_BILLED = new Set(['cancelled', 'unavailable']);

/**
 * What a call is written down as. A provider that says no asks for no money, unless it says that it does; what it may ask for and nobody
 * knows is null.
 */
export function recordOf(call: ProviderCall): Omit<UsageRecord, 'at'> {
  const { errorKind, audioSeconds, latencyMs: _, tokens, costMicroDollars, ...facts } = call;
  const answered = call.outcome === 'answered';
  const isFree = !answered && !MAY_BE_BILLED.has(errorKind ?? '');
  return {
    ...facts,
    milliseconds: String(answered ? Math.round(audioSeconds * 1_000) : 0),
    inputTokens: String(tokens?.input ?? 0),
    outputTokens: String(tokens?.output ?? 0),
    costMicroDollars: costMicroDollars ?? (isFree ? '0' : null),
  };
}
