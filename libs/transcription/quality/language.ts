import { type HeardChunk, secondsWithin } from './heard.js';
import { stretchInWords, type Surroundings, type Suspicion } from './suspicion.js';
import { lettersOf, scriptOf } from './tokens.js';

/** A language that fills a tenth of a recording is spoken in it. */
const LARGEST_SHARE = 0.1;
/** So few letters in another script are a name or a quotation. */
const LEAST_LETTERS = 12;
/** Of less than three chunks none can be the odd one. */
const LEAST_CHUNKS = 3;
/** What a look at it is worth beside missing seconds. */
const SECONDS_WORTH = 2;

/** What the rest of a recording is in, where a chunk is suspiciously alone with what it is in. */
export type Tongue = NonNullable<Surroundings['tongue']>;

/**
 * Finds chunks in another language or script than the rest, where that language is heard nowhere near: models that guess a language
 * from few words write what was said in the wrong one.
 * @param chunks of one recording and channel, in order
 * @param asked the language the caller said is spoken
 * @returns by chunk index what such a chunk should have been in
 */
export function oddTongues(chunks: readonly HeardChunk[], asked: string | null): Map<number, Tongue> {
  const spoken = chunks.filter(({ text }) => lettersOf(text) > 0);
  if (spoken.length < LEAST_CHUNKS) return new Map();
  const languages = spoken.map(({ language }) => (asked === null ? language : asked));
  const scripts = spoken.map(({ text }) => (lettersOf(text) >= LEAST_LETTERS ? scriptOf(text) : null));
  const [oddLanguages, oddScripts] = [oddOnes(spoken, languages), oddOnes(spoken, scripts)];
  return new Map(
    spoken
      .filter((_, at) => oddLanguages.odd.has(at) || oddScripts.odd.has(at))
      .map(({ index }) => [index, { language: oddLanguages.most, script: oddScripts.most }]),
  );
}

/** The value most seconds of speech have, and where another one stands alone. */
function oddOnes(
  chunks: readonly HeardChunk[],
  values: readonly (string | null)[],
): { most: string | null; odd: ReadonlySet<number> } {
  const seconds = new Map<string, number>();
  for (const [at, chunk] of chunks.entries()) {
    const value = values[at] ?? null;
    if (value !== null) seconds.set(value, (seconds.get(value) ?? 0) + secondsWithin(chunk.speech, chunk));
  }
  const whole = [...seconds.values()].reduce((sum, part) => sum + part, 0);
  const most = [...seconds].toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? null;
  const isOdd = (value: string | null, at: number): boolean =>
    value !== null &&
    value !== most &&
    (seconds.get(value) ?? 0) / whole < LARGEST_SHARE &&
    values[at - 1] !== value &&
    values[at + 1] !== value;
  return { most, odd: new Set(values.flatMap((value, at) => (isOdd(value, at) ? [at] : []))) };
}

/** A chunk that is not in what it should be in. */
export function languageChange(chunk: HeardChunk, tongue: Tongue | null): Suspicion[] {
  if (tongue === null || lettersOf(chunk.text) === 0) return [];
  const { start, end, language } = chunk;
  const script = scriptOf(chunk.text);
  const otherLanguage = language !== null && tongue.language !== null && language !== tongue.language;
  const otherScript = script !== null && tongue.script !== null && script !== tongue.script;
  if (!otherLanguage && !otherScript) return [];
  const [own, rest] = otherLanguage ? [`"${language}"`, `"${tongue.language}"`] : [`${script} letters`, `${tongue.script} ones`];
  const detail = `The part ${stretchInWords({ start, end })} was heard in ${own}, the rest in ${rest}.`;
  return [{ kind: 'language_change', start, end, detail, seconds: SECONDS_WORTH, wholeChunk: true }];
}
