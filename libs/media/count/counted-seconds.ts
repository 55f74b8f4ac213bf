import type { AudioFormat } from '../audio-format.js';
import type { Pieces } from '../pieces.js';
import { secondsOfMp3 } from './mp3-seconds.js';
import { secondsOfOpus } from './opus-seconds.js';
import { secondsOfPackets } from './packet-seconds.js';
import { secondsOfWav } from './wav-seconds.js';

type Count = (file: Pieces) => number | null | Promise<number | null>;

const COUNTERS: Partial<Record<AudioFormat['container'], Count>> = {
  wav: secondsOfWav,
  mp3: (file) => secondsOfMp3(file.whole()),
  opus: (file) => secondsOfOpus(file.whole()),
  ogg: (file) => secondsOfPackets(file.whole(), 'ogg'),
  flac: (file) => secondsOfPackets(file.whole(), 'flac'),
  m4a: (file) => secondsOfPackets(file.whole(), 'm4a'),
  mp4: (file) => secondsOfPackets(file.whole(), 'mp4'),
  webm: (file) => secondsOfPackets(file.whole(), 'webm'),
};

/**
 * How much sound a whole file holds, counted without decoding it: by the samples that are there, frame by frame, packet by packet. What
 * a header says of the length counts for nothing.
 * @returns seconds; null when that cannot be told for sure, so that only decoding helps
 */
export async function countedSeconds(file: Pieces, { container }: AudioFormat): Promise<number | null> {
  const seconds = (await COUNTERS[container]?.(file)) ?? null;
  return seconds !== null && Number.isFinite(seconds) ? seconds : null;
}
