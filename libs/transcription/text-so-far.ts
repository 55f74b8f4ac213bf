import type { TranscriptionChunk } from '#database';
import { joinSeams } from './seams/join-seams.js';
import { joinTexts } from './seams/join-texts.js';

/** What of a chunk the text is made of. */
type HeardChunk = Pick<TranscriptionChunk, 'startSeconds' | 'endSeconds' | 'overlapSeconds' | 'transcript' | 'status'>;

/**
 * The text of a transcription that is under way, from the start to the first chunk that nobody has heard yet. A chunk is in it once the
 * next one is heard, too: what both share is told once. In the end some of it may turn out differently.
 * @param chunks in order
 */
export function textSoFar(chunks: readonly HeardChunk[]): string {
  const waiting = chunks.findIndex(({ status }) => status === 'pending');
  const heard = joinSeams(waiting < 0 ? chunks : chunks.slice(0, waiting));
  const certain = waiting < 0 || (chunks[waiting]?.overlapSeconds ?? 0) <= 0 ? heard : heard.slice(0, -1);
  return joinTexts(certain.flatMap(({ transcript }) => (transcript === null ? [] : [transcript.text])));
}
