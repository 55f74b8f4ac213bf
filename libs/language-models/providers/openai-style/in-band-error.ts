import { asNumber, asObject, asObjects, type JsonObject, type ProviderError, refusalError } from '#provider-calls';
import type { Asked } from './asked.js';

/** What stands for a status where there is none: the provider's own trouble. */
const NO_STATUS = 502;

/**
 * The error in an answer, or a message of a stream, that came with success: `{ error: { code, message } }`, or in its choice.
 * @returns undefined when there is none
 */
export function inBandError({ provider, key }: Asked, said: JsonObject, headers: Headers): ProviderError | undefined {
  const error = said.error ?? asObjects(said.choices)?.[0]?.error;
  if (error === undefined || error === null) return undefined;
  // OpenRouter's codes are statuses; elsewhere the code is a word, which `refusalError` knows.
  const code = asNumber(asObject(error)?.code) ?? NO_STATUS;
  const status = code >= 400 && code < 600 ? code : NO_STATUS;
  return refusalError({ provider, status, headers, body: { error }, key, unfit: 'invalid_request' });
}
