import type { ChunkTranscript } from '#database';
import type { ChunkSound, Stretch } from './heard.js';

/** Numbers that look random and are the same every time (mulberry32, public domain). */
export interface Dice {
  /** 0 to 1. */
  roll: () => number;
  between: (least: number, most: number) => number;
  /** Around 0, mostly between -2 and 2, times so much. */
  stray: (by: number) => number;
  pick: <T>(from: readonly T[]) => T;
}

export function dice(seed: number): Dice {
  let state = seed * 0x9e3779b9;
  const roll = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    roll,
    between: (least, most) => least + (most - least) * roll(),
    stray: (by) => (roll() + roll() + roll() + roll() - 2) * 1.73 * by,
    pick: <T>(from: readonly T[]): T => {
      const found = from[Math.floor(roll() * from.length)];
      if (found === undefined) throw new Error('There is nothing to pick from.');
      return found;
    },
  };
}

export interface MadeWord extends Stretch {
  text: string;
}

/** A recording whose words and sounds are known; seconds from its start. */
export interface MadeRecording {
  seconds: number;
  words: MadeWord[];
  /** What the speech map would say: words with margins, joined, and sounds that are none. */
  speech: Stretch[];
}

/** Common words come often, as in speech; the rarer half once in a while. */
const COMMON = 'the of and to in a is that it was for on with we you this be are have not they I what so but'.split(' ');
const RARE = (
  'meeting product customers release Monday report tests public design price dollars month morning library proposal committee message ' +
  'secretary evening water mountain yellow therefore strength international responsibility photograph tomorrow decision understand economy ' +
  'seventeen hundred people government children engine window garden quarter budget invoice travel station coffee language question answer ' +
  'history picture weather winter summer village doctor kitchen machine paper letter market school teacher student music number system ' +
  'reason example moment problem service company project network station voltage carbon oxygen planet river bridge tunnel harbour sailor'
).split(' ');
const MARGIN = 0.2;
const SAME_SPEECH = 0.5;

/** Makes a conversation: one to three speakers of different pace, pauses, and noises that the speech map takes for speech. */
export function makeRecording(seed: number, seconds?: number): MadeRecording {
  const { roll, between, stray, pick } = dice(seed);
  const length = seconds ?? between(70, 140);
  const paces = Array.from({ length: 1 + Math.floor(roll() * 3) }, () => between(10.5, 16));
  const words: MadeWord[] = [];
  const noises: Stretch[] = [];
  for (let at = between(0, 2); at < length - 1;) {
    const pace = pick(paces) * (1 + stray(0.05));
    const count = Math.floor(between(3, 22));
    for (let spoken = 0; spoken < count && at < length - 1; spoken++) {
      const text = roll() < 0.45 ? pick(COMMON) : pick(RARE);
      const lasts = Math.max(0.08, (text.length / pace) * (1 + stray(0.1)));
      words.push({ start: at, end: Math.min(at + lasts, length), text });
      at += lasts + (roll() < 0.12 ? between(0.1, 0.4) : 0.02);
    }
    const pause = roll() < 0.1 ? between(2, 6) : between(0.3, 1.2);
    if (pause > 0.8 && roll() < 0.5) {
      const start = at + between(0.1, pause / 4);
      noises.push({ start, end: Math.min(start + between(0.1, 2.5), at + pause) });
    }
    at += pause;
  }
  return { seconds: length, words, speech: asSpeech([...words, ...noises], length) };
}

function asSpeech(sounds: readonly Stretch[], seconds: number): Stretch[] {
  const joined: Stretch[] = [];
  for (const sound of sounds.toSorted((a, b) => a.start - b.start)) {
    const span = { start: Math.max(0, sound.start - MARGIN), end: Math.min(seconds, sound.end + MARGIN) };
    const last = joined.at(-1);
    if (last !== undefined && span.start - last.end < SAME_SPEECH) last.end = Math.max(last.end, span.end);
    else joined.push(span);
  }
  return joined;
}

/** Cuts as the cutter does: in the widest pause near the length that suits the model. */
export function cutMade({ seconds, words, speech }: MadeRecording, target: number): ChunkSound[] {
  const cuts = [0];
  for (let from = 0; seconds - from > target * 1.5; from = cuts.at(-1) ?? seconds) {
    const window = { start: from + target / 2, end: from + target * 1.5 };
    const pauses = words
      .map(({ end }, at) => ({ start: end, end: words[at + 1]?.start ?? seconds }))
      .filter(({ start, end }) => (start + end) / 2 > window.start && (start + end) / 2 < window.end);
    const widest = pauses.toSorted((a, b) => b.end - b.start - (a.end - a.start))[0];
    cuts.push(widest === undefined ? window.end : (widest.start + widest.end) / 2);
  }
  return cuts.map((start, index) => {
    const end = cuts[index + 1] ?? seconds;
    const within = speech.filter((span) => span.end > start && span.start < end);
    return {
      ...{ index, channel: 0, start, end },
      speech: within.map((span) => ({ start: Math.max(span.start, start), end: Math.min(span.end, end) })),
    };
  });
}

/** How exact a provider is about times: of words, of lines, lines timed by a language model, none. */
export type Times = 'word' | 'line' | 'rough' | 'none';

/** What an honest provider of that kind answers for words it heard: some misheard, one in fifty not heard, times a little off. */
export function answerFor(
  words: readonly MadeWord[],
  chunk: Stretch,
  times: Times,
  { roll, stray, pick }: Dice,
): ChunkTranscript {
  const length = chunk.end - chunk.start;
  const off = times === 'rough' ? 0.6 : 0.1;
  const inside = (seconds: number): number => Math.min(Math.max(seconds, 0), length);
  let earliest = 0;
  const heardWords = words
    .filter(() => roll() > 0.02)
    .map(({ start, end, text }) => {
      earliest = Math.max(earliest, inside(start - chunk.start + stray(off)));
      const said = roll() < 0.05 ? pick(RARE) : text;
      return { start: earliest, end: Math.max(earliest, inside(end - chunk.start + stray(off))), text: said, confidence: null };
    });
  const lines = inLines(heardWords);
  const text = lines.map((line) => line.text).join(' ');
  return {
    text,
    language: 'en',
    timestampSource: times === 'none' ? 'none' : times === 'rough' ? 'model' : 'provider',
    segments: times === 'none' ? (text === '' ? [] : [lineOf(0, length, text)]) : lines,
    words: times === 'word' ? heardWords : [],
    warnings: [],
  };
}

type Line = ChunkTranscript['segments'][number];

export function lineOf(start: number, end: number, text: string): Line {
  return { start, end, text, speaker: null, confidence: null };
}

/** A pause of a second ends a line, and so do about eight seconds. */
export function inLines(words: readonly MadeWord[]): Line[] {
  const lines: Line[] = [];
  for (const { start, end, text } of words) {
    const last = lines.at(-1);
    if (last === undefined || start - last.end > 1 || end - last.start > 8) lines.push(lineOf(start, end, text));
    else lines.splice(-1, 1, lineOf(last.start, Math.max(last.end, end), `${last.text} ${text}`));
  }
  return lines;
}

/** The words whose middle lies in a stretch. */
export function wordsIn(words: readonly MadeWord[], { start, end }: Stretch): MadeWord[] {
  return words.filter((word) => (word.start + word.end) / 2 >= start && (word.start + word.end) / 2 < end);
}
