import { describe, expect, it } from '@jest/globals';
import { seeded } from './conversation.fixture.js';
import { findLag } from './find-lag.js';
import { Fourier } from './fourier.js';

const fourier = new Fourier(32_768);

function noise(length: number, seed: number): Float64Array {
  const random = seeded(seed);
  return Float64Array.from({ length }, () => random() - 0.5);
}

describe('findLag', () => {
  it('finds a stretch of sound under other sound a hundred times as strong', () => {
    const [needle, haystack] = [noise(12_000, 1), noise(16_000, 2)];
    const found = haystack.map((sample, index) => sample + 0.1 * (needle[index - 3_210] ?? 0));
    const sighting = findLag(needle, found, fourier);
    expect(sighting?.at).toBeCloseTo(3_210, 0);
    expect(sighting?.clarity).toBeGreaterThan(6);
  });

  it('tells places between samples', () => {
    const wave = (at: number): number => Math.sin(at / 3) * Math.sin(at / 41 + (at / 997) ** 2) + Math.sin((at / 59) ** 2);
    const needle = Float64Array.from({ length: 4_000 }, (_, index) => wave(index));
    const haystack = Float64Array.from({ length: 6_000 }, (_, index) => (index < 1_000 ? 0 : wave(index - 1_000.3)));
    expect(findLag(needle, haystack, fourier)?.at).toBeCloseTo(1_000.3, 0);
  });

  it('sees nothing clear where there is nothing', () => {
    expect(findLag(noise(4_000, 3), noise(12_000, 4), fourier)?.clarity).toBeLessThan(6);
  });

  it('finds nothing in silence', () => {
    expect(findLag(new Float64Array(4_000), noise(12_000, 5), fourier)).toBeNull();
  });
});
