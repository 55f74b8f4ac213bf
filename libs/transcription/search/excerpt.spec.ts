import { describe, expect, it } from '@jest/globals';
import { MARKS, piecesOf } from './excerpt.js';

const marked = (text: string): string => text.replaceAll('[', MARKS.start).replaceAll(']', MARKS.end);

describe('an excerpt', () => {
  it('comes apart into what was searched for and what stands around it', () => {
    expect(piecesOf(marked('so the [numbers] of the [quarter]'))).toEqual([
      { text: 'so the ', match: false },
      { text: 'numbers', match: true },
      { text: ' of the ', match: false },
      { text: 'quarter', match: true },
    ]);
  });

  it('may have nothing marked, or nothing at all', () => {
    expect(piecesOf('so it goes')).toEqual([{ text: 'so it goes', match: false }]);
    expect(piecesOf('')).toEqual([]);
  });

  it('leaves markup of the text as it is, and marks nobody closed', () => {
    expect(piecesOf(marked(']<b>['))).toEqual([{ text: '<b>', match: false }]);
    expect(piecesOf(marked('a [b'))).toEqual([
      { text: 'a ', match: false },
      { text: 'b', match: true },
    ]);
  });
});
