import type { ChunkTranscript } from '#database';
import { chooseSeam, type SeamSide } from './choose-seam.js';
import { cutTranscript } from './cut-transcript.js';
import { type Token, tokensOf } from './tokens.js';

/** A chunk's transcript and where the chunk lies in the recording. */
export interface PlacedChunk {
  startSeconds: number;
  endSeconds: number;
  /** How much of its beginning is the end of the chunk before. */
  overlapSeconds: number;
  /** Null when the chunk failed. */
  transcript: ChunkTranscript | null;
}

/** A chunk's transcript on its way into the whole: which of its tokens stay. */
interface Piece extends SeamSide {
  transcript: ChunkTranscript;
  own: readonly Token[];
  from: number;
  to: number;
}

/**
 * Takes out of chunk transcripts what the neighbour says too, so that of the sound in two chunks every word stands in one of them.
 * @param chunks of one recording, in order
 * @returns the same chunks; those that share nothing with a neighbour as they were
 */
export function joinSeams<Chunk extends PlacedChunk>(chunks: readonly Chunk[]): Chunk[] {
  const pieces = chunks.map((chunk, index) => (isShared(chunks, index) ? pieceOf(chunk) : undefined));
  for (const [index, chunk] of chunks.entries()) {
    const [left, right] = [pieces[index - 1], pieces[index]];
    if (chunk.overlapSeconds <= 0 || left === undefined || right === undefined) continue;
    const seam = chooseSeam(left, right, { start: chunk.startSeconds, end: chunk.startSeconds + chunk.overlapSeconds });
    left.to = Math.max(left.from, seam.left);
    right.from = seam.right;
  }
  return chunks.map((chunk, index) => {
    const piece = pieces[index];
    if (piece === undefined) return chunk;
    return { ...chunk, transcript: cutTranscript(piece.transcript, piece.own, piece.from, piece.to) };
  });
}

function isShared(chunks: readonly PlacedChunk[], index: number): boolean {
  return (chunks[index]?.overlapSeconds ?? 0) > 0 || (chunks[index + 1]?.overlapSeconds ?? 0) > 0;
}

function pieceOf({ transcript, startSeconds, endSeconds }: PlacedChunk): Piece | undefined {
  if (transcript === null) return undefined;
  const lined = withLines(transcript, endSeconds - startSeconds);
  const { tokens, looseness } = tokensOf(lined);
  const placed = tokens.map((token) => ({ ...token, start: token.start + startSeconds, end: token.end + startSeconds }));
  return { transcript: lined, own: tokens, tokens: placed, looseness, from: 0, to: tokens.length };
}

/** Text without lines is one line over all. */
function withLines(transcript: ChunkTranscript, seconds: number): ChunkTranscript {
  const text = transcript.text.trim();
  if (transcript.segments.length > 0 || text === '') return transcript;
  return {
    ...transcript,
    segments: [{ start: 0, end: seconds, text, speaker: null, confidence: null }],
    timestampSource: 'none',
  };
}
