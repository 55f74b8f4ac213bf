/** Longest name kept, in characters; longer ones are cut so that headers stay small. */
const MAX_NAME_LENGTH = 200;

/**
 * Builds a `Content-Disposition` header (RFC 6266) that is safe for any file name: a plain ASCII `filename` for old clients, and
 * `filename*` (RFC 8187) with the true name when the two differ. Path separators and control characters never get through.
 * @param disposition `attachment` saves, `inline` shows
 * @param fileName as a user gave it; without one the header names none
 */
export function contentDisposition(disposition: 'attachment' | 'inline', fileName?: string): string {
  const name = cleanFileName(fileName ?? '');
  if (name === '') return disposition;
  const ascii = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const plain = `${disposition}; filename="${ascii}"`;
  return ascii === name ? plain : `${plain}; filename*=UTF-8''${encodeExtended(name)}`;
}

/** A name without separators and control characters, of a bounded length. Empty when nothing is left. */
export function cleanFileName(fileName: string): string {
  const cleaned = fileName
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, '')
    .replace(/[/\\]/g, '_')
    .trim();
  return [...cleaned].slice(0, MAX_NAME_LENGTH).join('');
}

/** RFC 8187 `value-chars`: what encodeURIComponent leaves alone, less the four characters that are not allowed there. */
function encodeExtended(name: string): string {
  return encodeURIComponent(name).replace(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
