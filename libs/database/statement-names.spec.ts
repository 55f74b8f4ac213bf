import { describe, expect, it } from '@jest/globals';
import { statementName } from './statement-names.js';

describe('statementName', () => {
  it('names a text that comes again, always the same', () => {
    expect(statementName('SELECT $1')).toBeUndefined();
    const name = statementName('SELECT $1');
    expect(name).toMatch(/^steno_\d+$/);
    expect(statementName('SELECT $1')).toBe(name);
  });

  it('gives no name twice, and at most 500', () => {
    const texts = Array.from({ length: 600 }, (_, index) => `SELECT $1, ${index}`);
    // One after the other, as repeated statements come.
    const named = texts.map((text) => [statementName(text), statementName(text)][1]).filter((name) => name !== undefined);
    expect(new Set(named).size).toBe(named.length);
    expect(named.length).toBeGreaterThan(490);
    expect(named.length).toBeLessThanOrEqual(500);
  });
});
