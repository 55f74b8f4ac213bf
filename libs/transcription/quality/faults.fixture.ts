import type { ChunkTranscript } from '#database';
import type { ChunkSound, Stretch } from './heard.js';
import { answerFor, dice, lineOf, type MadeRecording, type MadeWord, type Times, wordsIn } from './made-recording.fixture.js';

/** Where in a chunk something is lost. */
export type Place = 'start' | 'middle' | 'end';

/** The least that is lost by an injected truncation, in seconds of words. */
const LEAST_LOST = 5;
const MOST_LOST = 9;

/**
 * A stretch of a chunk whose words take 5 s or more to say.
 * @returns undefined when the chunk has not so many
 */
export function lossIn({ words }: MadeRecording, chunk: ChunkSound, place: Place, seed: number): Stretch | undefined {
  const within = wordsIn(words, chunk);
  const wanted = dice(seed + 20_000).between(LEAST_LOST, MOST_LOST);
  const lossFrom = (first: number): Stretch | undefined => {
    let spoken = 0;
    for (const word of within.slice(first)) {
      spoken += word.end - word.start;
      if (spoken >= wanted) return { start: within[first]?.start ?? word.start, end: word.end };
    }
    return undefined;
  };
  const losses = within.flatMap((_, at) => lossFrom(at) ?? []);
  const [first, last] = [losses[0], losses.at(-1)];
  if (place === 'start') return first === undefined ? undefined : { start: chunk.start, end: first.end };
  if (place === 'end') return last === undefined ? undefined : { start: last.start, end: chunk.end };
  return losses[Math.floor(losses.length / 2)];
}

/** The words a provider is left with when it loses a stretch. */
export function without(words: readonly MadeWord[], loss: Stretch): MadeWord[] {
  const lost = new Set(wordsIn(words, loss));
  return words.filter((word) => !lost.has(word));
}

/**
 * A provider that loses a stretch and hides it: the word, or the line, before the loss is stretched up to what comes after it.
 */
export function hidden(answer: ChunkTranscript, chunk: Stretch, loss: Stretch): ChunkTranscript {
  const [from, to] = [loss.start - chunk.start, loss.end - chunk.start];
  const stretched = <T extends Stretch>(spans: readonly T[]): T[] => {
    const last = spans.findLastIndex(({ start }) => start < from + 0.2);
    const next = spans[last + 1]?.start ?? to;
    return spans.map((span, at) => (at === last ? { ...span, end: Math.max(span.end, Math.min(next, to)) } : span));
  };
  return {
    ...answer,
    words: stretched(answer.words),
    segments: answer.words.length > 0 ? answer.segments : stretched(answer.segments),
  };
}

/** A word or a sentence over and over in the place of a stretch. */
export function looped(
  chunk: ChunkSound,
  words: readonly MadeWord[],
  loss: Stretch,
  times: Times,
  seed: number,
): ChunkTranscript {
  const chance = dice(seed + 40_000);
  const phrase =
    chance.roll() < 0.3
      ? ['okay']
      : 'thank you for watching and see you in the next one'.split(' ').slice(0, 4 + Math.floor(chance.between(0, 7)));
  const lasts = 0.3;
  const count = Math.max(phrase.length * 12, Math.floor((loss.end - loss.start) / lasts));
  const step = Math.min(lasts, (loss.end - loss.start) / count);
  const loop = Array.from({ length: count }, (_, at) => {
    const start = loss.start + at * step;
    return { start, end: start + step * 0.9, text: phrase[at % phrase.length] ?? '' };
  });
  const said = [...without(words, loss), ...loop].toSorted((a, b) => a.start - b.start);
  // A loop is heard as it is: nothing of it misheard or left out.
  const honest = answerFor(said, chunk, times, { ...chance, roll: () => 0.5, stray: () => 0 });
  return honest;
}

/** One of the lines twice in a row; in an answer without lines its words twice. */
export function doubled(answer: ChunkTranscript): ChunkTranscript {
  const line = answer.segments.toSorted((a, b) => b.text.length - a.text.length)[0];
  if (line === undefined) return answer;
  if (answer.timestampSource === 'none') {
    const words = line.text.split(' ');
    const said = words.slice(0, 12).join(' ');
    const text = `${said} ${line.text}`;
    return { ...answer, text, segments: [{ ...line, text }] };
  }
  const own = answer.words.filter((word) => word.start >= line.start && word.end <= line.end);
  const later = <T extends Stretch>(span: T): T => ({
    ...span,
    start: span.start + line.end - line.start,
    end: span.end + line.end - line.start,
  });
  const segments = answer.segments.toSpliced(answer.segments.indexOf(line) + 1, 0, later(line));
  const last = own.at(-1);
  const words = last === undefined ? [] : answer.words.toSpliced(answer.words.indexOf(last) + 1, 0, ...own.map(later));
  return { ...answer, segments: rising(segments), words: rising(words), text: segments.map(({ text }) => text).join(' ') };
}

/** Times as adapters leave them: none before the one before it. */
function rising<T extends Stretch>(spans: readonly T[]): T[] {
  let earliest = 0;
  return spans.map((span) => {
    earliest = Math.max(earliest, span.start);
    return { ...span, start: earliest, end: Math.max(earliest, span.end) };
  });
}

/** Sentences as models make them up, in the middle of a pause. */
export function madeUp(answer: ChunkTranscript, pause: Stretch): ChunkTranscript {
  const middle = (pause.start + pause.end) / 2;
  const words = 'thanks for watching'.split(' ').map((text, at) => {
    return { start: middle - 0.3 + at * 0.2, end: middle - 0.1 + at * 0.2, text, confidence: null };
  });
  const line = lineOf(middle - 0.3, middle + 0.3, 'thanks for watching');
  const segments = [...answer.segments, line].toSorted((a, b) => a.start - b.start);
  return {
    ...answer,
    segments,
    words: answer.words.length === 0 ? [] : [...answer.words, ...words].toSorted((a, b) => a.start - b.start),
    text: segments.map(({ text }) => text).join(' '),
  };
}
