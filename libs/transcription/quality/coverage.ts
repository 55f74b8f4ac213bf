import { gapsBetween, type HeardChunk, type Piece, secondsWithin, type Stretch, united } from './heard.js';
import { stretchInWords, type Suspicion } from './suspicion.js';

/** So much speech without a word is reported. Less than the 5 s nobody may lose: words at its edges reach into it, and times stray by some tenths. */
export const MISSING_SECONDS = 4;
/** Times of a language model stray by seconds, not tenths. */
const ROUGH_MISSING_SECONDS = 5;
/** Nobody says a word for longer; a word that claims more was stretched over what its neighbours lost. */
const LONGEST_WORD = 2;
/** Speech spans have margins of 0.2 s and words' times stray as much: text reaches so far around itself. */
const REACH = 0.4;

/** Where the pieces of an answer say there was speech, in order and joined. */
export function coveredBy(pieces: readonly Piece[]): Stretch[] {
  return united(pieces.flatMap(believed).map(({ start, end }) => ({ start: start - REACH, end: end + REACH })));
}

/** Of a word that is too long only its beginning and its end are. */
function believed({ kind, start, end }: Piece): Stretch[] {
  if (kind === 'line' || end - start <= LONGEST_WORD) return [{ start, end }];
  return [
    { start, end: start },
    { start: end, end },
  ];
}

/** Speech between two words, or before the first and after the last, that lasts too long to be without text. */
export function missingText(chunk: HeardChunk): Suspicion[] {
  if (chunk.pieces.length === 0) return chunk.text === '' ? nothingAtAll(chunk) : [];
  const least = chunk.rough ? ROUGH_MISSING_SECONDS : MISSING_SECONDS;
  return gapsBetween(coveredBy(chunk.pieces), chunk)
    .map((gap) => missing(chunk, gap))
    .filter(({ seconds }) => seconds >= least);
}

function nothingAtAll(chunk: HeardChunk): Suspicion[] {
  const found = missing(chunk, chunk);
  return found.seconds >= MISSING_SECONDS ? [found] : [];
}

/** A stretch without text, as a suspicion that begins and ends with the speech in it. */
export function missing({ speech }: Pick<HeardChunk, 'speech'>, gap: Stretch): Suspicion {
  const within = speech.filter(({ start, end }) => end > gap.start && start < gap.end);
  const start = Math.max(gap.start, within[0]?.start ?? gap.start);
  const end = Math.min(gap.end, within.at(-1)?.end ?? gap.end);
  const seconds = secondsWithin(speech, gap);
  const detail = `There is no text ${stretchInWords({ start, end })}, where ${Math.round(seconds)} s sound like speech.`;
  return { kind: 'missing_text', start, end, seconds, detail };
}

/** Seconds of speech in chunks, and how many of them have text; null where the answer has no times to tell by. */
export function coverageOf(chunk: HeardChunk): { speechSeconds: number; coveredSeconds: number | null } {
  const speechSeconds = secondsWithin(chunk.speech, chunk);
  if (chunk.pieces.length === 0) return { speechSeconds, coveredSeconds: chunk.text === '' ? 0 : null };
  const coveredSeconds = coveredBy(chunk.pieces).reduce((sum, span) => sum + secondsWithin(chunk.speech, span), 0);
  return { speechSeconds, coveredSeconds: Math.min(coveredSeconds, speechSeconds) };
}
