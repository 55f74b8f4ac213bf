import { asNumber, asObject, asObjects, asText, type JsonObject, type JsonValue } from './json.js';
import { ProviderError, type ProviderErrorKind, withoutSecrets } from './provider-error.js';

/** An HTTP answer that is no success. */
export interface Refusal {
  provider: string;
  status: number;
  headers: Pick<Headers, 'get'>;
  /** The parsed body, if it was JSON. */
  body: JsonValue | undefined;
  /** The configured key, kept out of the message. */
  key?: string;
  /** What it means when the provider cannot take what it was sent; sound, when not set. */
  unfit?: Extract<ProviderErrorKind, 'invalid_audio' | 'invalid_request'>;
}

/** Codes that say more than their status: `error.code` of OpenAI and Groq, `ErrorInfo.reason` and `error.status` of Google, `detail.status` of ElevenLabs. */
const KIND_OF_CODE: Readonly<Record<string, ProviderErrorKind>> = {
  insufficient_quota: 'quota_exhausted',
  credit_balance_exhausted: 'quota_exhausted',
  billing_hard_limit_reached: 'quota_exhausted',
  billing_not_active: 'quota_exhausted',
  quota_exceeded: 'quota_exhausted',
  rate_limit_exceeded: 'rate_limited',
  too_many_concurrent_requests: 'rate_limited',
  slow_down: 'rate_limited',
  // Not this account's doing, so there is no use in sparing its key.
  system_busy: 'unavailable',
  RESOURCE_EXHAUSTED: 'rate_limited',
  invalid_api_key: 'auth',
  model_not_found: 'auth',
  API_KEY_INVALID: 'auth',
  PERMISSION_DENIED: 'auth',
  FAILED_PRECONDITION: 'auth',
  audio_too_short: 'invalid_audio',
  context_length_exceeded: 'too_large',
  string_above_max_length: 'too_large',
  content_filter: 'blocked',
  content_policy_violation: 'blocked',
};

const CODES_OF_KEY = new Set(['invalid_api_key', 'API_KEY_INVALID']);
/** The key is good, but not for this. */
const CODES_OF_USE = ['model_not_found', 'missing_permissions'];

/** 498 is Groq's "flex tier capacity exceeded", 499 and 424 its lost upstream. */
const KIND_OF_STATUS: Readonly<Record<number, ProviderErrorKind>> = {
  401: 'auth',
  402: 'quota_exhausted',
  403: 'auth',
  404: 'auth',
  408: 'unavailable',
  409: 'unavailable',
  413: 'too_large',
  415: 'invalid_audio',
  424: 'unavailable',
  429: 'rate_limited',
  498: 'unavailable',
  499: 'unavailable',
};

/** Translates an HTTP refusal by status and code; the message only tells apart what shares both. */
export function refusalError(refusal: Refusal): ProviderError {
  const { provider, status, headers, key, unfit = 'invalid_audio' } = refusal;
  const error = errorObject(refusal.body);
  const codes = codesOf(error);
  const said = withoutSecrets(asText(error?.message) ?? '', [key]);
  const kind = kindOf(status, error, codes, unfit);
  return new ProviderError({
    provider,
    kind,
    keyRefused: kind === 'auth' && isOfKey(status, codes),
    message: `${provider} answered ${status}${said === '' ? '.' : `: ${said}`}`,
    retryAfterSeconds: retryAfter(headers) ?? retryDelay(error) ?? loadingSeconds(refusal.body),
    providerCode: withoutSecrets(codes[0] ?? `http_${status}`, [key]),
    providerRequestId: requestIdOf(headers),
  });
}

/** The name the vendor's support knows a call by: OpenRouter's and ElevenLabs' headers are other ones. */
export function requestIdOf(headers: Pick<Headers, 'get'>): string | undefined {
  return headers.get('x-request-id') ?? headers.get('x-generation-id') ?? headers.get('request-id') ?? undefined;
}

/** The `error` member, or `detail` of servers made with FastAPI; servers in OpenAI's style also send its content bare. */
function errorObject(body: JsonValue | undefined): JsonObject | undefined {
  const outer = asObject(body);
  const said = outer?.error ?? outer?.detail;
  const message = asText(said);
  return asObject(said) ?? fieldError(said) ?? (message === undefined ? outer : { message });
}

/** FastAPI's 422: `[{ loc: ['body', 'file'], msg, type }]`, of which the first is enough. */
function fieldError(said: JsonValue | undefined): JsonObject | undefined {
  const first = asObjects(said)?.[0];
  if (first === undefined) return undefined;
  const param = Array.isArray(first.loc) ? first.loc.at(-1) : undefined;
  return { message: first.msg ?? null, type: first.type ?? null, param: param ?? null };
}

/** The most telling first. */
function codesOf(error: JsonObject | undefined): string[] {
  const reasons = (asObjects(error?.details) ?? []).map(({ reason }) => reason);
  return [...reasons, error?.code, error?.status, error?.type].filter(
    (code) => typeof code === 'string' && code !== '',
  ) as string[];
}

/** A key that may not use one model, or not from one country, is still a good key. */
function isOfKey(status: number, codes: string[]): boolean {
  if (codes.some((code) => CODES_OF_KEY.has(code))) return true;
  return (status === 401 || status === 403) && !codes.some((code) => CODES_OF_USE.includes(code));
}

function kindOf(
  status: number,
  error: JsonObject | undefined,
  codes: string[],
  unfit: NonNullable<Refusal['unfit']>,
): ProviderErrorKind {
  // OpenRouter's moderation answers 403, as a key does that may not do something.
  if (asObject(error?.metadata)?.flagged_input !== undefined) return 'blocked';
  const byCode = codes.map((code) => KIND_OF_CODE[code]).find((kind) => kind !== undefined);
  if (byCode !== undefined) return byCode;
  const byStatus = KIND_OF_STATUS[status];
  if (byStatus !== undefined) return byStatus;
  if (status >= 500) return 'unavailable';
  if (status !== 400 && status !== 422) return 'unknown';
  if (isTooLong(codes, asText(error?.message) ?? '')) return 'too_large';
  // Our other fields are fixed by the model table: unless one is named, it is the audio, or the text, that was refused.
  const param = asText(error?.param);
  return param === undefined || /^(file$|messages)/.test(param) ? unfit : 'unknown';
}

/**
 * Limits that share status and code with every other wrong value: the 1400 s of OpenAI's gpt models, and the context of Gemini's
 * ("The input token count (1048580) exceeds the maximum number of tokens allowed (1048576)").
 */
function isTooLong(codes: string[], message: string): boolean {
  if (codes.includes('invalid_value')) return /longer than [\d.]+ seconds/.test(message);
  return codes.includes('INVALID_ARGUMENT') && /token count .*exceeds the maximum/.test(message);
}

/** Retry-After: seconds or an HTTP date (RFC 9110 §10.2.3). */
function retryAfter(headers: Pick<Headers, 'get'>): number | undefined {
  const value = headers.get('retry-after')?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(value)) return Math.ceil(Number(value));
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - Date.now()) / 1000));
}

/** Google puts the delay into the body: `RetryInfo.retryDelay: "17s"`. */
function retryDelay(error: JsonObject | undefined): number | undefined {
  const delays = (asObjects(error?.details) ?? []).map(({ retryDelay: delay }) => asText(delay));
  const seconds = delays.map((delay) => /^(\d+(?:\.\d+)?)s$/.exec(delay ?? '')?.[1]).find((match) => match !== undefined);
  return seconds === undefined ? undefined : Math.ceil(Number(seconds));
}

/** Hugging Face says so of a model that has to be loaded first. */
function loadingSeconds(body: JsonValue | undefined): number | undefined {
  const seconds = asNumber(asObject(body)?.estimated_time);
  return seconds === undefined ? undefined : Math.max(0, Math.ceil(seconds));
}
