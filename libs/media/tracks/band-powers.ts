import { SAMPLE_RATE } from '../wav.js';
import { Fourier } from './fourier.js';

/** Speech is steady for about so long. */
const FRAME_SAMPLES = 512;
/** Frames follow each other at this distance: 20 ms. */
export const HOP_SAMPLES = SAMPLE_RATE / 50;
/** Samples after a frame's hop that belong to it as well. */
export const FRAME_OVERHANG = FRAME_SAMPLES - HOP_SAMPLES;
export const BANDS = 20;

const fourier = new Fourier(FRAME_SAMPLES);
const WINDOW = Float64Array.from(
  { length: FRAME_SAMPLES },
  (_, at) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (at + 0.5)) / FRAME_SAMPLES),
);
/** Edges of the bands, in steps of the spectrum: equally wide for the ear (mel) from 100 to 7000 Hz. */
const EDGES = Array.from({ length: BANDS + 1 }, (_, band) => {
  const [low, high] = [mel(100), mel(7_000)];
  const hertz = 700 * (10 ** ((low + ((high - low) * band) / BANDS) / 2_595) - 1);
  return Math.round((hertz * FRAME_SAMPLES) / SAMPLE_RATE);
});

function mel(hertz: number): number {
  return 2_595 * Math.log10(1 + hertz / 700);
}

const frame = new Float64Array(FRAME_SAMPLES);
const spectrum = new Float64Array(2 * FRAME_SAMPLES);

/**
 * The power of a frame of sound in each band.
 * @param at the frame's first sample
 * @param powers filled from `into` on, `BANDS` values
 */
export function bandPowers(samples: Int16Array, at: number, powers: Float32Array, into: number): void {
  for (let index = 0; index < FRAME_SAMPLES; index++) frame[index] = (samples[at + index] ?? 0) * (WINDOW[index] ?? 0);
  fourier.spectrum(frame, spectrum);
  for (let band = 0; band < BANDS; band++) {
    const from = EDGES[band] ?? 0;
    const to = Math.max(from + 1, EDGES[band + 1] ?? 0);
    let power = 0;
    for (let bin = from; bin < to; bin++) power += (spectrum[2 * bin] ?? 0) ** 2 + (spectrum[2 * bin + 1] ?? 0) ** 2;
    powers[into + band] = power;
  }
}
