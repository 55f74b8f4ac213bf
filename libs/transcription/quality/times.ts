import type { HeardChunk, Piece } from './heard.js';
import { stretchInWords, type Suspicion } from './suspicion.js';
import { lettersOf } from './tokens.js';

/** Times stray by this much without anything being wrong. */
const TOLERANCE_SECONDS = 1;
/** One piece out of place is an accident of rounding; three, or one whole line, are a sign that the times cannot be relied on. */
const LEAST_WORDS = 3;
const LETTERS_OF_A_SECOND = 15;

/**
 * Pieces that lie outside their chunk, begin before the one before them, or are pressed together in one moment: adapters bring times
 * into order and into the chunk, which leaves those that were wrong without length.
 */
export function timesOutOfOrder(chunk: HeardChunk): Suspicion[] {
  const wrong = chunk.pieces.filter((piece, at) => isWrong(piece, chunk.pieces[at - 1], chunk));
  const count = wrong.reduce((sum, { kind }) => sum + (kind === 'line' ? LEAST_WORDS : 1), 0);
  const [first] = wrong;
  if (first === undefined || count < LEAST_WORDS) return [];
  const inside = (seconds: number): number => Math.min(Math.max(seconds, chunk.start), chunk.end);
  const start = inside(Math.min(...wrong.map((piece) => piece.start)));
  const end = Math.max(start, inside(Math.max(...wrong.map((piece) => piece.end))));
  const detail = `The times of ${wrong.length} words or lines ${stretchInWords({ start, end })} do not rise or lie outside the sound.`;
  return [{ kind: 'times_out_of_order', start, end, detail, seconds: wrong.length, wholeChunk: true }];
}

function isWrong({ kind, start, end, text }: Piece, before: Piece | undefined, chunk: HeardChunk): boolean {
  if (text.trim() === '') return false;
  const outside = start < chunk.start - TOLERANCE_SECONDS || end > chunk.end + TOLERANCE_SECONDS;
  const backwards = end < start || (before !== undefined && start < before.start - TOLERANCE_SECONDS);
  // A pile of words in one moment; a line that takes a second to say and lasts no time at all.
  const pile = before !== undefined && before.end <= before.start && before.start === start;
  const pressed = end <= start && (kind === 'line' ? lettersOf(text) >= LETTERS_OF_A_SECOND : pile);
  return outside || backwards || (pressed && !chunk.rough);
}
