import { describe, expect, it } from '@jest/globals';
import { cursorOf, idOfCursor } from './page.js';

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
