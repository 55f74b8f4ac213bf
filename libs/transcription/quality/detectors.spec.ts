import { describe, expect, it } from '@jest/globals';
import type { HeardChunk, Piece } from './heard.js';
import { languageChange, oddTongues } from './language.js';
import { loops } from './loops.js';
import { timesOutOfOrder } from './times.js';
import { lettersOf, likeness, scriptOf, tokensOf } from './tokens.js';

function chunkOf(text: string, more: Partial<HeardChunk> = {}): HeardChunk {
  const sound = { index: 0, channel: 0, start: 0, end: 30, speech: [{ start: 0, end: 30 }] };
  return { ...sound, pieces: [], rough: false, language: 'en', text, ...more };
}

function word(start: number, end: number, text = 'word'): Piece {
  return { start, end, text, kind: 'word' };
}

describe('loops', () => {
  it.each([
    'no, no, no, no, no, I said no',
    'ha ha ha ha ha ha ha that was good',
    'bye bye, bye bye, bye bye now',
    'one two three testing one two three testing one two three',
    'We shall fight on the beaches, we shall fight on the landing grounds, we shall fight in the fields and in the streets.',
    'Row, row, row your boat gently down the stream, merrily, merrily, merrily, merrily, life is but a dream',
    '今日はとても天気がいいので、散歩に行きましょう。明日は雨が降るそうです。',
  ])('are not what people say: %s', (text) => {
    expect(loops(chunkOf(text))).toEqual([]);
  });

  it.each([
    'okay '.repeat(12),
    'Thank you. '.repeat(7),
    'so we go '.repeat(6),
    'I would like to thank you all for coming here today. '.repeat(2),
    'はい'.repeat(8),
    '谢谢观看，'.repeat(5),
  ])('are found: %s', (text) => {
    expect(loops(chunkOf(`Good morning. ${text} And that is all.`))).toMatchObject([{ kind: 'loop', wholeChunk: true }]);
  });

  it('are found where they change a little each time', () => {
    const text = Array.from({ length: 40 }, (_, at) => `and the ${at} and`).join(' ');
    expect(loops(chunkOf(text))).toHaveLength(1);
  });

  it('are placed where they stand', () => {
    const pieces = [
      word(0, 1, 'hello'),
      ...Array.from({ length: 10 }, (_, at) => word(5 + at, 6 + at, 'okay')),
      word(20, 21, 'bye'),
    ];
    expect(loops(chunkOf('', { pieces }))).toMatchObject([{ start: 5, end: 15, seconds: 10 }]);
  });
});

describe('times', () => {
  it('may touch, overlap a little and stand still once', () => {
    expect(timesOutOfOrder(chunkOf('', { pieces: [word(1, 2), word(1.8, 2.5), word(2.5, 2.5), word(2.5, 3)] }))).toEqual([]);
  });

  it.each<[string, Piece[]]>([
    ['outside the chunk', [word(1, 2), word(33, 34), word(35, 36), word(37, 38)]],
    ['before those before them', [word(20, 21), word(2, 3), word(18, 19), word(1, 2), word(15, 16), word(3, 4)]],
    ['pressed into one moment', Array.from({ length: 6 }, () => word(30, 30))],
    ['backwards', [word(5, 3), word(6, 4), word(7, 5)]],
  ])('are found %s', (_, pieces) => {
    expect(timesOutOfOrder(chunkOf('', { pieces }))).toMatchObject([{ kind: 'times_out_of_order', wholeChunk: true }]);
  });
});

describe('languages', () => {
  const recording = (...languages: string[]): HeardChunk[] =>
    languages.map((language, index) => chunkOf('some words that were said here', { index, language }));

  it('may be two that are both spoken', () => {
    expect(oddTongues(recording('en', 'en', 'en', 'de', 'de', 'de'), null).size).toBe(0);
    expect(oddTongues(recording(...Array<string>(20).fill('en'), 'de', 'de'), null).size).toBe(0);
    expect(oddTongues(recording('en', 'cy'), null).size).toBe(0);
  });

  it('may not flip once and back', () => {
    const chunks = recording(...Array<string>(6).fill('en'), 'cy', ...Array<string>(6).fill('en'));
    const odd = oddTongues(chunks, null);
    expect([...odd]).toEqual([[6, { language: 'en', script: 'Latin' }]]);
    const [flipped] = chunks.filter(({ language }) => language === 'cy');
    expect(flipped && languageChange(flipped, odd.get(6) ?? null)).toMatchObject([{ kind: 'language_change' }]);
  });

  it('show in the script, even where the caller named the language', () => {
    const chunks = recording(...Array<string>(12).fill('en')).with(3, chunkOf('Продолжение следует далее', { index: 3 }));
    expect([...oddTongues(chunks, 'en').keys()]).toEqual([3]);
  });
});

describe('words of a text', () => {
  it('are compared without case and punctuation, in any script', () => {
    expect(tokensOf("Don't stop, NOW — 42!")).toEqual(["don't", 'stop', 'now', '42']);
    expect(tokensOf('今日はgood日')).toEqual(['今', '日', 'は', 'good', '日']);
    expect(lettersOf('a-b 12 ж')).toBe(5);
    expect([scriptOf('Привет, Anna'), scriptOf('こんにちは'), scriptOf('42')]).toEqual(['Cyrillic', 'Han', null]);
  });

  it('are alike by what stands in both in order', () => {
    expect(likeness('one two three four', 'One, two, three, four!')).toBe(1);
    expect(likeness('one two three four', 'one two four')).toBe(0.75);
    expect(likeness('', '')).toBe(1);
    expect(likeness('', 'one')).toBe(0);
  });
});
