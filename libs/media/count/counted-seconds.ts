import type { AudioFormat } from '../audio-format.js';
import type { Pieces } from '../pieces.js';
import { secondsOfMp3 } from './mp3-seconds.js';
import { secondsOfOpus } from './opus-seconds.js';
import { secondsOfWav } from './wav-seconds.js';

const COUNTERS: Partial<Record<AudioFormat['container'], (file: Pieces) => number | null>> = {
  wav: secondsOfWav,
  mp3: (file) => secondsOfMp3(file.whole()),
  opus: (file) => secondsOfOpus(file.whole()),
};

/**
 * How much sound a whole file holds, counted without decoding it: by the samples that are there, frame by frame, packet by packet. What
 * a header says of the length counts for nothing.
 * @returns seconds; null when that cannot be told for sure, so that only decoding helps
 */
export function countedSeconds(file: Pieces, { container }: AudioFormat): number | null {
  const seconds = COUNTERS[container]?.(file) ?? null;
  return seconds !== null && Number.isFinite(seconds) ? seconds : null;
}
