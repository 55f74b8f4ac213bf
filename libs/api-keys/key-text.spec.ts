import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { hashKey, isKey, newKey, tracesOf } from './key-text.js';

const KEY = 'stn_Ab3dEf6hIj9lMn2pQr5tUv8xYz1Bc4D9';

describe('a new key', () => {
  it('has 190 random bits, picked evenly (item 33)', () => {
    const keys = Array.from({ length: 2_000 }, newKey);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.filter((key) => !isKey(key))).toEqual([]);
    const counts = new Map<string, number>();
    for (const character of keys.map((key) => key.slice(4)).join('')) counts.set(character, (counts.get(character) ?? 0) + 1);
    expect(counts.size).toBe(62);
    // 64 000 characters, 1 032 of each on average, with a deviation of 32: six of them are one chance in millions.
    for (const count of counts.values()) expect(Math.abs(count - 64_000 / 62)).toBeLessThan(6 * 32);
  });
});

describe('what is kept of a key', () => {
  it('is its SHA-256, its first eight characters and its last four', () => {
    const keyHash = createHash('sha256').update(KEY).digest('hex');
    expect(tracesOf(KEY)).toEqual({ keyHash, prefix: 'stn_Ab3d', lastFour: 'c4D9' });
    expect(hashKey(KEY)).toBe(keyHash);
  });
});

describe('the form of a key', () => {
  it.each([KEY.slice(0, -1), `${KEY}a`, `${KEY}\n`, KEY.replace('A', '-'), KEY.toUpperCase(), KEY.replace('stn_', 'sk_'), ''])(
    'is not %p',
    (text) => {
      expect(isKey(text)).toBe(false);
    },
  );

  it('is stn_ and 32 letters and digits', () => {
    expect(isKey(KEY)).toBe(true);
  });
});
