import { SAMPLE_RATE } from '../wav.js';
import { findLag } from './find-lag.js';
import { Fourier, powerOfTwoFrom } from './fourier.js';
import type { SoundFile } from './sound-file.js';

/** How a second recording of one event lies against the first. */
export interface Alignment {
  /** Seconds by which it began after the first; negative when it began before. */
  lagSeconds: number;
  /** By how much its clock runs slow: what it takes for a second lasts 1 + drift seconds of the first. */
  drift: number;
  /** Whether each recording holds some of the other's sound to tell by. Without that both are taken to have begun together. */
  bySound: boolean;
}

/** What is known when nothing is heard of one recording in the other. */
export const SIDE_BY_SIDE: Alignment = { lagSeconds: 0, drift: 0, bySound: false };

/** Lags are looked for up to this: people start two recorders within a minute. */
const LONGEST_LAG_SECONDS = 60;
/** Looked for at once: long enough for some words at full level, short enough that clocks do not part within it. */
const STRETCH_SECONDS = 16;
/** Stretches of each recording looked for in the other. */
const MOST_STRETCHES = 8;
/** Speech has most of its power below 2 kHz; a quarter of the samples is a quarter of the work. */
const EVERY = 4;
const SEARCH_RATE = SAMPLE_RATE / EVERY;
/** A sighting counts from here on when others agree with it; alone it must be clearer, because two voices that say the same look a little alike. */
const CLEAR = 9;
const CLEAR_ALONE = 20;
const ENOUGH_TO_AGREE = 3;
/** Clocks of recorders differ by 100 millionths at worst; twice that. */
const WORST_DRIFT = 200e-6;
/** Sightings this close to one line agree: a loudspeaker and a microphone that are moved about the room. */
const TOLERANCE_SECONDS = 0.01;
/** Clocks are compared only over so long. */
const DRIFT_SECONDS = 240;

/** One look: by how much the second was behind the first then. */
interface Vote {
  /** Seconds of the second recording. */
  at: number;
  lag: number;
  clarity: number;
  /** Whose sound was looked for. */
  sought: SoundFile;
}

/**
 * Finds out how two recordings of one event lie against each other, by the sound of one that the other caught.
 * @param longestLag how far apart they may have begun, in seconds
 */
export async function alignTracks(
  first: SoundFile,
  second: SoundFile,
  signal?: AbortSignal,
  longestLag = LONGEST_LAG_SECONDS,
): Promise<Alignment> {
  const range = Math.min(longestLag, Math.max(first.seconds, second.seconds));
  const fourier = new Fourier(powerOfTwoFrom((2 * STRETCH_SECONDS + 2 * range) * SEARCH_RATE));
  const votes: Vote[] = [];
  for (const [sought, searched, sign] of [
    [second, first, 1],
    [first, second, -1],
  ] as const) {
    for (const start of loudStretches(sought)) {
      signal?.throwIfAborted();
      const sighting = await look(sought, searched, start, range, fourier);
      if (sighting === null || sighting.clarity < CLEAR) continue;
      const at = start + STRETCH_SECONDS / 2 + (sign === 1 ? 0 : sighting.lag);
      votes.push({ at, lag: sign * sighting.lag, clarity: sighting.clarity, sought });
    }
  }
  return agreement(votes);
}

/** The loudest stretch of each of a few equal parts of a recording; seconds. */
function loudStretches(sound: SoundFile): number[] {
  const seconds = Math.floor(sound.seconds);
  const parts = Math.max(1, Math.min(MOST_STRETCHES, Math.floor(seconds / (2 * STRETCH_SECONDS))));
  return Array.from({ length: parts }, (_, part) => {
    const from = Math.floor((part * seconds) / parts);
    const to = Math.max(from, Math.floor(((part + 1) * seconds) / parts) - STRETCH_SECONDS);
    let loudest = from;
    for (let start = from; start <= to; start++) {
      if (sound.powerOf(start, STRETCH_SECONDS) > sound.powerOf(loudest, STRETCH_SECONDS)) loudest = start;
    }
    return loudest;
  });
}

/** Looks for one stretch of a recording in the other. */
async function look(
  sought: SoundFile,
  searched: SoundFile,
  start: number,
  range: number,
  fourier: Fourier,
): Promise<{ lag: number; clarity: number } | null> {
  const needle = await read(sought, start, STRETCH_SECONDS);
  const haystack = await read(searched, start - range, STRETCH_SECONDS + 2 * range);
  const sighting = findLag(needle, haystack, fourier);
  return sighting && { lag: sighting.at / SEARCH_RATE - range, clarity: sighting.clarity };
}

async function read(sound: SoundFile, start: number, seconds: number): Promise<Float64Array> {
  const from = Math.round(start * SAMPLE_RATE) - FILTER_REACH;
  return thinned(await sound.read(from, Math.round(seconds * SAMPLE_RATE) + 2 * FILTER_REACH));
}

/** The line most of the clarity agrees on. */
function agreement(votes: Vote[]): Alignment {
  let best: Vote[] = [];
  for (const line of linesThrough(votes)) {
    const agreeing = votes.filter(({ at, lag }) => Math.abs(lag - line.lag - line.drift * (at - line.at)) < TOLERANCE_SECONDS);
    if (weightOf(agreeing) > weightOf(best)) best = agreeing;
  }
  // Both ways of looking find the same place in short recordings, so that only those of one way bear each other out.
  const agreed = Math.max(0, ...[...Map.groupBy(best, ({ sought }) => sought).values()].map((ofOne) => ofOne.length));
  const sure = agreed >= ENOUGH_TO_AGREE || best.some(({ clarity }) => clarity >= CLEAR_ALONE);
  return sure ? { ...fitted(best), bySound: true } : SIDE_BY_SIDE;
}

function weightOf(votes: Vote[]): number {
  return votes.reduce((sum, { clarity }) => sum + clarity, 0);
}

/** Each vote with every clock that another vote makes likely. */
function* linesThrough(votes: Vote[]): Generator<{ at: number; lag: number; drift: number }> {
  for (const { at, lag } of votes) {
    yield { at, lag, drift: 0 };
    for (const other of votes) {
      const drift = (other.lag - lag) / (other.at - at);
      if (other.at - at >= DRIFT_SECONDS && Math.abs(drift) <= WORST_DRIFT) yield { at, lag, drift };
    }
  }
}

/** The straight line nearest to the votes; where they lie too close together for a slope, their mean. */
function fitted(votes: Vote[]): { lagSeconds: number; drift: number } {
  const weight = weightOf(votes);
  const mean = (of: (vote: Vote) => number): number => votes.reduce((sum, vote) => sum + vote.clarity * of(vote), 0) / weight;
  const [at, lag] = [mean((vote) => vote.at), mean((vote) => vote.lag)];
  const times = votes.map((vote) => vote.at);
  if (Math.max(...times) - Math.min(...times) < DRIFT_SECONDS) return { lagSeconds: lag, drift: 0 };
  const drift = mean((vote) => (vote.at - at) * (vote.lag - lag)) / mean((vote) => (vote.at - at) ** 2);
  return { lagSeconds: lag - drift * at, drift };
}

/** Half the length of the filter before thinning out. */
const FILTER_REACH = 24;
/** A low pass at the new half rate: a sinc under a Hann window. */
const FILTER = Float64Array.from({ length: 2 * FILTER_REACH + 1 }, (_, index) => {
  const x = index - FILTER_REACH;
  const sinc = x === 0 ? 1 : Math.sin((Math.PI * x) / EVERY) / ((Math.PI * x) / EVERY);
  return (sinc * (1 + Math.cos((Math.PI * x) / (FILTER_REACH + 1)))) / (2 * EVERY);
});

/** Every fourth sample after a low pass. @param samples with the filter's reach before and after */
function thinned(samples: Int16Array): Float64Array {
  const result = new Float64Array(Math.floor((samples.length - 2 * FILTER_REACH) / EVERY));
  for (let index = 0; index < result.length; index++) {
    let sum = 0;
    for (let tap = 0; tap < FILTER.length; tap++) sum += (FILTER[tap] ?? 0) * (samples[index * EVERY + tap] ?? 0);
    result[index] = sum;
  }
  return result;
}
