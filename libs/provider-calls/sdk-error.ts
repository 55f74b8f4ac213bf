import type { JsonValue } from './json.js';
import type { ProviderError } from './provider-error.js';
import { type Refusal, refusalError } from './refusal.js';

/** What the errors of both SDKs (openai, groq-sdk) have in common. */
interface ApiError {
  status: number | undefined;
  headers: Headers | undefined;
  error: object | undefined;
}

/**
 * Translates an `APIError` of either SDK.
 * @param key the configured key, kept out of the message
 * @returns undefined for those without a status: the connection failed
 */
export function sdkError(
  provider: string,
  { status, headers, error }: ApiError,
  key?: string,
  unfit?: Refusal['unfit'],
): ProviderError | undefined {
  if (status === undefined || headers === undefined) return undefined;
  return refusalError({ provider, status, headers, body: error as JsonValue | undefined, key, unfit });
}
