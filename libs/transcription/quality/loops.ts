import { deflateSync } from 'node:zlib';
import type { HeardChunk, Stretch } from './heard.js';
import { placeInWords, type Suspicion } from './suspicion.js';
import { tokensOf } from './tokens.js';

/** What Whisper itself takes for a loop: text that packs to less than 1/2.4 of its size (`compression_ratio_threshold`). */
const PACKED = 2.4;
/** The ratio rises with the length of any text; Whisper's threshold is meant for 30 s of speech, about so many words. */
const PACKED_WORDS = 80;
/** A shorter text cannot be judged by how it packs. */
const LEAST_PACKED_LETTERS = 120;
/** Loops of models repeat a sentence or two; longer runs are refrains. */
const LONGEST_PHRASE = 30;

/** So often in a row people do not say a phrase of so many words: "no, no, no, no", but not a sentence of eight words twice without a change. */
function mostRepeats(words: number): number {
  if (words === 1) return 8;
  if (words === 2) return 6;
  if (words <= 4) return 4;
  return words <= 7 ? 3 : 2;
}

interface Token {
  text: string;
  /** Which piece of the chunk it is of; the pieces are the lines of the chunk, or the one text there is. */
  piece: number;
}

/** A run of words said again and again; `to` excluded. */
interface Run {
  from: number;
  to: number;
  phrase: string;
  times: number;
}

/** Words repeated more often in a row than people repeat them, and text that packs as only loops do. */
export function loops(chunk: HeardChunk): Suspicion[] {
  const texts = chunk.pieces.length === 0 ? [chunk.text] : chunk.pieces.map(({ text }) => text);
  const tokens = texts.flatMap((text, piece) => tokensOf(text).map((token): Token => ({ text: token, piece })));
  const runs = repeated(tokens.map(({ text }) => text));
  return (runs.length > 0 ? runs : packed(tokens)).map((run) => suspicionOf(chunk, tokens, run));
}

/** From left to right the shortest phrase whose repetition is too much. */
function repeated(words: readonly string[]): Run[] {
  const runs: Run[] = [];
  for (let from = 0; from < words.length; from++) {
    const run = runAt(words, from);
    if (run === undefined) continue;
    runs.push(run);
    from = run.to - 1;
  }
  return runs;
}

function runAt(words: readonly string[], from: number): Run | undefined {
  for (let length = 1; length <= LONGEST_PHRASE; length++) {
    let same = 0;
    while (from + length + same < words.length && words[from + same] === words[from + length + same]) same++;
    const times = 1 + Math.floor(same / length);
    if (times >= mostRepeats(length)) {
      return { from, to: from + times * length, phrase: words.slice(from, from + length).join(' '), times };
    }
  }
  return undefined;
}

/** Loops with small changes, which no phrase shows. */
function packed(tokens: readonly Token[]): Run[] {
  for (let from = 0; from < tokens.length; from += PACKED_WORDS / 2) {
    const window = tokens.slice(from, from + PACKED_WORDS);
    const text = Buffer.from(window.map((token) => token.text).join(' '));
    if (text.length < LEAST_PACKED_LETTERS || text.length / deflateSync(text).length <= PACKED) continue;
    return [{ from, to: from + window.length, phrase: '', times: 0 }];
  }
  return [];
}

function suspicionOf(chunk: HeardChunk, tokens: readonly Token[], { from, to, phrase, times }: Run): Suspicion {
  const stretch = stretchOf(chunk, tokens, from, to);
  const what = phrase === '' ? 'The text repeats itself' : `"${shortened(phrase)}" stands there ${times} times in a row`;
  const whole = chunk.pieces.length === 0;
  return {
    kind: 'loop',
    ...stretch,
    detail: `${what} ${whole ? 'in the part that begins' : ''} at ${placeInWords(stretch.start)}.`.replace(/ {2,}/g, ' '),
    seconds: Math.max(stretch.end - stretch.start, 1),
    ...(whole ? { wholeChunk: true as const } : {}),
  };
}

function stretchOf(chunk: HeardChunk, tokens: readonly Token[], from: number, to: number): Stretch {
  const pieces = tokens.slice(from, to).flatMap(({ piece }) => chunk.pieces[piece] ?? []);
  if (pieces.length === 0) return { start: chunk.start, end: chunk.end };
  return { start: Math.min(...pieces.map(({ start }) => start)), end: Math.max(...pieces.map(({ end }) => end)) };
}

function shortened(phrase: string): string {
  return phrase.length <= 60 ? phrase : `${phrase.slice(0, 60)}…`;
}
