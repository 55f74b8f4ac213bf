import { SAMPLE_RATE } from './wav.js';

/** Levels and cuts are counted in frames of 20 ms: speech is steady for about so long. */
export const FRAMES_PER_SECOND = 50;
export const FRAME_SAMPLES = SAMPLE_RATE / FRAMES_PER_SECOND;

/** A level is a byte: half decibels above −120 dB of full scale, so that twelve hours take 2 MB. */
export const STEPS_PER_DECIBEL = 2;
const QUIETEST_DECIBELS = -120;

/** The level that stands for so many decibels of full scale. */
export function levelOf(decibels: number): number {
  return Math.round((Math.min(Math.max(decibels, QUIETEST_DECIBELS), 0) - QUIETEST_DECIBELS) * STEPS_PER_DECIBEL);
}

/**
 * How loud a stretch of sound is, whatever constant offset its recorder added.
 * @param samples 16-bit sound
 * @param from first sample
 * @param to sample after the last
 */
function loudness(samples: Int16Array, from: number, to: number): number {
  let sum = 0;
  let squares = 0;
  for (let at = from; at < to; at++) {
    const sample = samples[at] ?? 0;
    sum += sample;
    squares += sample * sample;
  }
  const count = to - from;
  const variance = squares / count - (sum / count) ** 2;
  return levelOf(10 * Math.log10(Math.max(variance, 1e-9) / 32_768 ** 2));
}

/** The levels of a recording, frame by frame, as it is decoded. */
export class SoundLevels {
  private levels = new Uint8Array(60 * FRAMES_PER_SECOND);
  private count = 0;

  /** Frames so far. */
  get length(): number {
    return this.count;
  }

  /** Adds sound. Every block but the last is a whole number of frames; a rest at the end counts as a frame. */
  add(samples: Int16Array): void {
    for (let from = 0; from < samples.length; from += FRAME_SAMPLES) {
      if (this.count === this.levels.length) this.grow();
      this.levels[this.count++] = loudness(samples, from, Math.min(from + FRAME_SAMPLES, samples.length));
    }
  }

  /** The levels so far, not copied. */
  view(): Uint8Array {
    return this.levels.subarray(0, this.count);
  }

  private grow(): void {
    const larger = new Uint8Array(this.levels.length * 2);
    larger.set(this.levels);
    this.levels = larger;
  }
}
