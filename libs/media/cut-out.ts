import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { Span } from './speech-map.js';
import { BYTES_PER_SAMPLE, SAMPLE_RATE, WAV_HEADER_BYTES, wavHeader } from './wav.js';

/**
 * Copies a stretch out of a chunk into a file of its own.
 * @param path a WAV file as chunks are: 16 kHz, mono, 16-bit, a header of 44 bytes
 * @param target the new file
 * @param stretch seconds from the chunk's start; what lies beyond its end is left out
 * @returns the new file's size and length
 */
export async function cutOut(path: string, target: string, stretch: Span): Promise<{ bytes: number; seconds: number }> {
  const samples = ((await stat(path)).size - WAV_HEADER_BYTES) / BYTES_PER_SAMPLE;
  const sampleAt = (seconds: number): number => Math.min(Math.max(Math.round(seconds * SAMPLE_RATE), 0), samples);
  const [from, to] = [sampleAt(stretch.start), sampleAt(stretch.end)];
  if (to <= from) throw new RangeError(`The stretch from ${stretch.start} s to ${stretch.end} s is not in the chunk.`);
  const soundBytes = (to - from) * BYTES_PER_SAMPLE;
  const start = WAV_HEADER_BYTES + from * BYTES_PER_SAMPLE;
  const sound = createReadStream(path, { start, end: start + soundBytes - 1 });
  await pipeline(headed(sound, soundBytes), createWriteStream(target, { flags: 'wx', mode: 0o600 }));
  return { bytes: WAV_HEADER_BYTES + soundBytes, seconds: (to - from) / SAMPLE_RATE };
}

async function* headed(sound: AsyncIterable<Uint8Array>, soundBytes: number): AsyncGenerator<Uint8Array> {
  yield wavHeader(soundBytes);
  yield* sound;
}
