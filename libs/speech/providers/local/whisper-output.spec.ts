import { describe, expect, it } from '@jest/globals';
import { segmentsOf, sentencesOf, wordsOf } from './whisper-output.js';

/** Tokens of 100 ms each, as the addon gives them with `maxLen: 1`. */
function tokens(...texts: string[]) {
  return texts.map((text, index) => ({ text, t0: index * 100, t1: (index + 1) * 100 }));
}

describe('whisper.cpp’s answer', () => {
  it('gives segments in seconds, without sounds', () => {
    const segments = [
      { text: ' And so, my fellow', t0: 0, t1: 1500 },
      { text: ' [BLANK_AUDIO]', t0: 1500, t1: 2000 },
      { text: ' (music)', t0: 2000, t1: 2500 },
    ];
    expect(segmentsOf({ result: '', segments })).toEqual([{ start: 0, end: 1.5, text: 'And so, my fellow' }]);
  });

  it('joins tokens to words where no space begins them', () => {
    const segments = tokens('', ' fel', 'low', ' Americ', 'ans', ',', ' [BLANK_AUDIO]');
    expect(wordsOf({ result: ' fellow Americans,', segments })).toEqual([
      { start: 0.1, end: 0.3, text: 'fellow' },
      { start: 0.3, end: 0.6, text: 'Americans,' },
    ]);
  });

  it('takes characters of scripts without spaces for words', () => {
    const words = wordsOf({ result: '砸自己', segments: tokens('砸', '自', '己') });
    expect(words.map(({ text }) => text)).toEqual(['砸', '自', '己']);
    expect(sentencesOf(words).map(({ text }) => text)).toEqual(['砸自己']);
  });

  it('restores a character that was cut into tokens from the full text', () => {
    const segments = tokens(' 砸', '\uFFFD\uFFFD', '\uFFFD', '己', ' a');
    const words = wordsOf({ result: ' 砸自己 a', segments });
    expect(words.map(({ text }) => text)).toEqual(['砸', '自', '己', 'a']);
    expect(words[1]).toMatchObject({ start: 0.1, end: 0.3 });
  });

  it('makes sentences of words: at full stops and at pauses', () => {
    const words = [
      { start: 0, end: 0.4, text: 'Good' },
      { start: 0.4, end: 0.9, text: 'morning.' },
      { start: 1, end: 1.4, text: 'We' },
      { start: 3, end: 3.4, text: 'start' },
    ];
    expect(sentencesOf(words)).toEqual([
      { start: 0, end: 0.9, text: 'Good morning.' },
      { start: 1, end: 1.4, text: 'We' },
      { start: 3, end: 3.4, text: 'start' },
    ]);
  });
});
