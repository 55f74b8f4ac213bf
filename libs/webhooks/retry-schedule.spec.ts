import { describe, expect, it } from '@jest/globals';
import { waitAfter } from './retry-schedule.js';

describe('the retries', () => {
  it.each([
    [1, 1],
    [2, 5],
    [3, 25],
    [4, 120],
    [5, 600],
    [6, 3_600],
    [7, 21_600],
    [8, 86_400],
  ])('after %i failed tries wait %i seconds, more or less by a fifth (W3)', (failed, seconds) => {
    expect(waitAfter(failed, 0)).toBeCloseTo(seconds * 0.8);
    expect(waitAfter(failed, 0.5)).toBeCloseTo(seconds);
    expect(waitAfter(failed, 1)).toBeCloseTo(seconds * 1.2);
  });

  it('end after nine tries', () => {
    expect(waitAfter(9, 0.5)).toBeNull();
    expect(waitAfter(9, 0.5, 60)).toBeNull();
  });

  it('wait as long as the endpoint asks, and a day at most (W3)', () => {
    expect(waitAfter(1, 0.5, 90)).toBe(90);
    expect(waitAfter(5, 0.5, 90)).toBe(600);
    expect(waitAfter(1, 0.5, 10_000_000)).toBe(86_400);
  });
});
