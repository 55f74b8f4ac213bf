import { type ChannelLine, type PlacedWord, placedWords, soundAlike } from './channel-line.js';
import type { LoudnessAt } from './loudness.js';

/** Engines differ by so much about when a word was said, in seconds. The channels themselves are aligned to milliseconds. */
const SAME_TIME = 0.6;
/** An echo is fainter than its source by at least so many decibels. */
const FAINTER = 1.5;
/** Speech with a longer pause in it, in seconds, is looked at in parts: an echo may be followed by an answer. */
const PAUSE = 0.35;
/** The share of words that must be the other's: the fewer there are, the more of them. */
const SHARES = [
  { words: 2, share: 1 },
  { words: 3, share: 0.66 },
  { words: Infinity, share: 0.5 },
];
/** Of a whole line so much must be the other's for bits that were heard wrongly to go with it. */
const SHARE_OF_LINE = 0.7;

/**
 * Takes out of each channel what it merely caught of the other: the same words at the same time, fainter. What both say in turn stays, and
 * what they say over each other.
 * @param lines of all channels, their times on one clock
 * @returns those that stay, shortened where a part of them was an echo, and how many went or were shortened
 */
export function removeEchoes(lines: readonly ChannelLine[], loudnessAt: LoudnessAt): { lines: ChannelLine[]; removed: number } {
  const words = lines.map((line) => ({ line, words: placedWords(line) }));
  let removed = 0;
  const kept = lines.flatMap((line) => {
    const near = words.filter(({ line: other }) => other.channel !== line.channel && meet(other, line));
    if (near.length === 0) return [line];
    const rest = withoutEchoes(line, near.flatMap(sourcesIn), loudnessAt);
    if (rest !== line) removed++;
    return rest === null ? [] : [rest];
  });
  return { lines: kept, removed };
}

/** A word another channel may be the echo of. */
interface Source extends PlacedWord {
  channel: number;
  /** Of engines that tell the time of lines only: where the word may be. */
  earliest: number;
  latest: number;
}

function sourcesIn({ line, words }: { line: ChannelLine; words: PlacedWord[] }): Source[] {
  const timed = line.words.length > 0;
  return words.map((word) => ({
    ...word,
    channel: line.channel,
    earliest: timed ? word.start : line.start,
    latest: timed ? word.end : line.end,
  }));
}

function meet(a: ChannelLine, b: ChannelLine): boolean {
  return a.start < b.end + SAME_TIME && a.end > b.start - SAME_TIME;
}

/** @returns the line itself when nothing of it is an echo, null when all is */
function withoutEchoes(line: ChannelLine, sources: Source[], loudnessAt: LoudnessAt): ChannelLine | null {
  if (isEcho(placedWords(line), line, sources, loudnessAt, SHARE_OF_LINE)) return null;
  if (line.words.length === 0) return isEcho(placedWords(line), line, sources, loudnessAt) ? null : line;
  const phrases = phrasesOf(line);
  const own = phrases.filter((words) => !isEcho(placedWords({ ...line, words }), line, sources, loudnessAt));
  if (own.length === phrases.length) return line;
  const words = own.flat();
  const [first, last] = [words[0], words.at(-1)];
  if (first === undefined || last === undefined) return null;
  const between = line.text.trim().includes(' ') ? ' ' : '';
  return { ...line, start: first.start, end: last.end, words, text: words.map(({ text }) => text.trim()).join(between) };
}

/** The words of a line, parted at its pauses. */
function phrasesOf({ words }: ChannelLine): ChannelLine['words'][] {
  const phrases: ChannelLine['words'][] = [];
  for (const word of words) {
    const phrase = phrases.at(-1);
    const before = phrase?.at(-1);
    if (phrase === undefined || before === undefined || word.start - before.end > PAUSE) phrases.push([word]);
    else phrase.push(word);
  }
  return phrases;
}

/** Whether words are those of the other channel, heard at the same time and fainter. */
function isEcho(words: PlacedWord[], line: ChannelLine, sources: Source[], loudnessAt: LoudnessAt, share = 0): boolean {
  const found = commonWords(words, sources, line.words.length > 0);
  if (found.length === 0 || found.length < Math.max(share, shareOf(words.length)) * words.length) return false;
  return isFainter(line.channel, found, loudnessAt);
}

function shareOf(count: number): number {
  return SHARES.find(({ words }) => count <= words)?.share ?? 1;
}

/** Compares both channels where the source speaks. */
function isFainter(channel: number, found: Source[], loudnessAt: LoudnessAt): boolean {
  const start = Math.min(...found.map((word) => word.start));
  const end = Math.max(...found.map((word) => word.end));
  const source = found[0]?.channel ?? channel;
  const [heard, spoken] = [loudnessAt(channel, start, end), loudnessAt(source, start, end)];
  return heard !== null && spoken !== null && heard <= spoken - FAINTER;
}

/** The longest row of words that both have in this order and at the same time; those of the source. */
function commonWords(words: PlacedWord[], sources: Source[], timed: boolean): Source[] {
  const width = sources.length + 1;
  const lengths = new Uint16Array((words.length + 1) * width);
  const same = (word: PlacedWord, source: Source): boolean =>
    (!timed || (word.start < source.latest + SAME_TIME && word.end > source.earliest - SAME_TIME)) &&
    soundAlike(word.form, source.form);
  for (const [i, word] of words.entries()) {
    for (const [j, source] of sources.entries()) {
      const both = same(word, source) ? (lengths[i * width + j] ?? 0) + 1 : 0;
      lengths[(i + 1) * width + j + 1] = Math.max(both, lengths[i * width + j + 1] ?? 0, lengths[(i + 1) * width + j] ?? 0);
    }
  }
  const found: Source[] = [];
  for (let i = words.length, j = sources.length; i > 0 && j > 0;) {
    const length = lengths[i * width + j] ?? 0;
    const [word, source] = [words[i - 1], sources[j - 1]];
    if (length === lengths[(i - 1) * width + j]) i--;
    else if (length === lengths[i * width + j - 1]) j--;
    else {
      if (word !== undefined && source !== undefined) found.unshift(source);
      i--;
      j--;
    }
  }
  return found;
}
