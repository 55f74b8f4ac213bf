import { describe, expect, it } from '@jest/globals';
import { callCost } from './call-cost.js';

const price = { microDollarsPerMinute: 6000, source: 'a page', date: '2026-11' };

describe('callCost', () => {
  it('is by the second', () => {
    expect(callCost(price, 90, undefined)).toBe(9000);
    expect(callCost(price, 0.01, { seconds: 1 })).toBe(1);
  });

  it('is that of the least that is billed, for less', () => {
    const least = { ...price, leastSeconds: 10 };
    expect([2, 10, 11].map((seconds) => callCost(least, seconds, undefined))).toEqual([1000, 1000, 1100]);
  });

  it('is what the provider says, also where no price is known, and also nothing', () => {
    const unknown = { ...price, microDollarsPerMinute: null };
    expect(callCost(price, 60, { costMicroDollars: 67 })).toBe(67);
    expect(callCost(unknown, 60, { costMicroDollars: 67 })).toBe(67);
    expect(callCost(price, 60, { costMicroDollars: 0 })).toBe(0);
  });

  it('is unknown, not nothing, where nobody says', () => {
    expect(callCost({ ...price, microDollarsPerMinute: null }, 60, { seconds: 60 })).toBeNull();
  });
});
