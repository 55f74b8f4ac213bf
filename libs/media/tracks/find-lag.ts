import type { Fourier } from './fourier.js';

/** Where one stretch of sound was found in another. */
export interface Sighting {
  /** The place of its beginning, in samples from the beginning of what was searched; a fraction, because sound lies between samples, too. */
  at: number;
  /** How far the place stands out: its correlation in standard deviations of that of all places. Chance gives 6 at most. */
  clarity: number;
}

/** Frequencies looked at, as shares of the sample rate: speech, without rumble below and the edge of the filters above. */
const BAND = { from: 0.03, to: 0.47 };

/**
 * Looks for a stretch of sound in a longer one by generalised cross-correlation with phase transform (Knapp and Carter, 1976): every
 * frequency counts the same, so that sound is found at a hundredth of its power under other speech, and however a room has coloured it.
 * @param fourier no smaller than both together
 * @returns null when one of them holds no sound
 */
export function findLag(needle: Float64Array, haystack: Float64Array, fourier: Fourier): Sighting | null {
  const places = haystack.length - needle.length + 1;
  if (places < 3) throw new RangeError('the stretch must be shorter than what is searched');
  const product = fourier.spectrum(haystack);
  const known = multiplyPhases(product, fourier.spectrum(needle), fourier.size);
  if (known === 0) return null;
  const correlation = fourier.signal(product);
  const valueAt = (place: number): number => Math.abs(correlation[2 * place] ?? 0);
  let best = 0;
  let squares = 0;
  for (let place = 0; place < places; place++) {
    squares += valueAt(place) ** 2;
    if (valueAt(place) > valueAt(best)) best = place;
  }
  const deviation = Math.sqrt(squares / places);
  return { at: best + summit(valueAt(best - 1), valueAt(best), valueAt(best + 1)), clarity: valueAt(best) / deviation };
}

/** Leaves in `product` the phase by which the second spectrum is behind the first. @returns how many frequencies have one */
function multiplyPhases(product: Float64Array, other: Float64Array, size: number): number {
  let known = 0;
  for (let bin = 0; bin <= size / 2; bin++) {
    const [a, b] = [product[2 * bin] ?? 0, product[2 * bin + 1] ?? 0];
    const [c, d] = [other[2 * bin] ?? 0, other[2 * bin + 1] ?? 0];
    const [real, imaginary] = [a * c + b * d, b * c - a * d];
    const length = Math.hypot(real, imaginary);
    const counts = length > 0 && bin >= size * BAND.from && bin <= size * BAND.to;
    product[2 * bin] = counts ? real / length : 0;
    product[2 * bin + 1] = counts ? imaginary / length : 0;
    if (counts) known++;
  }
  return known;
}

/** How far the top of the parabola through three values lies from the middle one. */
function summit(before: number, top: number, after: number): number {
  const curvature = before - 2 * top + after;
  return curvature === 0 ? 0 : Math.max(-0.5, Math.min(0.5, (before - after) / (2 * curvature)));
}
