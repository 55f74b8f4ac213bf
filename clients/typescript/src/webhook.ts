import { WebhookError } from './errors.ts';
import type { WebhookEvent } from './models.ts';

/** Older or newer ones are refused: they may be recorded and sent again (https://www.standardwebhooks.com). */
const TOLERANCE_SECONDS = 300;

/** The headers of a request, as servers have them. */
export type HeaderSource = Headers | Record<string, string | string[] | undefined>;

/**
 * Checks that a webhook comes from the server, by the Standard Webhooks signature, and reads it.
 * @param body exactly as it arrived, before any JSON is parsed
 * @param secrets `whsec_…`; two while one takes over from the other
 * @throws WebhookError
 */
export async function unwrapWebhook(
  body: string | Uint8Array,
  headers: HeaderSource,
  secrets: string | readonly string[],
): Promise<WebhookEvent> {
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
  const [id, time, signatures] = ['id', 'timestamp', 'signature'].map((name) => header(headers, `webhook-${name}`));
  if (id === undefined || time === undefined || signatures === undefined)
    throw new WebhookError('The webhook lacks webhook-id, webhook-timestamp or webhook-signature.');
  if (!/^\d+$/.test(time) || Math.abs(Date.now() / 1_000 - Number(time)) > TOLERANCE_SECONDS)
    throw new WebhookError('The webhook is too old or from the future. Check the clock of this machine.');
  const signed = new TextEncoder().encode(`${id}.${time}.${text}`);
  for (const secret of typeof secrets === 'string' ? [secrets] : secrets) {
    if (await isSigned(signed, signatures, secret)) return readEvent(text);
  }
  throw new WebhookError('The signature of the webhook is not good. Check the secret of the endpoint.');
}

async function isSigned(signed: Uint8Array<ArrayBuffer>, signatures: string, secret: string): Promise<boolean> {
  const bytes = fromBase64(secret.replace(/^whsec_/, ''));
  if (bytes === undefined || bytes.length === 0) throw new WebhookError('A secret is `whsec_` and Base64.');
  const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['verify']);
  for (const [version, signature = ''] of signatures.split(' ').map((entry) => entry.split(','))) {
    const claimed = version === 'v1' ? fromBase64(signature) : undefined;
    if (claimed !== undefined && (await crypto.subtle.verify('HMAC', key, claimed, signed))) return true;
  }
  return false;
}

function readEvent(text: string): WebhookEvent {
  try {
    return JSON.parse(text) as WebhookEvent;
  } catch (error) {
    throw new WebhookError('The webhook is signed but not JSON.', { cause: error });
  }
}

function header(headers: HeaderSource, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  const [, value] = Object.entries(headers).find(([key]) => key.toLowerCase() === name) ?? [];
  return Array.isArray(value) ? value[0] : value;
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch (error) {
    if (error instanceof DOMException) return undefined;
    throw error;
  }
}
