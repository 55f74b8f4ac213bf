import type { ChunkTranscript } from '#database';
import { gapsBetween, type HeardChunk, middle, type Stretch } from './heard.js';
import type { Suspicion } from './suspicion.js';

/** Speech begins softly: so much sound before it goes along. */
const MARGIN = 0.5;
/** So far from what is wrong a pause is looked for. */
const SEARCH = 3;
/** Nothing shorter is asked about: models hear badly in a second of sound. */
const SHORTEST = 3;

/**
 * The stretch of a chunk that is asked about again: all that is suspicious, with the lines it touches, from pause to pause.
 * @returns seconds from the start of the recording
 */
export function stretchToAskAgain(chunk: HeardChunk, transcript: ChunkTranscript, found: readonly Suspicion[]): Stretch {
  if (found.some(({ wholeChunk }) => wholeChunk === true) || chunk.pieces.length === 0) return trimmed(chunk);
  const lines = transcript.segments.map(({ start, end }) => ({ start: start + chunk.start, end: end + chunk.start }));
  const wrong = { start: Math.min(...found.map(({ start }) => start)), end: Math.max(...found.map(({ end }) => end)) };
  const touched = lines.filter(({ start, end }) => end > wrong.start && start < wrong.end);
  const start = Math.min(wrong.start, ...touched.map((line) => line.start));
  const end = Math.max(wrong.end, ...touched.map((line) => line.end));
  const before = Math.max(chunk.start, ...lines.filter((line) => line.end <= start).map((line) => line.end));
  const after = Math.min(chunk.end, ...lines.filter((line) => line.start >= end).map((line) => line.start));
  return atLeast(SHORTEST, chunk, { start: pauseBefore(chunk, start, before), end: pauseAfter(chunk, end, after) });
}

/** The chunk without the silence around its speech: another cut than the first time. */
function trimmed({ start, end, speech }: HeardChunk): Stretch {
  const from = Math.max(start, (speech[0]?.start ?? start) - MARGIN);
  return { start: from, end: Math.min(end, (speech.at(-1)?.end ?? end) + MARGIN) };
}

/** The middle of the nearest pause before a moment, at most `SEARCH` away and not before `least`. */
function pauseBefore(chunk: HeardChunk, moment: number, least: number): number {
  const within = { start: Math.max(least, moment - SEARCH), end: moment };
  const pause = gapsBetween(chunk.speech, within).at(-1);
  return pause === undefined ? Math.max(least, moment - MARGIN) : middle(pause);
}

function pauseAfter(chunk: HeardChunk, moment: number, most: number): number {
  const within = { start: moment, end: Math.min(most, moment + SEARCH) };
  const pause = gapsBetween(chunk.speech, within)[0];
  return pause === undefined ? Math.min(most, moment + MARGIN) : middle(pause);
}

function atLeast(seconds: number, within: Stretch, { start, end }: Stretch): Stretch {
  const more = Math.max(0, seconds - (end - start)) / 2;
  return { start: Math.max(within.start, start - more), end: Math.min(within.end, end + more) };
}
