import { coverageOf, missing, missingText } from './coverage.js';
import type { HeardChunk } from './heard.js';
import { languageChange, oddTongues } from './language.js';
import { loops } from './loops.js';
import { textOverSilence } from './silence.js';
import type { Surroundings, Suspicion } from './suspicion.js';
import { pacesOf, tooLittleText } from './text-rate.js';
import { timesOutOfOrder } from './times.js';

/** A recording in which nothing at all was heard is reported from so much sound on. */
const LEAST_SOUND_OF_ALL = 1;

/**
 * What a recording says about each of its chunks.
 * @param chunks all that have an answer, in order
 * @param asked the language the caller said is spoken
 */
export function surroundingsOf(chunks: readonly HeardChunk[], asked: string | null): (chunk: HeardChunk) => Surroundings {
  const allSilent = chunks.every(({ text }) => text === '');
  const channels = new Map(
    [...Map.groupBy(chunks, ({ channel }) => channel)].map(([channel, own]) => [
      channel,
      { paces: pacesOf(own), tongues: oddTongues(own, asked) },
    ]),
  );
  return ({ channel, index }) => {
    const own = channels.get(channel);
    return { paces: own?.paces ?? {}, tongue: own?.tongues.get(index) ?? null, allSilent };
  };
}

/**
 * Compares a chunk's answer with its sound.
 * @returns what is wrong, the worst first. Text over silence is left out where it can simply be removed.
 */
export function suspicions(chunk: HeardChunk, { paces, tongue, allSilent }: Surroundings): Suspicion[] {
  const looped = loops(chunk);
  const gaps = missingText(chunk);
  const found: Suspicion[] = [
    ...looped,
    ...gaps,
    // A loop has its own pace, and says enough.
    ...(looped.length > 0 ? [] : tooLittleText(chunk, paces)),
    ...timesOutOfOrder(chunk),
    ...textOverSilence(chunk).filter(({ removable }) => !removable),
    ...languageChange(chunk, tongue),
    ...(allSilent && gaps.length === 0 ? nothingHeard(chunk) : []),
  ];
  return found.toSorted((a, b) => b.seconds - a.seconds);
}

/** Short sounds without text are no finding, unless there is no text anywhere. */
function nothingHeard(chunk: HeardChunk): Suspicion[] {
  if (chunk.text !== '' || coverageOf(chunk).speechSeconds < LEAST_SOUND_OF_ALL) return [];
  return [missing(chunk, chunk)];
}

/** How bad what was found is in all, in seconds. */
export function weightOf(found: readonly Suspicion[]): number {
  return found.reduce((sum, { seconds }) => sum + seconds, 0);
}
