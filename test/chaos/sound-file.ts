import { createHash, randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';

const BLOCK_BYTES = 1_000_000;
const CHANNELS = 2;
const RATE = 48_000;
const BYTES_A_SECOND = RATE * CHANNELS * 2;
const HEADER_BYTES = 44;
/** What a header says of sound that is longer than it can say, as programs write it that do not know the end. */
const UNKNOWN = 0xffff_ffff;

/**
 * Writes a WAV file of noise (48 kHz, stereo), as large as wished for.
 * @returns its SHA-256, hexadecimal
 */
export async function writeNoise(path: string, bytes: number): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path, 'w');
  try {
    const header = headerFor(bytes);
    await file.write(header);
    hash.update(header);
    const noise = randomBytes(BLOCK_BYTES);
    for (let left = bytes - HEADER_BYTES; left > 0; left -= BLOCK_BYTES) {
      // Each block is another, so that one put in the place of its neighbour shows.
      noise.writeUInt32LE(left % UNKNOWN);
      const block = noise.subarray(0, Math.min(left, BLOCK_BYTES));
      await file.write(block);
      hash.update(block);
    }
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

function headerFor(bytes: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(Math.min(bytes - 8, UNKNOWN), 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(CHANNELS, 22);
  header.writeUInt32LE(RATE, 24);
  header.writeUInt32LE(BYTES_A_SECOND, 28);
  header.writeUInt16LE(CHANNELS * 2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(Math.min(bytes - HEADER_BYTES, UNKNOWN), 40);
  return header;
}
