import { FRAMES_PER_SECOND, FRAME_SAMPLES } from './sound-levels.js';
import { BYTES_PER_SAMPLE } from './wav.js';

/** Two seconds: large enough for few writes, small enough for flat memory. */
const BLOCK_BYTES = 2 * FRAMES_PER_SECOND * FRAME_SAMPLES * BYTES_PER_SAMPLE;

/**
 * Sound as samples, in blocks of whole frames; only the last block may be shorter.
 * A block is valid until the next is asked for. (Samples are read in the machine's byte order; every machine Node runs on is little-endian
 * but s390x.)
 * @param stream signed 16-bit little-endian sound in pieces of any size
 */
export async function* soundBlocks(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Int16Array> {
  const block = new Uint8Array(BLOCK_BYTES);
  let filled = 0;
  for await (const piece of stream) {
    for (let taken = 0; taken < piece.length;) {
      const part = piece.subarray(taken, taken + BLOCK_BYTES - filled);
      block.set(part, filled);
      taken += part.length;
      filled += part.length;
      if (filled < BLOCK_BYTES) continue;
      yield new Int16Array(block.buffer);
      filled = 0;
    }
  }
  const samples = Math.floor(filled / BYTES_PER_SAMPLE);
  if (samples > 0) yield new Int16Array(block.buffer, 0, samples);
}
