import { describe, expect, it } from '@jest/globals';
import { lengthInWords } from './length-in-words.js';
import { soundBlocks } from './sound-blocks.js';
import { FRAME_SAMPLES, levelOf, SoundLevels } from './sound-levels.js';
import { wavHeader } from './wav.js';

describe('wavHeader', () => {
  it('says 16 kHz, one channel, 16 bits, and both lengths', () => {
    const header = wavHeader(32_000);
    expect(header).toHaveLength(44);
    expect(header.toString('latin1', 0, 4) + header.toString('latin1', 8, 16)).toBe('RIFFWAVEfmt ');
    expect([header.readUInt32LE(4), header.readUInt32LE(40)]).toEqual([32_036, 32_000]);
    expect([header.readUInt16LE(22), header.readUInt32LE(24), header.readUInt32LE(28), header.readUInt16LE(34)]).toEqual([
      1, 16_000, 32_000, 16,
    ]);
  });
});

describe('soundBlocks', () => {
  async function* pieces(sound: Uint8Array, sizes: number[]): AsyncGenerator<Uint8Array> {
    for (let at = 0, turn = 0; at < sound.length; turn++) {
      const size = sizes[turn % sizes.length] ?? 1;
      yield await Promise.resolve(sound.subarray(at, at + size));
      at += size;
    }
  }

  it('keeps every sample whatever the sizes of the pieces', async () => {
    const samples = Int16Array.from({ length: 100_003 }, (_, at) => (at * 7919) % 65_536);
    const sound = new Uint8Array(samples.buffer);
    const blocks: Int16Array[] = [];
    for await (const block of soundBlocks(pieces(sound, [1, 65_536, 333, 7]))) blocks.push(block.slice());
    expect(Buffer.concat(blocks.map((block) => Buffer.from(block.buffer))).equals(sound)).toBe(true);
    expect(blocks.slice(0, -1).every((block) => block.length % FRAME_SAMPLES === 0)).toBe(true);
  });

  it('reads on while a block is worked on, and keeps the block as it is meanwhile', async () => {
    const block = 320_000;
    const sound = Uint8Array.from({ length: 3 * block }, (_, at) => Math.floor(at / block));
    let given = 0;
    async function* counted(): AsyncGenerator<Uint8Array> {
      for await (const piece of pieces(sound, [64_000])) {
        given += piece.length;
        yield piece;
      }
    }
    const seen: number[][] = [];
    for await (const samples of soundBlocks(counted())) {
      const before = seen.length + 1;
      await new Promise(setImmediate);
      expect(given).toBe(Math.min(before + 1, 3) * block);
      seen.push([...new Set(new Uint8Array(samples.buffer))]);
    }
    expect(seen).toEqual([[0], [1], [2]]);
  });

  it('throws what the stream throws, also while a block is worked on, and lets nobody down who wants no more', async () => {
    const failure = new Error('the decoder died');
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(400_000);
      await new Promise(setImmediate);
      throw failure;
    }
    const read = async (all: boolean): Promise<void> => {
      for await (const block of soundBlocks(failing())) {
        expect(block).toHaveLength(160_000);
        await new Promise((resolve) => setTimeout(resolve, 5));
        if (!all) return;
      }
    };
    await read(false);
    await expect(read(true)).rejects.toBe(failure);
  });

  it('drops half a sample at the end', async () => {
    const blocks: number[] = [];
    for await (const block of soundBlocks(pieces(new Uint8Array(5), [5]))) blocks.push(block.length);
    expect(blocks).toEqual([2]);
  });
});

describe('SoundLevels', () => {
  it('measures frames against full scale and overlooks a constant offset', () => {
    const square = Int16Array.from({ length: FRAME_SAMPLES }, (_, at) => (at % 2 === 0 ? 3276 : -3276));
    const levels = new SoundLevels();
    levels.add(square);
    levels.add(square.map((sample) => sample + 20_000));
    levels.add(new Int16Array(FRAME_SAMPLES).fill(20_000));
    expect([...levels.view()]).toEqual([levelOf(-20), levelOf(-20), levelOf(-120)]);
  });

  it('grows past its first minute', () => {
    const levels = new SoundLevels();
    for (let second = 0; second < 200; second++) levels.add(new Int16Array(16_000).fill(second));
    expect(levels.length).toBe(10_000);
  });
});

describe('lengthInWords', () => {
  it.each([
    [43_200, '12 h'],
    [86_400.4, '24 h 1 s'],
    [3900, '1 h 5 min'],
    [42, '42 s'],
    [0, '0 s'],
  ])('%d', (seconds, words) => {
    expect(lengthInWords(seconds)).toBe(words);
  });
});
