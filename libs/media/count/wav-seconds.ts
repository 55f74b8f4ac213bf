import type { Pieces } from '../pieces.js';

/** Bytes of `RIFF`, size and `WAVE`; of a chunk's name and size. */
const RIFF_BYTES = 12;
const CHUNK_HEAD_BYTES = 8;
const LEAST_FORMAT_BYTES = 16;
/** As much of it as is looked at. */
const MOST_FORMAT_BYTES = 40;
const EXTENSIBLE = 0xfffe;
/** Bits of a sample, by the formats that have as many bytes for each: PCM, floats, A-law, µ-law (RFC 2361). */
const SAMPLE_BITS: Readonly<Record<number, readonly number[]>> = {
  1: [8, 16, 24, 32],
  3: [32, 64],
  6: [8],
  7: [8],
};
const SAMPLE_RATES = { lowest: 8_000, highest: 192_000 };
const MOST_CHANNELS = 8;

/** What the chunk `fmt ` says of the samples. */
interface SampleFormat {
  rate: number;
  /** Of one sample of all channels. */
  bytes: number;
}

/**
 * Seconds of a WAV file, by the samples that are there. The chunk `data` counts for what it says only where the file goes on after it as
 * its size says; otherwise all that follows is sound, for whoever reads it may take it for that.
 * @returns null for what is not plainly so many bytes a second
 */
export function secondsOfWav(file: Pieces): number | null {
  const riff = file.slice(0, RIFF_BYTES).toString('latin1');
  if (!riff.startsWith('RIFF') || !riff.endsWith('WAVE') || riff.length < RIFF_BYTES) return null;
  let format: SampleFormat | null = null;
  for (let at = RIFF_BYTES; at + CHUNK_HEAD_BYTES <= file.length;) {
    const { name, size } = chunkAt(file, at);
    const body = at + CHUNK_HEAD_BYTES;
    if (name === 'fmt ') format = formatOf(file.slice(body, body + Math.min(size, MOST_FORMAT_BYTES)));
    if (name === 'data') return format === null ? null : secondsOf(soundBytes(file, body, size), format);
    at = body + size + (size % 2);
  }
  return null;
}

function formatOf(chunk: Buffer): SampleFormat | null {
  if (chunk.length < LEAST_FORMAT_BYTES) return null;
  const [channels, rate, blockBytes, bits] = [
    chunk.readUInt16LE(2),
    chunk.readUInt32LE(4),
    chunk.readUInt16LE(12),
    chunk.readUInt16LE(14),
  ];
  const tag = chunk.readUInt16LE(0);
  // The first two bytes of an extensible format's GUID are the tag it stands for.
  const kind = tag === EXTENSIBLE && chunk.length >= 26 ? chunk.readUInt16LE(24) : tag;
  const isUsual =
    SAMPLE_BITS[kind]?.includes(bits) === true &&
    channels >= 1 &&
    channels <= MOST_CHANNELS &&
    rate >= SAMPLE_RATES.lowest &&
    rate <= SAMPLE_RATES.highest &&
    blockBytes === (channels * bits) / 8;
  return isUsual ? { rate, bytes: blockBytes } : null;
}

function chunkAt(file: Pieces, at: number): { name: string; size: number } {
  const head = file.slice(at, at + CHUNK_HEAD_BYTES);
  return { name: head.toString('latin1', 0, 4), size: head.readUInt32LE(4) };
}

function soundBytes(file: Pieces, start: number, said: number): number {
  return chunksFollow(file, start + said + (said % 2)) || start + said === file.length ? said : file.length - start;
}

/** Whether nothing but whole chunks with names of letters stands between a place and the end; there must be one. */
function chunksFollow(file: Pieces, from: number): boolean {
  let at = from;
  while (at + CHUNK_HEAD_BYTES <= file.length) {
    const { name, size } = chunkAt(file, at);
    if (!/^[\w ]{4}$/.test(name)) break;
    at += CHUNK_HEAD_BYTES + size + (size % 2);
  }
  return at > from && (at === file.length || at === file.length + 1);
}

function secondsOf(bytes: number, { rate, bytes: ofSample }: SampleFormat): number {
  return Math.floor(bytes / ofSample) / rate;
}
