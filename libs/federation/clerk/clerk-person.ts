import type { VouchedPerson } from '../vouched-person.js';

/** A webhook of Clerk about a user. https://clerk.com/docs/integrations/webhooks/overview */
export type ClerkUserEvent =
  | { type: 'user.created' | 'user.updated'; person: VouchedPerson; changedAt: Date; banned: boolean }
  | { type: 'user.deleted'; subject: string };

type Members = Readonly<Record<string, unknown>>;

/**
 * Reads the body of a webhook whose signature is good.
 * @returns null for events that concern no user, or that lack what such an event has
 */
export function readClerkEvent(issuer: string, body: unknown): ClerkUserEvent | null {
  if (!isMembers(body) || !isMembers(body['data'])) return null;
  const { type, data } = { type: body['type'], data: body['data'] };
  const subject = textOf(data['id']);
  if (subject === null) return null;
  if (type === 'user.deleted') return { type, subject };
  const updatedAt = data['updated_at'];
  if ((type !== 'user.created' && type !== 'user.updated') || typeof updatedAt !== 'number') return null;
  const person = { issuer, subject, verifiedEmail: verifiedEmailOf(data), name: nameOf(data) };
  return { type, person, changedAt: new Date(updatedAt), banned: data['banned'] === true };
}

/** The primary address, when Clerk has verified it. */
function verifiedEmailOf(data: Members): string | null {
  const addresses: unknown = data['email_addresses'];
  if (!Array.isArray(addresses)) return null;
  const primary = addresses.filter(isMembers).find(({ id }) => id === data['primary_email_address_id']);
  const verification = primary?.['verification'];
  return isMembers(verification) && verification['status'] === 'verified' ? textOf(primary?.['email_address']) : null;
}

function nameOf(data: Members): string | null {
  const name = [data['first_name'], data['last_name']].map(textOf).filter(Boolean).join(' ').slice(0, 100);
  return name === '' ? null : name;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
