import { attempt, badResponse } from './attempt.js';
import type { Connection } from './connection.js';
import { asObject, asObjects, type JsonValue, parseJson } from './json.js';
import { ProviderError } from './provider-error.js';
import { refusalError } from './refusal.js';

/**
 * What a provider says of a key:
 * - `good`: it takes it
 * - `refused`: it does not; `code` is its own word for it, `reason` ours, as the rest of the sentence "openai …"
 * - `not_checkable`: it said neither; nothing is known of the key
 */
export type KeyCheck =
  { outcome: 'good' } | { outcome: 'refused' | 'not_checkable'; code: string; reason: string; retryAfterSeconds?: number };

/** Somebody waits for the answer. */
const TIMEOUT_SECONDS = 10;

/** The call that tells a good key from a bad one. */
interface Question {
  provider: string;
  url: string;
  /** With the key in them; it never stands in an address. */
  headers: Record<string, string>;
  apiKey: string;
  /** Whether this is what the provider tells the owner of a good key; whatever answers otherwise is not the provider. */
  isAnswer: (body: JsonValue | undefined) => boolean;
}

/**
 * Asks a provider something that only a good key is told, and reads from the answer what it thinks of the key.
 * @throws the signal's reason once it is aborted
 */
export async function askWithKey(connection: Connection, question: Question, signal: AbortSignal): Promise<KeyCheck> {
  const { provider, apiKey } = question;
  try {
    await attempt({ provider, signal, timeoutSeconds: TIMEOUT_SECONDS, key: apiKey }, (joint) =>
      ask(connection, question, joint),
    );
    return { outcome: 'good' };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return verdictOf(error);
  }
}

async function ask(
  connection: Connection,
  { provider, url, headers, apiKey, isAnswer }: Question,
  signal: AbortSignal,
): Promise<void> {
  const response = await connection.fetch(url, { headers: { accept: 'application/json', ...headers }, signal });
  const body: JsonValue | undefined = parseJson(await response.text());
  const { status } = response;
  // Elsewhere a 404 is a model the key may not use; here it is an address that is not the provider's.
  if (status === 404) throw badResponse(provider, 'was that it does not know the address');
  if (!response.ok) throw refusalError({ provider, status, headers: response.headers, body, key: apiKey });
  if (!isAnswer(body)) throw badResponse(provider, 'says nothing of the key');
}

/** For `isAnswer`: a list of models under this name. */
export function isListUnder(name: 'data' | 'models'): (body: JsonValue | undefined) => boolean {
  return (body) => asObjects(asObject(body)?.[name]) !== undefined;
}

/** What the provider said, in kind: its own words may hold a part of the key. */
function verdictOf({ kind, providerCode = kind, retryAfterSeconds }: ProviderError): KeyCheck {
  switch (kind) {
    case 'auth':
      return { outcome: 'refused', code: providerCode, reason: 'does not know the key, or does not let it be checked' };
    case 'quota_exhausted':
      return { outcome: 'refused', code: providerCode, reason: 'knows the key, but its account has no quota left' };
    case 'rate_limited':
      return { outcome: 'not_checkable', code: providerCode, reason: 'takes no more requests for now', retryAfterSeconds };
    default:
      return { outcome: 'not_checkable', code: providerCode, reason: 'gave no usable answer', retryAfterSeconds };
  }
}
