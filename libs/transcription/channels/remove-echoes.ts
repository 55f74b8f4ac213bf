import { type ChannelLine, commonInOrder, likeness, type PlacedWord, placedWords, soundAlike } from './channel-line.js';
import type { LoudnessAt } from './loudness.js';

/** Engines differ by so much about when a word was said, in seconds. The channels themselves are aligned to milliseconds. */
const SAME_TIME = 0.6;
/** An echo begins and ends with its source, as far as engines tell. */
const SAME_SPAN = 0.35;
/** An echo is fainter than its source by at least so many decibels, */
const FAINTER = 1.5;
/** for at least so much of the time: somebody may speak over the rest. */
const FAINTER_SHARE = 0.5;
const FAINTER_SHARE_AS_HEARD = 0.35;
/** Seconds in which loudness is compared. */
const STEP = 0.1;
/** Speech with a longer pause in it, in seconds, is looked at in parts: an echo may be followed by an answer. */
const PAUSE = 0.35;
/** The share of words that must be the other's: the fewer there are, the more of them. */
const SHARES = [
  { words: 2, share: 1 },
  { words: 3, share: 0.66 },
  { words: Infinity, share: 0.5 },
];
/** Of what begins and ends with its source so much: echoes are heard badly. */
const SHARE_IN_SAME_SPAN = 0.3;
/** Of so few words letters tell more. */
const FEW_WORDS = 3;
const LIKE_IN_SAME_SPAN = 0.3;
/** Of a whole line so much must be the other's for bits that were heard wrongly to go with it. */
const SHARE_OF_LINE = 0.7;

/** A line with its words, as they are compared. */
interface Heard {
  line: ChannelLine;
  words: PlacedWord[];
  /** Whether the engine told the times of words. */
  timed: boolean;
}

/**
 * Takes out of each channel what it merely caught of the other: the same words at the same time, fainter. What both say in turn stays, and
 * what they say over each other.
 * @param lines of all channels, their times on one clock
 * @returns those that stay, shortened where a part of them was an echo, and how many went or were shortened
 */
export function removeEchoes(lines: readonly ChannelLine[], loudnessAt: LoudnessAt): { lines: ChannelLine[]; removed: number } {
  const heard = lines.map(heardOf);
  const byStart = heard.toSorted((a, b) => a.line.start - b.line.start);
  const longest = Math.max(0, ...lines.map(({ start, end }) => end - start));
  const changed = new Map<ChannelLine, ChannelLine | null>();
  for (const each of heard) {
    // What went already is nobody's source, so that no two lines go for each other.
    const isSource = ({ line }: Heard): boolean => line.channel !== each.line.channel && !changed.has(line);
    const sources = nearby(byStart, each.line, longest).filter(isSource);
    const rest = sources.length === 0 ? each.line : withoutEchoes(each, sources, loudnessAt);
    if (rest !== each.line) changed.set(each.line, rest);
  }
  return { lines: lines.flatMap((line) => (changed.has(line) ? (changed.get(line) ?? []) : line)), removed: changed.size };
}

function heardOf(line: ChannelLine): Heard {
  return { line, words: placedWords(line), timed: line.words.length > 0 };
}

/** The lines that are spoken at the time of another. @param longest seconds no line is longer than */
function nearby(byStart: readonly Heard[], { start, end }: ChannelLine, longest: number): Heard[] {
  let from = 0;
  for (let to = byStart.length; from < to;) {
    const middle = (from + to) >> 1;
    if ((byStart[middle]?.line.start ?? 0) < start - longest - SAME_TIME) from = middle + 1;
    else to = middle;
  }
  const near: Heard[] = [];
  for (let at = from; (byStart[at]?.line.start ?? Infinity) < end + SAME_TIME; at++) {
    const each = byStart[at];
    if (each !== undefined && each.line.end > start - SAME_TIME) near.push(each);
  }
  return near;
}

/** @returns the line itself when nothing of it is an echo, null when all is */
function withoutEchoes(heard: Heard, sources: Heard[], loudnessAt: LoudnessAt): ChannelLine | null {
  const { line } = heard;
  if (isEcho(heard, sources, loudnessAt, SHARE_OF_LINE)) return null;
  if (!heard.timed) return isEcho(heard, sources, loudnessAt) ? null : line;
  const phrases = phrasesOf(line);
  const own = phrases.filter((words) => !isEcho(heardOf({ ...line, words }), sources, loudnessAt));
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

/**
 * Whether words are those of another channel, heard at the same time and fainter.
 * @param least the share of words that must be the other's at least
 */
function isEcho({ words, line, timed }: Heard, sources: Heard[], loudnessAt: LoudnessAt, least = 0): boolean {
  const theirs = sources.flatMap((source) => source.words.map((word) => ({ ...word, source })));
  const together = (word: PlacedWord, { source, ...other }: (typeof theirs)[number]): boolean =>
    !(timed && source.timed) || (word.start < other.end + SAME_TIME && word.end > other.start - SAME_TIME);
  const common = commonInOrder(words.length, theirs.length, (i, j) => {
    const [word, other] = [words[i], theirs[j]];
    return word !== undefined && other !== undefined && together(word, other) && soundAlike(word.form, other.form);
  });
  const needed = Math.max(least, SHARES.find(({ words: most }) => words.length <= most)?.share ?? 1);
  const found = common.flatMap(({ j }) => theirs[j] ?? []);
  if (found.length > 0 && found.length >= needed * words.length) return isFainter(line.channel, words, found, loudnessAt);
  if (least > 0) return false;
  const spoken = phraseAt(words, theirs);
  if (spoken.length === 0 || !alike(words, spoken, found.length)) return false;
  return isFainter(line.channel, words, spoken, loudnessAt);
}

/** What another channel says from the beginning of some words to their end, if it says no more and no less; none otherwise. */
function phraseAt<Word extends PlacedWord>(words: PlacedWord[], theirs: Word[]): Word[] {
  const [from, to] = [words[0]?.start ?? 0, words.at(-1)?.end ?? 0];
  const spoken = theirs.filter(({ start, end }) => (start + end) / 2 > from - SAME_SPAN && (start + end) / 2 < to + SAME_SPAN);
  const [first, last] = [spoken[0], spoken.at(-1)];
  const same =
    first !== undefined && last !== undefined && Math.abs(first.start - from) < SAME_SPAN && Math.abs(last.end - to) < SAME_SPAN;
  return same ? spoken : [];
}

/** Whether badly heard words may be those of the phrase spoken right then. */
function alike(words: PlacedWord[], spoken: PlacedWord[], common: number): boolean {
  if (words.length > FEW_WORDS) return common >= SHARE_IN_SAME_SPAN * words.length;
  const letters = (of: PlacedWord[]): string => of.map(({ form }) => form).join('');
  return likeness(letters(words), letters(spoken)) >= LIKE_IN_SAME_SPAN;
}

/**
 * Compares both channels while the one speaks, and while the other is heard: who says the same right after is loud then. Words are heard at
 * times that are less exact, and may reach into silence.
 */
function isFainter(
  channel: number,
  words: PlacedWord[],
  spoken: (PlacedWord & { source: Heard })[],
  loudnessAt: LoudnessAt,
): boolean {
  const source = spoken[0]?.source.line.channel ?? channel;
  const then = compare(spoken, channel, source, loudnessAt);
  const asHeard = compare(words, channel, source, loudnessAt);
  return then.share >= FAINTER_SHARE && (asHeard.share >= FAINTER_SHARE_AS_HEARD || asHeard.onTheWhole);
}

/** How much of the time one channel is fainter than another, and whether it is on the whole. */
function compare(
  words: PlacedWord[],
  channel: number,
  source: number,
  loudnessAt: LoudnessAt,
): { share: number; onTheWhole: boolean } {
  const [from, to] = [Math.min(...words.map(({ start }) => start)), Math.max(...words.map(({ end }) => end))];
  const sum = { moments: 0, fainter: 0, here: 0, there: 0 };
  for (let at = from + STEP / 2; at < Math.max(to, from + STEP); at += STEP, sum.moments++) {
    const [here, there] = [loudnessAt(channel, at), loudnessAt(source, at)];
    if (here === null || there === null) continue;
    if (here <= there - FAINTER) sum.fainter++;
    sum.here += 10 ** (here / 10);
    sum.there += 10 ** (there / 10);
  }
  return { share: sum.fainter / sum.moments, onTheWhole: sum.here * 10 ** (FAINTER / 10) <= sum.there };
}
