const HEADER_BYTES = 44;
const RATE = 48_000;
const CHANNELS = 2;

/**
 * A part of a WAV file of silence, 48 kHz, 16 bit, stereo: 26 000 s of it are 5 GB.
 * @param from offset in the file
 */
export function bulkSound(from: number, bytes: number): Buffer<ArrayBuffer> {
  const part = Buffer.alloc(bytes);
  if (from === 0) header().copy(part);
  return part;
}

/** A WAV file of silence as recorders of speech make it: 16 kHz, 16 bit, mono. */
export function shortSound(seconds: number): Buffer {
  return Buffer.concat([header(16_000, 1), Buffer.alloc(seconds * 32_000)]);
}

/** Sizes that do not fit their 32 bits are said to be unknown. */
function header(rate = RATE, channels = CHANNELS): Buffer {
  const head = Buffer.alloc(HEADER_BYTES);
  head.write('RIFF', 0);
  head.writeUInt32LE(0xffffffff, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(channels, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * channels * 2, 28);
  head.writeUInt16LE(channels * 2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(0xffffffff, 40);
  return head;
}
