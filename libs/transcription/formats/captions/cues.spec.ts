import { describe, expect, it } from '@jest/globals';
import type { TranscriptWord } from '#database';
import { type CaptionRules, USUAL_RULES } from './caption-rules.js';
import { columnsOf } from './columns.js';
import { cuesOf } from './cues.js';
import type { SpokenLine } from './timeline.js';

/** Always the same numbers from 0 to 1 (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const VOCABULARIES = {
  english:
    'the quick brown fox jumps over a lazy dog while everybody considers unforgettable circumstances, again. really? well –'.split(
      ' ',
    ),
  german: 'Donaudampfschifffahrtsgesellschaftskapitänsmütze und so weiter; Straße, über. Äpfel!'.split(' '),
  japanese: ['今日は', '良い', '天気ですね。', '「明日は', '雨', 'でしょう」', 'と彼は言った、', 'コンピューター'],
  chinese: ['我们', '今天', '讨论', '项目进度，', '谢谢大家。'],
  thai: ['สวัสดีครับ', 'วันนี้', 'อากาศดีมาก'],
  arabic: 'مرحبا بكم في الاجتماع، اليوم نناقش المشروع. شكرًا؟'.split(' '),
  links: ['see', 'https://example.com/a/very/long/path/that/no/line/can/hold?because=it+is+long', 'there.'],
};

/** A made transcript: its speakers, pauses, spelling of words and wrong times differ from seed to seed. */
function transcript(seed: number): SpokenLine[] {
  const random = numbers(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const vocabulary = pick(Object.values(VOCABULARIES));
  const spaces = !/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Thai}]/u.test(vocabulary.join(''));
  const speakers = pick([[null], ['Ada'], ['Ada', 'Dr. Grace Brewster Murray Hopper'], ['Ada', null]]);
  const [withWords, bare, fast, wrongTimes] = [random() < 0.7, random() < 0.4, random() < 0.3, random() < 0.2];
  const lines: SpokenLine[] = [];
  let now = random() * 3;
  for (let line = 0; line < 1 + random() * 25; line += 1) {
    const words: TranscriptWord[] = [];
    for (let index = 0; index < 1 + random() * 30; index += 1) {
      const text = pick(vocabulary);
      const length = fast ? 0.02 : random() < 0.02 ? 9 : 0.1 + random() * 0.5;
      words.push({ start: now, end: now + length, text, confidence: null });
      now += length + (random() < 0.1 ? random() * 3 : 0);
    }
    const text = words.map((word) => word.text).join(spaces ? ' ' : '');
    const start = wrongTimes ? now - 5 * random() : (words[0]?.start ?? now);
    const spoken = bare ? words.map((word) => ({ ...word, text: word.text.replaceAll(/\P{L}/gu, '') })) : words;
    const times = wrongTimes ? spoken.map((word) => ({ ...word, start: 0, end: 0 })) : spoken;
    lines.push({ start, end: now, text, speaker: pick(speakers), words: withWords ? times : [] });
  }
  return lines;
}

const RULES: CaptionRules[] = [
  { ...USUAL_RULES, speakers: false },
  {
    ...USUAL_RULES,
    speakers: false,
    maxLineLength: 20,
    maxLines: 1,
    readingSpeed: 12,
    minSeconds: 1.2,
    maxSeconds: 4,
    minGap: 0,
  },
  { ...USUAL_RULES, speakers: false, maxLineLength: 60, maxLines: 4, readingSpeed: 30, minGap: 0.5 },
];
const CASES = Array.from({ length: 200 }, (_, seed) => ({ lines: transcript(seed), rules: RULES[seed % 3] as CaptionRules }));

const withoutSpaces = (text: string): string => text.replaceAll(/\s+/gu, '');
const textOf = (parts: { lines: string[] }[]): string => parts.map(({ lines }) => lines.join(' ')).join(' ');

describe('cues', () => {
  it('say every word of everybody once, in its order, parted as it was', async () => {
    for (const { lines, rules } of CASES) {
      const cues = await cuesOf(lines, { ...rules, speakers: true }, false);
      for (const speaker of new Set(lines.map((line) => line.speaker))) {
        const text = lines.flatMap((line) => (line.speaker === speaker ? [line.text] : [])).join(' ');
        const shown = textOf(cues.filter((cue) => cue.speaker === speaker));
        expect(withoutSpaces(shown)).toBe(withoutSpaces(text));
        if (/^[\p{Script=Latin}\p{P}\s]*$/u.test(text)) expect(shown).toBe(text);
      }
    }
  });

  it('never overlap, and keep the gap and the shortest and longest time', async () => {
    for (const { lines, rules } of CASES) {
      let free = 0;
      for (const { startMs, endMs } of await cuesOf(lines, rules, true)) {
        expect(startMs).toBeGreaterThanOrEqual(free);
        expect(endMs - startMs).toBeGreaterThanOrEqual(Math.round(rules.minSeconds * 1_000));
        expect(endMs - startMs).toBeLessThanOrEqual(rules.maxSeconds * 1_000);
        free = endMs + Math.round(rules.minGap * 1_000);
      }
    }
  });

  it('hold no more lines than allowed, and no longer ones unless of a single word', async () => {
    for (const { lines, rules } of CASES) {
      for (const cue of await cuesOf(lines, rules, true)) {
        expect(cue.lines.length).toBeLessThanOrEqual(rules.maxLines);
        const tooLong = cue.lines.filter((line) => columnsOf(line) > rules.maxLineLength);
        if (tooLong.length > 0) expect(tooLong).toEqual([expect.stringMatching(/^\S+$/)]);
      }
    }
  });

  it('stand long enough to be read, or as long as the next one lets them', async () => {
    for (const { lines, rules } of CASES) {
      const cues = await cuesOf(lines, rules, true);
      for (const [index, cue] of cues.entries()) {
        const needed = (columnsOf(cue.lines.join('')) / rules.readingSpeed) * 1_000;
        const room = Math.min(
          rules.maxSeconds * 1_000,
          (cues[index + 1]?.startMs ?? Infinity) - cue.startMs - Math.round(rules.minGap * 1_000),
        );
        expect(cue.endMs - cue.startMs).toBeGreaterThanOrEqual(Math.min(Math.floor(needed), room) - 1);
      }
    }
  });

  it('begin when their first word is spoken, where there is time for each', async () => {
    const words = Array.from({ length: 60 }, (_, index) => ({
      start: index,
      end: index + 0.6,
      text: `word${index}`,
      confidence: null,
    }));
    const line = { start: 0, end: 60, text: words.map(({ text }) => text).join(' '), speaker: null, words };
    for (const { startMs, lines } of await cuesOf([line], USUAL_RULES, true)) {
      expect(startMs).toBe(Number(/\d+/.exec(lines.join())?.[0]) * 1_000);
    }
  });
});

describe('breaks', () => {
  const spoken = (text: string, speaker: string | null = null, start = 0): SpokenLine => ({
    start,
    end: start + text.length / 15,
    text,
    speaker,
    words: [],
  });
  const shown = async (lines: SpokenLine[], rules: Partial<CaptionRules> = {}, names = true): Promise<string[]> =>
    (await cuesOf(lines, { ...USUAL_RULES, ...rules }, names)).map((cue) => cue.lines.join('\n'));

  it('come after sentences and clauses rather than between words', async () => {
    const text =
      'This is the first sentence of the meeting. And here comes another one, which has a clause in it, and goes on for a while. Short one.';
    expect(await shown([spoken(text)])).toEqual([
      'This is the first sentence of the meeting.',
      'And here comes another one, which has a\nclause in it, and goes on for a while.',
      'Short one.',
    ]);
  });

  it('make lines of like length', async () => {
    expect(await shown([spoken('one two three four five six seven eight nine ten')])).toEqual([
      'one two three four five\nsix seven eight nine ten',
    ]);
  });

  it('come between speakers, who are named when another one begins', async () => {
    const lines = [spoken('Good morning.', 'Ada', 0), spoken('How are you?', 'Ada', 2), spoken('Fine.', 'Grace', 4)];
    expect(await shown(lines)).toEqual(['Ada: Good morning. How are you?', 'Grace: Fine.']);
    expect(await shown(lines, { speakers: false })).toEqual(['Good morning. How are you?', 'Fine.']);
    expect((await cuesOf(lines, USUAL_RULES, false)).map(({ speaker }) => speaker)).toEqual(['Ada', 'Grace']);
  });

  it('shows first what is said first when two talk at once', async () => {
    const long = spoken('I go on and on and on about all of this. It is of no use to interrupt me. Nobody ever does.', 'Ada', 0);
    const text = (await shown([long, spoken('But I do!', 'Grace', 1)])).join(' | ');
    expect(text.indexOf('But I do!')).toBeLessThan(text.indexOf('Nobody ever does.'));
  });

  it('never put a closing mark at the start of a line of Japanese, or an opening one at its end', async () => {
    const cues = await shown([spoken('「明日は雨でしょう」と彼は言った、そして「傘を持って行きなさい」と。'.repeat(5))], {
      maxLineLength: 16,
    });
    for (const line of cues.join('\n').split('\n')) expect(line).not.toMatch(/^[、。」]|「$/u);
  });

  it('takes times from words spelled otherwise than the line', async () => {
    const words = ['well', 'twenty', 'five', 'dollars'].map((text, index) => ({
      start: index,
      end: index + 0.5,
      text,
      confidence: null,
    }));
    const cues = await cuesOf([{ start: 0, end: 3.5, text: 'Well – $25 dollars.', speaker: null, words }], USUAL_RULES, true);
    expect(cues[0]?.startMs).toBe(0);
    expect(cues.at(-1)?.endMs).toBe(3_500);
  });
});

it('lets others go on while it makes captions of hours', async () => {
  const words = Array.from({ length: 15 }, (_, index) => ({
    start: index / 3,
    end: index / 3 + 0.3,
    text: 'word',
    confidence: null,
  }));
  const lines = Array.from({ length: 4_000 }, (_, line): SpokenLine => ({
    start: line * 5,
    end: line * 5 + 5,
    text: 'word '.repeat(15),
    speaker: `${line % 2}`,
    words: words.map((word) => ({ ...word, start: word.start + line * 5, end: word.end + line * 5 })),
  }));
  let turns = 0;
  const turn = (): NodeJS.Immediate => {
    turns += 1;
    return setImmediate(() => void (next = turn()));
  };
  let next = turn();
  const cues = await cuesOf(lines, USUAL_RULES, true);
  clearImmediate(next);
  expect(cues).toHaveLength(4_000);
  expect(turns).toBeGreaterThan(4);
});
