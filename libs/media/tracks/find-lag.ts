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
  const [from, to] = [Math.ceil(size * BAND.from), Math.floor(size * BAND.to)];
  product.fill(0, 0, 2 * from);
  product.fill(0, 2 * (to + 1));
  let known = 0;
  for (let at = 2 * from; at <= 2 * to; at += 2) {
    const a = product[at] ?? 0;
    const b = product[at + 1] ?? 0;
    const c = other[at] ?? 0;
    const d = other[at + 1] ?? 0;
    const real = a * c + b * d;
    const imaginary = b * c - a * d;
    const length = Math.sqrt(real * real + imaginary * imaginary);
    product[at] = length > 0 ? real / length : 0;
    product[at + 1] = length > 0 ? imaginary / length : 0;
    if (length > 0) known++;
  }
  return known;
}

/** How far the top of the parabola through three values lies from the middle one. */
function summit(before: number, top: number, after: number): number {
  const curvature = before - 2 * top + after;
  return curvature === 0 ? 0 : Math.max(-0.5, Math.min(0.5, (before - after) / (2 * curvature)));
}
