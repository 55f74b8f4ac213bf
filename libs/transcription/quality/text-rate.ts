import { type HeardChunk, secondsWithin, type Stretch } from './heard.js';
import { stretchInWords, type Surroundings, type Suspicion } from './suspicion.js';
import { lettersOf, scriptOf } from './tokens.js';

/** Lines and answers without word times are judged by how much text there is for their speech. Shorter ones tell nothing. */
const LEAST_SPEECH = 4;
/**
 * So much speech must be missing by the pace of the rest: less than the 5 s nobody may lose. Speakers change their pace by nearly as
 * much over a chunk; then another engine confirms the text.
 */
const LEAST_MISSING = 3.5;
/** And so little of what the rest lets expect must be there: a fifth less is a slow speaker. */
const LARGEST_SHARE = 0.8;
/** A pace is that of a recording when so many parts of it have one. */
const LEAST_UNITS = 4;
/**
 * Letters a second that no speaker stays under, margins and short pauses counted: slow English has 8, Chinese 3 characters.
 * Holds where a recording is too short to have a pace of its own.
 */
const SLOWEST = 4;
const SLOWEST_HAN = 1.5;

type Paces = Surroundings['paces'];

/** A stretch of speech of which it is known what was said, and not where in it. */
interface Unit extends Stretch {
  letters: number;
  speechSeconds: number;
  script: string;
  wholeChunk: boolean;
}

/** The pace of a recording, by script: the middle one of its parts, so that parts cut short do not count. */
export function pacesOf(chunks: readonly HeardChunk[]): Paces {
  const byScript = Map.groupBy(chunks.flatMap(unitsOf), ({ script }) => script);
  const paces = [...byScript].map(([script, units]): [string, number | undefined] => {
    const rising = units.map(({ letters, speechSeconds }) => letters / speechSeconds).toSorted((a, b) => a - b);
    return [script, rising.length < LEAST_UNITS ? undefined : rising[Math.floor(rising.length / 2)]];
  });
  return Object.fromEntries(paces.filter((entry): entry is [string, number] => entry[1] !== undefined));
}

/** Lines, and chunks without times, that have much less text than their speech lets expect by the pace of the recording. */
export function tooLittleText(chunk: HeardChunk, paces: Paces): Suspicion[] {
  return unitsOf(chunk).flatMap((unit) => suspicionOf(unit, paces[unit.script], chunk.rough));
}

function unitsOf(chunk: HeardChunk): Unit[] {
  const stretches =
    chunk.pieces.length === 0
      ? [{ start: chunk.start, end: chunk.end, text: chunk.text, wholeChunk: true }]
      : chunk.pieces.filter(({ kind }) => kind === 'line').map((line) => ({ ...line, wholeChunk: false }));
  return stretches
    .map(({ start, end, text, wholeChunk }) => ({
      ...{ start, end, wholeChunk, letters: lettersOf(text), script: scriptOf(text) ?? '' },
      speechSeconds: secondsWithin(chunk.speech, { start, end }),
    }))
    .filter(({ letters, speechSeconds }) => letters > 0 && speechSeconds >= LEAST_SPEECH);
}

function suspicionOf(unit: Unit, pace: number | undefined, rough: boolean): Suspicion[] {
  const { start, end, letters, speechSeconds, script, wholeChunk } = unit;
  const share = letters / ((pace ?? (script === 'Han' ? SLOWEST_HAN : SLOWEST)) * speechSeconds);
  const seconds = speechSeconds * (1 - share);
  // What a language model calls a line's times may be off by more than a short line lasts.
  const isTooLittle = pace === undefined ? share < 1 : share <= LARGEST_SHARE && seconds >= LEAST_MISSING * (rough ? 1.5 : 1);
  if (!isTooLittle) return [];
  const expected = pace === undefined ? 'nobody speaks so slowly' : `${Math.round(pace * speechSeconds)} would fit the rest`;
  const detail = `There is too little text ${stretchInWords(unit)}: ${letters} letters for ${Math.round(speechSeconds)} s of speech; ${expected}.`;
  return [{ kind: 'missing_text', start, end, detail, seconds, ...(wholeChunk ? { wholeChunk: true as const } : {}) }];
}
