import { describe, expect, it } from '@jest/globals';
import { AUDIO_FORMATS } from '../audio-format.js';
import { Pieces } from '../pieces.js';
import { wavHeader } from '../wav.js';
import { countedSeconds } from './counted-seconds.js';

const SECOND = 32_000;

function wav(soundBytes: number, said = soundBytes, after: Uint8Array = new Uint8Array()): Buffer {
  const header = wavHeader(soundBytes);
  header.writeUInt32LE(said, 40);
  return Buffer.concat([header, Buffer.alloc(soundBytes), after]);
}

function chunk(name: string, bytes: number): Buffer {
  const head = Buffer.alloc(8);
  head.write(name, 'latin1');
  head.writeUInt32LE(bytes, 4);
  return Buffer.concat([head, Buffer.alloc(bytes)]);
}

function inPieces(file: Buffer, size: number): Pieces {
  const starts = Array.from({ length: Math.ceil(file.length / size) }, (_, index) => index * size);
  return new Pieces(starts.map((start) => Buffer.from(file.subarray(start, start + size))));
}

describe('the seconds of a WAV file', () => {
  const count = async (file: Buffer) => countedSeconds(new Pieces([Buffer.from(file)]), AUDIO_FORMATS.wav);

  it('are those of its samples', async () => {
    expect(await count(wav(11 * SECOND))).toBe(11);
  });

  it.each([
    ['says it has less than is there', wav(11 * SECOND, SECOND)],
    ['says it has nothing', wav(11 * SECOND, 0)],
    ['says it has more than is there', wav(11 * SECOND, 4_000_000_000)],
    ['was streamed', wav(11 * SECOND, 0xffffffff)],
  ])('are counted where its header %s', async (_, file) => {
    expect(await count(file)).toBe(11);
  });

  it('leave out what stands behind the sound', async () => {
    expect(await count(wav(11 * SECOND, 11 * SECOND, chunk('LIST', 64_000)))).toBe(11);
  });

  it('are the same in whatever pieces it came', async () => {
    const file = wav(2 * SECOND, 2 * SECOND, chunk('LIST', 5));
    for (const size of [1, 7, 44, 64_000]) expect(await countedSeconds(inPieces(file, size), AUDIO_FORMATS.wav)).toBe(2);
  });

  it('are not told by a file whose samples have no plain size', async () => {
    const file = wav(SECOND);
    file.writeUInt16LE(8, 32);
    expect(await count(file)).toBeNull();
    file.writeUInt16LE(2, 32);
    file.writeUInt16LE(17, 20);
    expect(await count(file)).toBeNull();
  });

  it('are not told by one at a rate nobody records at', async () => {
    const file = wav(SECOND);
    file.writeUInt32LE(1_092_676, 24);
    expect(await count(file)).toBeNull();
  });
});

describe('the seconds of an MP3 file', () => {
  const count = async (file: Buffer) => countedSeconds(new Pieces([Buffer.from(file)]), AUDIO_FORMATS.mp3);
  /** MPEG 1 layer III, 128 kbit/s, 44.1 kHz: 417 bytes and 1152 samples. */
  const frame = (): Buffer => {
    const bytes = Buffer.alloc(417);
    bytes.writeUInt32BE(0xfffb9000, 0);
    return bytes;
  };
  const hundred = Buffer.concat(Array.from({ length: 100 }, frame));

  it('are those of its frames', async () => {
    expect(await count(hundred)).toBeCloseTo((100 * 1_152) / 44_100);
  });

  it('leave out the tags', async () => {
    const before = Buffer.concat([Buffer.from('ID3\x04\0\0\0\0\x01\x00', 'latin1'), Buffer.alloc(128)]);
    const after = Buffer.concat([Buffer.from('TAG'), Buffer.alloc(125)]);
    expect(await count(Buffer.concat([before, hundred, after]))).toBeCloseTo((100 * 1_152) / 44_100);
  });

  it('heed no count that an encoder wrote', async () => {
    const lying = Buffer.from(hundred);
    lying.write('Xing', 36, 'latin1');
    lying.writeUInt32BE(1, 40);
    lying.writeUInt32BE(1_000_000, 44);
    expect(await count(lying)).toBeCloseTo((100 * 1_152) / 44_100);
  });

  it('are not told by one with something else in between', async () => {
    expect(await count(Buffer.concat([hundred, Buffer.from('something else'), hundred]))).toBeNull();
    expect(await count(Buffer.alloc(0))).toBeNull();
  });
});

describe('the seconds of Opus', () => {
  const count = async (file: Buffer) => countedSeconds(new Pieces([Buffer.from(file)]), AUDIO_FORMATS.opus);
  const page = (packets: Buffer[], serial = 7): Buffer => {
    const head = Buffer.alloc(27 + packets.length);
    head.write('OggS', 'latin1');
    head.writeUInt32LE(serial, 14);
    head[26] = packets.length;
    packets.forEach((packet, index) => (head[27 + index] = packet.length));
    return Buffer.concat([head, ...packets]);
  };
  const headers = [page([Buffer.from('OpusHead…')]), page([Buffer.from('OpusTags…')])];
  /** CELT, full band, 20 ms: configuration 31, one frame. */
  const twentyMs = Buffer.from([31 << 3, 0, 0]);

  it('are those of its packets, whatever its pages say', async () => {
    expect(await count(Buffer.concat([...headers, page(Array<Buffer>(50).fill(twentyMs))]))).toBeCloseTo(1);
  });

  it('count every frame of a packet', async () => {
    const three = Buffer.from([(31 << 3) | 3, 3, 0]);
    expect(await count(Buffer.concat([...headers, page([three])]))).toBeCloseTo(0.06);
  });

  it('are not told by two streams in one file, nor by one that is cut off', async () => {
    expect(await count(Buffer.concat([...headers, page([twentyMs], 8)]))).toBeNull();
    expect(await count(Buffer.concat([...headers, page([twentyMs])]).subarray(0, -1))).toBeNull();
  });
});
