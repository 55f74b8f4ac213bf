import { createHmac, randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';
/** Standard Webhooks asks for 24 to 64. */
const SECRET_BYTES = 32;

/** A new signing secret, as the libraries of Standard Webhooks take it. */
export function newSecret(): string {
  return PREFIX + randomBytes(SECRET_BYTES).toString('base64');
}

/** A message and when it is sent. */
interface Signed {
  id: string;
  /** Seconds since 1970. */
  timestamp: number;
  body: string;
}

/**
 * The value of `webhook-signature`: one signature for each secret, so that a receiver with either accepts it.
 * Standard Webhooks 1.0.0, "Signature scheme": HMAC-SHA256 of `id.timestamp.body` by the decoded secret.
 */
export function standardSignatures(secrets: readonly string[], { id, timestamp, body }: Signed): string {
  return secrets
    .map((secret) => Buffer.from(secret.slice(PREFIX.length), 'base64'))
    .map((key) => `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`)
    .join(' ');
}

/** The value of `X-Steno-Signature`: HMAC-SHA256 of the body by the secret's text, in hexadecimal; with two secrets, two by a comma. */
export function plainSignatures(secrets: readonly string[], body: string): string {
  return secrets.map((secret) => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`).join(',');
}
