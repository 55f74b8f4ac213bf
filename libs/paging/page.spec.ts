import { describe, expect, it } from '@jest/globals';
import { cursorOf, idOfCursor, pageOf } from './page.js';

const ID = '019aa3a1-2b3c-7d4e-8f50-617283940a1b';

describe('a cursor', () => {
  it('gives its id back and does not show it', () => {
    expect(idOfCursor(cursorOf(ID))).toBe(ID);
    expect(cursorOf(ID)).toMatch(/^[\w-]+$/);
    expect(cursorOf(ID)).not.toContain(ID.slice(0, 8));
  });

  it.each(['', 'abc', ID, cursorOf('not an id'), cursorOf(`${ID}' OR true`), cursorOf(ID.toUpperCase()), '%%%'])(
    'is not made up: %p',
    (cursor) => {
      expect(idOfCursor(cursor)).toBeNull();
    },
  );
});

describe('pageOf', () => {
  it.each([
    [[], [], false],
    [['a', 'b'], ['a', 'b'], false],
    [['a', 'b', 'c'], ['a', 'b'], true],
  ])('knows by one item too many that the list goes on: %j', (found, items, more) => {
    expect(pageOf(found, 9, { page: 1, limit: 2 })).toEqual({ items, total: 9, page: 1, limit: 2, more });
  });
});
