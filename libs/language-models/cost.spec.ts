import { describe, expect, it } from '@jest/globals';
import { costOf, sumOfCosts, sumOfUsages } from './cost.js';
import type { LanguagePrice } from './language-provider.js';

const PRICE: LanguagePrice = { input: 250_000, output: 2_000_000, cachedInput: 25_000, source: 'x', date: '2026-07-24' };
const USAGE = { inputTokens: 1_000, outputTokens: 100, cachedInputTokens: 0 };

describe('costOf', () => {
  it('multiplies tokens with prices', () => {
    expect(costOf(USAGE, PRICE)).toEqual({ microDollars: 450, source: 'prices' });
  });

  it('takes what was read before at its own price, or at the full one', () => {
    const usage = { ...USAGE, cachedInputTokens: 800 };
    expect(costOf(usage, PRICE).microDollars).toBe(270);
    expect(costOf(usage, { ...PRICE, cachedInput: null }).microDollars).toBe(450);
  });

  it('rounds up: a call is never free', () => {
    expect(costOf({ ...USAGE, inputTokens: 1, outputTokens: 0 }, PRICE).microDollars).toBe(1);
  });

  it.each([
    [0.000012, 12],
    [0.0000121, 13],
    [0, 0],
    [1.5, 1_500_000],
  ])('believes the provider, who says %f dollars', (dollars, microDollars) => {
    expect(costOf(USAGE, PRICE, dollars)).toEqual({ microDollars, source: 'provider' });
  });

  it('says that it does not know', () => {
    const unknown = { microDollars: null, source: 'unknown' };
    expect(costOf(undefined, PRICE)).toEqual(unknown);
    expect(costOf(USAGE, { ...PRICE, output: null })).toEqual(unknown);
    expect(costOf(USAGE, { ...PRICE, input: null })).toEqual(unknown);
    expect(costOf(undefined, PRICE, -1)).toEqual(unknown);
  });
});

describe('a sum', () => {
  it('is of everything, or unknown', () => {
    const known = costOf(USAGE, PRICE);
    expect(sumOfCosts([known, known])).toEqual({ microDollars: 900, source: 'prices' });
    expect(sumOfCosts([known, costOf(undefined, PRICE)])).toEqual({ microDollars: null, source: 'unknown' });
    expect(sumOfUsages([USAGE, USAGE])).toEqual({ inputTokens: 2_000, outputTokens: 200, cachedInputTokens: 0 });
    expect(sumOfUsages([USAGE, undefined])).toBeUndefined();
  });
});
