import type { WebhookKind } from '#database';
import type { KeptEvent } from './deliveries.repository.js';
import { EVENT_CATALOGUE, type EventPayload } from './event-catalogue.js';
import { plainSignatures, standardSignatures } from './signing.js';

/** What an endpoint is sent. */
export interface Message {
  headers: Record<string, string>;
  body: string;
}

/** Which delivery, to what kind of endpoint, and when. */
interface Sending {
  deliveryId: string;
  kind: WebhookKind;
  /** The current one first. */
  secrets: readonly string[];
  sentAt: Date;
}

const JSON_HEADERS = { 'content-type': 'application/json' };

/** The event as programs get it. */
export function payloadOf({ id, type, sequence, facts, createdAt }: KeptEvent): EventPayload {
  return { id, type, timestamp: createdAt.toISOString(), data: { ...facts, sequence: Number(sequence) } };
}

/** Puts an event into the form its endpoint wants. Chats know no signature and get none; their address is the secret. */
export function messageOf(event: KeptEvent, { deliveryId, kind, secrets, sentAt }: Sending): Message {
  if (kind === 'slack') return chatMessage({ text: slackText(event) });
  if (kind === 'discord') return chatMessage({ content: discordText(event), allowed_mentions: { parse: [] } });
  const body = JSON.stringify(payloadOf(event));
  const timestamp = Math.floor(sentAt.getTime() / 1_000);
  const headers = {
    ...JSON_HEADERS,
    'webhook-id': event.id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': standardSignatures(secrets, { id: event.id, timestamp, body }),
    'x-steno-event': event.type,
    'x-steno-delivery-id': deliveryId,
    'x-steno-signature': plainSignatures(secrets, body),
  };
  return { headers, body };
}

function chatMessage(content: object): Message {
  return { headers: JSON_HEADERS, body: JSON.stringify(content) };
}

/** Slack's mrkdwn: `&`, `<` and `>` are its only control characters; a mention stands in angle brackets. */
function slackText(event: KeptEvent): string {
  const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return textOf(event, '*', (text) => calmed(escape(text)));
}

/** Discord's Markdown. */
function discordText(event: KeptEvent): string {
  return textOf(event, '**', (text) => calmed(text.replace(/[\\*_~`|>#<[\]()]/g, '\\$&')));
}

/** Nobody is called by a text: an invisible character parts the sign from the name. */
function calmed(text: string): string {
  return text.replaceAll('@', '@\u200b');
}

function textOf({ type, facts }: KeptEvent, bold: string, escape: (text: string) => string): string {
  const known = Object.entries(facts).filter(([, value]) => value !== null);
  const lines = known.map(([name, value]) => `${inWords(name)}: ${escape(String(value))}`);
  return [`${bold}${EVENT_CATALOGUE[type].headline}${bold}`, ...lines].join('\n');
}

/** `audioId` as people write it: Audio id. */
function inWords(name: string): string {
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
