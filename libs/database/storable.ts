/** NUL, which Postgres keeps in no text. */
const NUL = '\u0000';

/**
 * A text as Postgres can keep it: without NUL, halves of surrogate pairs replaced. For texts from outside that must not be lost over a
 * character: providers' answers, error messages. Requests with such characters are refused instead.
 */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll(NUL, '');
}

/** JSON for a jsonb parameter, its texts made storable. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) => (typeof member === 'string' ? storableText(member) : member));
}
