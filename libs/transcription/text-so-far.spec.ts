import { describe, expect, it } from '@jest/globals';
import { textSoFar } from './text-so-far.js';

function chunk(index: number, text: string | null, status: 'pending' | 'done' | 'failed' = text === null ? 'pending' : 'done') {
  const transcript =
    text === null ? null : { text, language: 'en', timestampSource: 'none' as const, segments: [], words: [], warnings: [] };
  return { startSeconds: index * 10, endSeconds: (index + 1) * 10, overlapSeconds: 0, transcript, status };
}

describe('the text so far', () => {
  it('ends where nobody has heard yet, whatever comes after', () => {
    expect(textSoFar([chunk(0, 'one two'), chunk(1, null), chunk(2, 'five six')])).toBe('one two');
  });

  it('passes over what nobody will hear', () => {
    expect(textSoFar([chunk(0, 'one two'), chunk(1, null, 'failed'), chunk(2, 'five six')])).toBe('one two five six');
  });

  it('keeps a chunk back whose end the next one shares', () => {
    const shared = { ...chunk(1, null), overlapSeconds: 2 };
    expect(textSoFar([chunk(0, 'one two'), shared])).toBe('');
  });
});
