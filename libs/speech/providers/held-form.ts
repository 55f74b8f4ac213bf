import { randomUUID } from 'node:crypto';
import type { HeldAudio } from '../speech-provider.js';

/** A form as it goes over the wire. */
export interface HeldForm {
  /** One after the other; the recording is where it was. */
  body: readonly Uint8Array[];
  headers: { 'content-type': string };
}

/**
 * Lays out a form with a recording that lies in memory (RFC 7578): the FormData of `fetch` would be read through streams. Lists are named
 * as OpenAI's SDKs name them, `name[]`.
 * @param fields texts, numbers and lists of them; those without a value are left out
 */
export function heldForm(fields: object, { content, extension, contentType }: HeldAudio): HeldForm {
  const boundary = `steno-${randomUUID()}`;
  const part = (name: string, more = ''): string => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${more}\r\n`;
  const texts = Object.entries(fields).flatMap(([name, value]) =>
    valuesOf(name, value).map(([as, text]) => `${part(as)}\r\n${text}\r\n`),
  );
  const file = `${part('file', `; filename="recording.${extension}"`)}Content-Type: ${contentType}\r\n\r\n`;
  const body = [Buffer.from(texts.join('') + file), ...content, Buffer.from(`\r\n--${boundary}--\r\n`)];
  return { body, headers: { 'content-type': `multipart/form-data; boundary=${boundary}` } };
}

function valuesOf(name: string, value: unknown): [name: string, text: string][] {
  if (Array.isArray(value)) return value.map((one) => [`${name}[]`, String(one)]);
  return typeof value === 'string' || typeof value === 'number' ? [[name, String(value)]] : [];
}
