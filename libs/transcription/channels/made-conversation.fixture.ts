import type { ChannelLine } from './channel-line.js';
import type { LoudnessAt } from './loudness.js';

/** A line somebody said, and on which channels it was written down. */
export interface SaidLine {
  id: string;
  speaker: 0 | 1;
  start: number;
  end: number;
  words: { text: string; start: number; end: number }[];
}

/** A conversation as two engines wrote it down, one for each channel, before anything is taken out. */
export interface MadeConversation {
  said: SaidLine[];
  lines: (ChannelLine & { of: string })[];
  loudnessAt: LoudnessAt;
}

const WORDS = `the and we you I that it is of to in have for not with this but from they say can at which one would all will there
 project report customer budget Friday quarter number meeting question answer delivery contract team plan server number price
 think know take good new first last long great little own other right big high different small large next early important
 tomorrow morning window paper coffee train garden letter music river winter summer doctor teacher picture kitchen`
  .split(/\s+/)
  .filter((word) => word !== '');
const SHORT = ['yes', 'no', 'okay', 'right', 'exactly', 'thank you', 'I see', 'of course'];
const LOUD = 180;
const SILENT = 60;

/** How a conversation goes. */
export interface Recipe {
  random: () => number;
  /** How far the second voice is fainter in the first channel; negative. */
  bleedDecibels: number;
  /** What of an echo's words the engine hears wrongly, leaves out or adds. */
  wrong: number;
  /** Whether the engine tells the times of words. */
  timed: boolean;
}

/** Makes a conversation: lines by turns, a quarter of them short, some at once, some said again by the other at once. */
export function makeConversation({ random, bleedDecibels, wrong, timed }: Recipe): MadeConversation {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const said: SaidLine[] = [];
  let at = 1;
  for (let index = 0; index < 40; index++) {
    const speaker = (index + (random() < 0.2 ? 1 : 0)) % 2;
    const before = said.at(-1);
    const again = before !== undefined && before.speaker !== speaker && random() < 0.1;
    const text = again
      ? before.words.map((word) => word.text)
      : random() < 0.25
        ? pick(SHORT).split(' ')
        : Array.from({ length: 4 + Math.floor(random() * 12) }, () => pick(WORDS));
    let time = at;
    const words = text.map((word) => {
      const start = time;
      time += 0.12 + word.length * 0.05;
      return { text: word, start, end: time - 0.02 };
    });
    said.push({ id: `${index}`, speaker: speaker as 0 | 1, start: at, end: time, words });
    // Some begin before the other has ended, but nobody talks over himself.
    const next = time + random() * 1.5 - 0.4;
    at = again || random() < 0.8 ? Math.max(next, time) : next;
    const own = said.filter((line) => line.speaker === (index + 1) % 2).at(-1);
    if (own !== undefined) at = Math.max(at, own.end + 0.1);
  }
  const heard = said.flatMap((line) => {
    const own = { ...written(line, line.speaker, 0.05, timed, random, 0.1), of: line.id };
    // What only one engine heard stands there once, whoever's it is.
    if (own.text === '') return [];
    if (line.speaker === 0) return [own];
    const echo = written(audible(line, said), 0, wrong, timed, random, 0.2);
    return echo.text === '' ? [own] : [own, { ...echo, of: line.id }];
  });
  return { said, lines: parted(heard, random), loudnessAt: loudnessOf(said, bleedDecibels) };
}

/** What is heard of the second voice in the first channel: not what the first voice, louder there, lies over. */
function audible(line: SaidLine, said: readonly SaidLine[]): SaidLine {
  const covered = (at: number): boolean => said.some(({ speaker, start, end }) => speaker === 0 && start < at && at < end);
  return { ...line, words: line.words.filter(({ start, end }) => !covered((start + end) / 2)) };
}

/** A line as an engine writes it down: later or earlier by up to 0.1 s, some words left out, some misheard, some made up. */
function written(
  line: SaidLine,
  channel: number,
  wrong: number,
  timed: boolean,
  random: () => number,
  jitter: number,
): ChannelLine {
  const shift = (random() - 0.5) * jitter;
  const words = line.words.flatMap(({ text, start, end }) => {
    const word = { text, start: start + shift, end: end + shift + (random() - 0.5) * 0.06, confidence: null };
    const luck = random() / wrong;
    if (luck < 0.25) return [];
    if (luck < 0.5) return [{ ...word, text: WORDS[Math.floor(random() * WORDS.length)] ?? '' }];
    if (luck < 1) return [{ ...word, text: `${text.slice(0, -1)}s` }];
    return [word];
  });
  const text = words.map((word) => word.text).join(' ');
  const [start, end] = [words[0]?.start ?? line.start, words.at(-1)?.end ?? line.end];
  return { channel, start, end, text, speaker: null, confidence: null, words: timed ? words : [] };
}

/** Engines end lines where they like: a third of the long ones are cut in two. */
function parted<Line extends ChannelLine>(lines: Line[], random: () => number): Line[] {
  return lines.flatMap((line) => {
    if (line.words.length < 8 || random() > 0.3) return [line];
    const at = 3 + Math.floor(random() * (line.words.length - 6));
    return [line.words.slice(0, at), line.words.slice(at)].map((words) => ({
      ...line,
      words,
      text: words.map(({ text }) => text).join(' '),
      start: words[0]?.start ?? line.start,
      end: words.at(-1)?.end ?? line.end,
    }));
  });
}

/** Half decibels as chunks have them: each voice loud in its own channel, the second faint in the first. */
function loudnessOf(said: SaidLine[], bleedDecibels: number): LoudnessAt {
  const [first, second] = [0, 1].map((channel) => {
    const end = Math.max(...said.map((line) => line.end)) + 2;
    const levels = new Float64Array(Math.ceil(end * 10)).fill(10 ** (SILENT / 20));
    for (const line of said) {
      if (channel === 1 && line.speaker === 0) continue;
      const level = 10 ** ((LOUD + (channel === line.speaker ? 0 : 2 * bleedDecibels)) / 20);
      for (let step = Math.floor(line.start * 10); step < line.end * 10; step++) levels[step] = (levels[step] ?? 0) + level;
    }
    return levels;
  });
  return (channel, seconds) =>
    10 * Math.log10((channel === 0 ? first : second)?.[Math.floor(seconds * 10)] ?? 10 ** (SILENT / 20));
}
