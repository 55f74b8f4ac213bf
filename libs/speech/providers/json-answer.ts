import {
  asNumber,
  asObject,
  badResponse,
  type Connection,
  type JsonValue,
  parseJson,
  type ProviderError,
  type Refusal,
  refusalError,
  requestIdOf,
} from '#provider-calls';
import type { ProviderId } from '../speech-provider.js';

/** A call that is answered with JSON. */
interface JsonCall {
  provider: ProviderId;
  url: string;
  /** With the key in them; it never stands in an address. */
  headers: Record<string, string>;
  body: FormData | string;
  key: string;
}

/** What was answered, and under which name. */
export interface JsonAnswer {
  raw: JsonValue;
  requestId: string | undefined;
}

/**
 * Posts a call and reads its answer.
 * @param errorOf what a refusal means, where the vendor has words of its own
 * @throws ProviderError when it is refused, also by an answer with success that has an `error` in it, or is no JSON
 */
export async function postForJson(
  connection: Connection,
  { provider, url, headers, body, key }: JsonCall,
  signal: AbortSignal,
  errorOf: (refusal: Refusal) => ProviderError = refusalError,
): Promise<JsonAnswer> {
  const response = await connection.fetch(url, { method: 'POST', headers, body, signal });
  const requestId = requestIdOf(response.headers);
  const raw = parseJson(await response.text());
  const error = asObject(raw)?.error ?? undefined;
  if (!response.ok || error !== undefined) {
    const status = response.ok ? (asNumber(asObject(error)?.code) ?? 502) : response.status;
    throw errorOf({ provider, status, headers: response.headers, body: raw, key });
  }
  if (raw === undefined) throw badResponse(provider, 'is not JSON', requestId);
  return { raw, requestId };
}
