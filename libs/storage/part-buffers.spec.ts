import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { partsOf } from './part-buffers.js';

function* chunksOf(...sizes: number[]): Iterable<Buffer> {
  let position = 0;
  for (const size of sizes) {
    yield Buffer.from(Array.from({ length: size }, (_, index) => (position + index) % 251));
    position += size;
  }
}

async function collect(chunks: AsyncIterable<Buffer>): Promise<Buffer[]> {
  const collected: Buffer[] = [];
  for await (const chunk of chunks) collected.push(chunk);
  return collected;
}

async function partsOfSizes(partBytes: number, ...sizes: number[]): Promise<Buffer[]> {
  return collect(partsOf(Readable.from(chunksOf(...sizes)), partBytes));
}

describe('partsOf', () => {
  it.each([
    [[], [0]],
    [[0], [0]],
    [[99], [99]],
    [[100], [100]],
    [[101], [100, 1]],
    [
      [100, 100],
      [100, 100],
    ],
    [
      [30, 30, 30, 30],
      [100, 20],
    ],
    [[350], [100, 100, 100, 50]],
    [
      [1, 0, 399, 0],
      [100, 100, 100, 100],
    ],
  ])('cuts chunks of %j bytes into parts of %j', async (sizes, expected) => {
    const parts = await partsOfSizes(100, ...sizes);
    expect(parts.map(({ length }) => length)).toEqual(expected);
    const whole = Buffer.concat([...chunksOf(...sizes)]);
    expect(Buffer.concat(parts).equals(whole)).toBe(true);
  });

  it('gives every part memory of its own, no more than it needs', async () => {
    const parts = await partsOfSizes(300_000, 700_000);
    expect(new Set(parts.map(({ buffer }) => buffer)).size).toBe(3);
    expect(parts.map(({ buffer }) => buffer.byteLength)).toEqual([300_000, 300_000, 131_072]);
  });
});
