import type { QualityFinding, TranscriptionChunk } from '#database';

type FailedChunk = Pick<TranscriptionChunk, 'startSeconds' | 'endSeconds' | 'overlapSeconds' | 'status' | 'errorDetail'>;

/**
 * What is missing from a transcript because chunks failed: the stretch of each that no neighbour holds too.
 * @param chunks of one recording, in order
 */
export function failedParts(chunks: readonly FailedChunk[]): QualityFinding[] {
  return chunks.flatMap((chunk, index) => {
    if (chunk.status !== 'failed') return [];
    const [before, after] = [chunks[index - 1], chunks[index + 1]];
    const start = before?.status === 'done' ? chunk.startSeconds + chunk.overlapSeconds : chunk.startSeconds;
    const end = after?.status === 'done' ? chunk.endSeconds - after.overlapSeconds : chunk.endSeconds;
    const reason = chunk.errorDetail ?? 'The reason is not known.';
    const detail = `The part from ${Math.floor(start)} s to ${Math.ceil(end)} s is missing. ${reason}`;
    return [{ kind: 'failed_part', start, end, detail, outcome: 'kept', asked: [] }];
  });
}
