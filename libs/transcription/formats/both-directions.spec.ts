import { describe, expect, it } from '@jest/globals';
import { atomsOf, placeLine } from './both-directions.js';

/** How a line looks from left to right when each letter is one wide. */
function looks(text: string, isRightToLeft: boolean): string {
  const placed = placeLine(atomsOf(text, isRightToLeft), {
    isRightToLeft,
    width: 40,
    space: 1,
    widthOf: (piece) => piece.length,
  });
  return placed
    .toSorted((a, b) => a.x - b.x)
    .map((piece) => piece.text)
    .join(' ');
}

describe('a line of two directions', () => {
  it('sets words of Hebrew from right to left, and numbers and Latin words within them from left to right', () => {
    expect(looks('שלום לכולם', true)).toBe('לכולם שלום');
    expect(looks('פרויקט 2026 של Steno Speech היום', true)).toBe('היום Steno Speech של 2026 פרויקט');
    expect(looks('Speakers: Ada, משה כהן', false)).toBe('Speakers : Ada , כהן משה');
  });

  it('lets marks follow the line, and mirrors brackets', () => {
    expect(looks('(שלום) Steno.', true)).toBe('. Steno ( שלום )');
  });

  it('begins at its own edge', () => {
    const line = { width: 40, space: 1, widthOf: (piece: string) => piece.length };
    expect(placeLine(atomsOf('שלום', true), { ...line, isRightToLeft: true })).toEqual([{ text: 'שלום', x: 36 }]);
    expect(placeLine(atomsOf('abc', false), { ...line, isRightToLeft: false })).toEqual([{ text: 'abc', x: 0 }]);
  });
});
