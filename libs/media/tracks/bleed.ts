import { BANDS } from './band-powers.js';

/** Decibels between the loudest and the faintest bleed that is told, in steps of one. */
const RANGE = { from: -70, to: 20 };
/** Sound of the source stands so far over its own noise, in decibels, before anything is learned from it. */
const LOUD = 15;
/** While only the source speaks, the other microphone hears it and nothing else; that is so at least for this share of its sound. */
const ALONE_SHARE = 0.25;
/** What was learned before counts this much less with each block: volumes are turned. */
const FORGETTING = 0.7;
/** Frames (of 20 ms) to learn from before anything is said. */
const ENOUGH = 25;
/** The share of frames that are mere noise even when somebody speaks all the time. */
const NOISE_SHARE = 0.05;
/** Echoes of a room fade by 60 dB in 0.4 s: by half in a frame. */
const FADING = 0.5;
/** Power beyond the bleed learned that is still bleed: 6 dB, because rooms change while people move. */
const MARGIN = 4;
/** Power over the noise that is still noise. */
const NOISE_MARGIN = 4;
/** Of what a microphone hears so much must be more than bleed and noise, to be speech of its own. */
const OWN_SHARE = 0.15;
/** Quieter than the rounding of samples. */
const NOTHING = 512;

/** How much of one channel's sound another picks up, band by band, learned while it goes by; and which frames hold more than that. */
export class Bleed {
  private readonly ratios = Array.from({ length: BANDS }, () => new Float64Array(RANGE.to - RANGE.from));

  /**
   * Learns from a block and judges its frames.
   * @param heard powers of the channel asked about, `BANDS` a frame
   * @param source powers of the other at the same time
   * @returns for each frame: `own` sound, `bleed` of the source and nothing else, or `quiet`
   */
  judge(heard: Float32Array, source: Float32Array): FrameKind[] {
    const noise = noiseOf(heard);
    const faded = fadedOf(source);
    this.learn(heard, source, noiseOf(source));
    const gains = this.ratios.map((counts) => gainOf(counts));
    return Array.from({ length: heard.length / BANDS }, (_, frame) => {
      let total = 0;
      let beyond = 0;
      let bled = 0;
      let hush = 0;
      for (let band = 0; band < BANDS; band++) {
        const power = heard[frame * BANDS + band] ?? 0;
        const bleed = (gains[band] ?? 0) * (faded[frame * BANDS + band] ?? 0) * MARGIN;
        const floor = (noise[band] ?? 0) * NOISE_MARGIN + NOTHING;
        total += power;
        hush += floor;
        bled += Math.min(bleed, power);
        beyond += Math.max(0, power - bleed - floor);
      }
      if (beyond > OWN_SHARE * total) return 'own';
      return total > hush && bled > 0 ? 'bleed' : 'quiet';
    });
  }

  private learn(heard: Float32Array, source: Float32Array, sourceNoise: Float32Array): void {
    for (const counts of this.ratios)
      for (let step = 0; step < counts.length; step++) counts[step] = (counts[step] ?? 0) * FORGETTING;
    for (let at = 0; at < source.length; at++) {
      const band = at % BANDS;
      const from = source[at] ?? 0;
      if (from < ((sourceNoise[band] ?? 0) + NOTHING) * 10 ** (LOUD / 10)) continue;
      const ratio = Math.round(10 * Math.log10(Math.max(heard[at] ?? 0, 1) / from));
      const counts = this.ratios[band];
      const step = Math.min(Math.max(ratio, RANGE.from), RANGE.to - 1) - RANGE.from;
      if (counts !== undefined) counts[step] = (counts[step] ?? 0) + 1;
    }
  }
}

/** What a frame of a channel holds. */
export type FrameKind = 'own' | 'bleed' | 'quiet';

/** The bleed's share of the source's power; bleed is fainter than its source, so what is louder is none. */
function gainOf(counts: Float64Array): number {
  const all = counts.reduce((sum, count) => sum + count, 0);
  if (all < ENOUGH) return 0;
  let left = all * ALONE_SHARE;
  const step = counts.findIndex((count) => (left -= count) < 0);
  const decibels = step + RANGE.from;
  return decibels > 0 ? 0 : 10 ** (decibels / 10);
}

/** The noise in each band: what it stays below in its quietest frames. */
function noiseOf(powers: Float32Array): Float32Array {
  const frames = powers.length / BANDS;
  return Float32Array.from({ length: BANDS }, (_, band) => {
    const sorted = Float32Array.from({ length: frames }, (_, frame) => powers[frame * BANDS + band] ?? 0).sort();
    return sorted[Math.floor(frames * NOISE_SHARE)] ?? 0;
  });
}

/** What may still be in the air: the loudest of a frame and its neighbours, and what fades of those before. */
function fadedOf(powers: Float32Array): Float32Array {
  const faded = new Float32Array(powers.length);
  for (let at = 0; at < powers.length; at++) {
    const now = Math.max(powers[at - BANDS] ?? 0, powers[at] ?? 0, powers[at + BANDS] ?? 0);
    faded[at] = Math.max(now, (faded[at - BANDS] ?? 0) * FADING);
  }
  return faded;
}
