import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { counted, type Passed, splitHead } from './counted-stream.js';

const SOUND = Buffer.from(Array.from({ length: 10_000 }, (_, index) => index % 251));

/** The bytes in pieces of a size, as a connection gives them. */
function streamOf(bytes: Buffer, piece: number): Readable {
  return Readable.from(
    Array.from({ length: Math.ceil(bytes.length / piece) }, (_, index) => bytes.subarray(index * piece, (index + 1) * piece)),
  );
}

async function passThrough(bytes: Buffer, piece: number, limit: number) {
  const passed: Passed = { bytes: 0, sha256: () => '' };
  const { head, rest } = await splitHead(streamOf(bytes, piece), 64);
  const out: Buffer[] = [];
  for await (const chunk of counted(head, rest, limit, () => new Error('too large'), passed)) out.push(chunk);
  return { head, passed, bytes: Buffer.concat(out) };
}

describe('splitHead', () => {
  it.each([1, 7, 64, 4_096])('takes the first bytes off and nothing more, in pieces of %i', async (piece) => {
    const { head, rest } = await splitHead(streamOf(SOUND, piece), 64);
    expect(head.length).toBeGreaterThanOrEqual(64);
    expect(head.length).toBeLessThan(64 + piece);
    expect((await rest.next()).value).toEqual(SOUND.subarray(head.length, head.length + piece));
  });

  it('gives a short stream whole', async () => {
    expect((await splitHead(streamOf(SOUND.subarray(0, 10), 4), 64)).head).toEqual(SOUND.subarray(0, 10));
    expect((await splitHead(Readable.from([]), 64)).head).toHaveLength(0);
  });
});

describe('counted', () => {
  it.each([1, 100, 20_000])('passes every byte on, counted and hashed, in pieces of %i', async (piece) => {
    const { bytes, passed } = await passThrough(SOUND, piece, SOUND.length);
    expect(bytes.equals(SOUND)).toBe(true);
    expect(passed.bytes).toBe(SOUND.length);
    expect(passed.sha256()).toBe(createHash('sha256').update(SOUND).digest('hex'));
  });

  it('refuses the first byte above the limit', async () => {
    await expect(passThrough(SOUND, 100, SOUND.length - 1)).rejects.toThrow('too large');
  });

  it('refuses a head that is above the limit already', async () => {
    await expect(passThrough(SOUND, 20_000, 10)).rejects.toThrow('too large');
  });
});
