/**
 * What a failed call means to the one who has to decide what comes next:
 * - `rate_limited`: the same call succeeds later
 * - `unavailable`: no usable answer (network, timeout, 5xx, an answer that is not what was asked for); again later, or elsewhere
 * - `invalid_audio`: nobody will read this chunk of sound
 * - `invalid_request`: nobody will answer this request for text as it stands
 * - `too_large`: cut smaller
 * - `blocked`: the provider refuses the content
 * - `auth`: the key, or what it may use, is wrong; only a change of settings helps
 * - `quota_exhausted`: the account is out of money or quota; waiting does not help
 * - `unknown`: the provider refused for a reason we do not know
 */
export type ProviderErrorKind =
  | 'rate_limited'
  | 'unavailable'
  | 'invalid_audio'
  | 'invalid_request'
  | 'too_large'
  | 'blocked'
  | 'auth'
  | 'quota_exhausted'
  | 'unknown';

/** What the provider counted for an answer that is none, and so bills all the same. */
export interface BilledTokens {
  inputTokens: number;
  outputTokens: number;
  cachedInputTokens: number;
  /** Its own figure of the cost. */
  dollars?: number;
}

interface ProviderErrorOptions {
  provider: string;
  kind: ProviderErrorKind;
  /** A sentence without secrets; texts from outside go through `withoutSecrets` first. */
  message: string;
  retryAfterSeconds?: number;
  /** The provider's code, or ours: `bad_response`, `timeout`, `connection`, `output_truncated`. */
  providerCode?: string;
  providerRequestId?: string;
  /** With `auth`: it is the key itself that was refused, not what it was used for. */
  keyRefused?: boolean;
  /** Not set: nothing is billed, or nobody says. */
  billed?: BilledTokens;
  cause?: unknown;
}

/** A failed call to a provider of speech or language models, in one vocabulary for all of them. */
export class ProviderError extends Error {
  readonly kind: ProviderErrorKind;
  readonly provider: string;
  readonly retryAfterSeconds?: number;
  readonly providerCode?: string;
  readonly providerRequestId?: string;
  readonly keyRefused: boolean;
  readonly billed?: BilledTokens;

  constructor(options: ProviderErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ProviderError';
    this.kind = options.kind;
    this.provider = options.provider;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.providerCode = options.providerCode;
    this.providerRequestId = options.providerRequestId;
    this.keyRefused = options.keyRefused ?? false;
    this.billed = options.billed;
  }
}

const LONGEST_FOREIGN_TEXT = 300;
/** Key shapes of the vendors (sk-…, sk_…, gsk_…, hf_…, AIza…) and whatever follows Bearer, key= or the like: providers echo keys in error texts. */
const SECRET = /\b(?:sk[-_]|gsk_|hf_|AIza)[\w*.-]{4,}|\b(?:bearer\s+|api[_-]?key\s*[:=]\s*|[?&]key=)\S+/gi;

/**
 * Makes a text from outside fit for an error message: one line, short, no keys.
 * @param text what the provider said
 * @param keys configured keys, removed wherever they stand
 */
export function withoutSecrets(text: string, keys: readonly (string | undefined)[] = []): string {
  const blanked = keys.reduce<string>(
    (rest, key) => (key === undefined || key === '' ? rest : rest.replaceAll(key, '[key]')),
    text,
  );
  const line = blanked.replaceAll(SECRET, '[key]').replaceAll(/\s+/g, ' ').trim();
  return line.length <= LONGEST_FOREIGN_TEXT ? line : `${line.slice(0, LONGEST_FOREIGN_TEXT)}…`;
}
