import { FRAMES_PER_SECOND, FRAME_SAMPLES } from './sound-levels.js';
import { BYTES_PER_SAMPLE } from './wav.js';

/** Ten seconds: large enough for few writes, small enough for flat memory. */
const BLOCK_BYTES = 10 * FRAMES_PER_SECOND * FRAME_SAMPLES * BYTES_PER_SAMPLE;

/**
 * Sound as samples, in blocks of whole frames and seconds; only the last block may be shorter. While one is worked on the next is read, so
 * that the decoder need not wait. A block is valid until the next is asked for. (Samples are read in the machine's byte order; every
 * machine Node runs on is little-endian but s390x.)
 * @param stream signed 16-bit little-endian sound in pieces of any size, whose memory is given back
 */
export async function* soundBlocks(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Int16Array> {
  const source = new SoundSource(stream);
  let [block, next] = [new Uint8Array(BLOCK_BYTES), new Uint8Array(BLOCK_BYTES)];
  let bytes = await source.read(block);
  while (bytes === BLOCK_BYTES) {
    const ahead = source.read(next);
    ahead.catch(() => undefined); // thrown below, unless nobody wants more
    yield new Int16Array(block.buffer);
    bytes = await ahead;
    [block, next] = [next, block];
  }
  const samples = Math.floor(bytes / BYTES_PER_SAMPLE);
  if (samples > 0) yield new Int16Array(block.buffer, 0, samples);
}

/** A stream that is read in stretches of any size. */
class SoundSource {
  private readonly pieces: AsyncIterator<Uint8Array>;
  private piece: Uint8Array = new Uint8Array();
  private taken = 0;

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.pieces = stream[Symbol.asyncIterator]();
  }

  /** Fills a block. @returns how many bytes came: fewer than it holds when there are no more */
  async read(block: Uint8Array): Promise<number> {
    let filled = 0;
    while (filled < block.length && (await this.hasMore())) {
      const part = this.piece.subarray(this.taken, this.taken + block.length - filled);
      block.set(part, filled);
      filled += part.length;
      this.taken += part.length;
    }
    return filled;
  }

  private async hasMore(): Promise<boolean> {
    if (this.taken < this.piece.length) return true;
    giveBack(this.piece);
    const next = await this.pieces.next();
    if (next.done === true) return false;
    this.piece = next.value;
    this.taken = 0;
    return this.piece.length > 0 || this.hasMore();
  }
}

/** Thousands of pieces that wait for the collector make it run for a fifth of the time. */
function giveBack({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
