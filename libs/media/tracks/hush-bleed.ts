import { levelOf } from '../sound-levels.js';
import { SAMPLE_RATE } from '../wav.js';
import type { Alignment } from './align-tracks.js';
import { bandPowers, BANDS, FRAME_OVERHANG, HOP_SAMPLES } from './band-powers.js';
import { Bleed, type FrameKind } from './bleed.js';
import type { SoundFile } from './sound-file.js';

/** Worked on at once: long enough to learn from, short enough to follow changes. */
const BLOCK_FRAMES = 120 * 50;
/** A click is shorter than this many frames (60 ms), and no word. */
const SHORTEST_SOUND = 3;
/** Around own speech so many frames (0.16 s) stay: words begin and end with consonants too quiet to be told from bleed. */
const MARGIN_FRAMES = 8;
/** Shorter bleed (0.2 s) is left alone; it holds no word. */
const SHORTEST_BLEED = 10;

/** A block of one track. */
interface Block {
  /** First sample of each frame, and one more: the end of the last. */
  places: Int32Array;
  samples: Int16Array;
  powers: Float32Array;
}

/**
 * Takes the other's voice out of two recordings of one event: where a track holds nothing but what its microphone caught of the other
 * track, noise as loud as its own background takes the place of it. Own speech stays as it is, also while both speak.
 * @returns for each track, how many seconds of it were hushed
 */
export async function hushBleed(
  first: SoundFile,
  second: SoundFile,
  alignment: Alignment,
  signal?: AbortSignal,
): Promise<[number, number]> {
  const [inFirst, inSecond] = [new Bleed(), new Bleed()];
  const hushed: [number, number] = [0, 0];
  // From the moment the later one began to the end of the earlier one; outside there is nobody to bleed.
  const begin = Math.max(0, alignment.lagSeconds);
  const end = Math.min(first.seconds, second.seconds * (1 + alignment.drift) + alignment.lagSeconds);
  const frames = Math.floor(((end - begin) * SAMPLE_RATE) / HOP_SAMPLES);
  for (let from = 0; from < frames; from += BLOCK_FRAMES) {
    signal?.throwIfAborted();
    const count = Math.min(BLOCK_FRAMES, frames - from);
    const starts = Array.from({ length: count + 1 }, (_, frame) => begin + ((from + frame) * HOP_SAMPLES) / SAMPLE_RATE);
    const one = await blockOf(first, starts);
    const other = await blockOf(
      second,
      starts.map((start) => secondsInSecond(start, alignment)),
    );
    const [kinds, otherKinds] = [inFirst.judge(one.powers, other.powers), inSecond.judge(other.powers, one.powers)];
    hushed[0] += await hush(first, one, kinds);
    hushed[1] += await hush(second, other, otherKinds);
  }
  return hushed;
}

function secondsInSecond(seconds: number, { lagSeconds, drift }: Alignment): number {
  return (seconds - lagSeconds) / (1 + drift);
}

async function blockOf(sound: SoundFile, starts: number[]): Promise<Block> {
  const places = Int32Array.from(starts, (start) => Math.round(start * SAMPLE_RATE));
  const [from, to] = [places[0] ?? 0, places.at(-1) ?? 0];
  const samples = await sound.read(from, to - from + FRAME_OVERHANG);
  const frames = places.length - 1;
  const powers = new Float32Array(frames * BANDS);
  for (let frame = 0; frame < frames; frame++) bandPowers(samples, (places[frame] ?? 0) - from, powers, frame * BANDS);
  return { places, samples, powers };
}

/** Puts noise in the place of bleed. @returns seconds hushed */
async function hush(sound: SoundFile, { places, samples }: Block, kinds: FrameKind[]): Promise<number> {
  const origin = places[0] ?? 0;
  const stretches = bleedIn(kinds);
  const amplitude = backgroundOf(samples) * Math.sqrt(3); // of even noise with that mean power
  let hushed = 0;
  for (const { from, to } of stretches) {
    const [start, stop] = [Math.max(0, places[from] ?? 0), Math.min(sound.length, places[to] ?? 0)];
    if (stop <= start) continue;
    const noise = evenNoise(stop - start, amplitude, start);
    faded(noise, samples.subarray(start - origin, stop - origin));
    await sound.write(start, noise);
    hushed += (stop - start) / SAMPLE_RATE;
  }
  return hushed;
}

/** The stretches of frames that hold bleed and are not close to own speech. */
function bleedIn(kinds: FrameKind[]): { from: number; to: number }[] {
  const own = new Uint8Array(kinds.length);
  for (let from = 0; from < kinds.length;) {
    let to = from;
    while (to < kinds.length && kinds[to] === 'own') to++;
    if (to - from >= SHORTEST_SOUND) own.fill(1, Math.max(0, from - MARGIN_FRAMES), to + MARGIN_FRAMES);
    from = Math.max(to, from + 1);
  }
  const stretches: { from: number; to: number }[] = [];
  for (let from = 0; from < kinds.length;) {
    let to = from;
    while (to < kinds.length && own[to] === 0) to++;
    const bleeds = kinds.slice(from, to).filter((kind) => kind !== 'quiet').length;
    if (to - from >= SHORTEST_BLEED && bleeds > 0) stretches.push({ from, to });
    from = Math.max(to, from + 1);
  }
  return stretches;
}

/** How loud the quietest tenth of a block is. */
function backgroundOf(samples: Int16Array): number {
  const powers = Float64Array.from({ length: Math.floor(samples.length / HOP_SAMPLES) }, (_, frame) => {
    let squares = 0;
    for (let at = frame * HOP_SAMPLES; at < (frame + 1) * HOP_SAMPLES; at++) squares += (samples[at] ?? 0) ** 2;
    return squares / HOP_SAMPLES;
  }).sort();
  return Math.sqrt(powers[Math.floor(powers.length / 10)] ?? 0);
}

/** Noise that is the same in each run. */
function evenNoise(length: number, amplitude: number, seed: number): Int16Array {
  let state = (seed ^ 0x9e3779b9) >>> 0;
  return Int16Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.round((state / 2 ** 31 - 1) * amplitude);
  });
}

/** Goes over from what was there, and back to it, in 10 ms, so that nothing clicks. */
function faded(noise: Int16Array, before: Int16Array): void {
  const ramp = Math.min(SAMPLE_RATE / 100, noise.length >> 1);
  for (let at = 0; at < ramp; at++) {
    const share = at / ramp;
    const last = noise.length - 1 - at;
    noise[at] = Math.round((noise[at] ?? 0) * share + (before[at] ?? 0) * (1 - share));
    noise[last] = Math.round((noise[last] ?? 0) * share + (before[last] ?? 0) * (1 - share));
  }
}

/** Loudness for each tenth of a second, as `SoundLevels` counts it. */
export async function loudnessOf(sound: SoundFile): Promise<Uint8Array> {
  const step = SAMPLE_RATE / 10;
  const levels = new Uint8Array(Math.ceil(sound.length / step));
  for (let from = 0; from < levels.length; from += 600) {
    const count = Math.min(600, levels.length - from);
    const samples = await sound.read(from * step, count * step);
    for (let index = 0; index < count; index++) {
      let squares = 0;
      for (let at = index * step; at < (index + 1) * step; at++) squares += (samples[at] ?? 0) ** 2;
      levels[from + index] = levelOf(10 * Math.log10(Math.max(squares / step, 1e-9) / 32_768 ** 2));
    }
  }
  return levels;
}
