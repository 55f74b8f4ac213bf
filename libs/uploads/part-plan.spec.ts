import { describe, expect, it } from '@jest/globals';
import { bytesOfPart, fittingParts, missingParts, partCountOf, planParts } from './part-plan.js';

const MIB = 1024 * 1024;

describe('a plan of parts', () => {
  it.each([
    [1, 10, 1, 1],
    [10 * MIB, 10, 1, 10 * MIB],
    [10 * MIB + 1, 10, 2, 1],
    [5_000_000_000, 10, 477, 5_000_000_000 - 476 * 10 * MIB],
    [90_000 * MIB, 10, 9_000, 10 * MIB],
    [90_000 * MIB + 1, 11, 8_182, 90_000 * MIB + 1 - 8_181 * 11 * MIB],
    [5_000_000_000_000, 530, 8_997, 5_000_000_000_000 - 8_996 * 530 * MIB],
  ])('of %i bytes has parts of %i MiB, %i of them, the last of %i bytes', (bytes, mib, count, last) => {
    const plan = planParts(bytes);
    expect(plan).toEqual({ bytes, partBytes: mib * MIB });
    expect(partCountOf(plan)).toBe(count);
    expect(bytesOfPart(plan, count)).toBe(last);
    expect((count - 1) * plan.partBytes + last).toBe(bytes);
  });

  it('tells which parts are missing, of the wrong size, or not of it at all', () => {
    const plan = planParts(25 * MIB);
    const there = [
      { number: 1, bytes: 10 * MIB },
      { number: 2, bytes: 5 },
      { number: 4, bytes: 5 * MIB },
    ];
    expect(missingParts(plan, there)).toEqual([2, 3]);
    expect(fittingParts(plan, there)).toEqual([there[0]]);
    expect(missingParts(plan, [])).toEqual([1, 2, 3]);
  });
});
