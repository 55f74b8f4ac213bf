import { coveredBy } from './coverage.js';
import { gapsBetween, type HeardChunk, type Piece, secondsWithin, type Stretch, united } from './heard.js';
import { placeInWords, type Suspicion } from './suspicion.js';

/** Text this near to speech belongs to it: word times stray so much. */
const STRAYING = 1;
/** Lines are timed more loosely than words. */
const LINE_STRAYING = 2;
/** Speech without text this near may be where the text belongs: then its times are wrong, not the text. */
const NEIGHBOURHOOD = 8;
const LEAST_UNCOVERED = 1;
/** Pieces this close are one stretch of text. */
const SAME_TEXT = 1;

/** Text over silence. */
export interface TextOverSilence extends Suspicion {
  /** Whether it can be taken out: nearby there is no speech it could belong to. */
  removable: boolean;
}

/** Stretches of text where there is no sound that could be speech: what models make up to fill silence. */
export function textOverSilence(chunk: HeardChunk): TextOverSilence[] {
  // A language model's times are too rough to take text away by them.
  if (chunk.rough) return [];
  const silent = chunk.pieces.filter((piece) => piece.text.trim() !== '' && isSilent(piece, chunk.speech));
  return united(silent.map(({ start, end }) => ({ start, end: end + SAME_TEXT }))).map(({ start, end }) => {
    const stretch = { start, end: end - SAME_TEXT };
    const text = textIn(silent, stretch);
    const detail = `"${text.length <= 80 ? text : `${text.slice(0, 80)}…`}" at ${placeInWords(start)} stands where nobody speaks.`;
    const seconds = Math.max(1, stretch.end - start);
    return { kind: 'text_over_silence', ...stretch, detail, seconds, removable: !mayBelongElsewhere(chunk, stretch) };
  });
}

function isSilent({ start, end, kind }: Piece, speech: readonly Stretch[]): boolean {
  const straying = kind === 'word' ? STRAYING : LINE_STRAYING;
  return secondsWithin(speech, { start: start - straying, end: Math.max(end, start) + straying }) === 0;
}

function mayBelongElsewhere(chunk: HeardChunk, { start, end }: Stretch): boolean {
  const around = { start: Math.max(start - NEIGHBOURHOOD, chunk.start), end: Math.min(end + NEIGHBOURHOOD, chunk.end) };
  const uncovered = gapsBetween(coveredBy(chunk.pieces), around);
  return uncovered.some((gap) => secondsWithin(chunk.speech, gap) >= LEAST_UNCOVERED);
}

function textIn(pieces: readonly Piece[], { start, end }: Stretch): string {
  return pieces
    .filter((piece) => piece.start >= start && piece.start <= end)
    .map(({ text }) => text)
    .join(' ');
}
