/**
 * Codes of failures that are about one chunk: the next one may well succeed, so each costs its chunk and no more. All others are
 * about the provider, the account or the order, and every further chunk would only repeat them.
 */
const ABOUT_THE_CHUNK = new Set([
  'audio_refused',
  'part_too_large',
  'content_blocked',
  'quarantined',
  'object_not_found',
  'integrity',
  'internal_error',
]);

/** Whether a failure says something about this chunk alone. */
export function isAboutTheChunk({ code }: { code: string }): boolean {
  return ABOUT_THE_CHUNK.has(code);
}
