import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sha256Of } from './file-hash.js';

const MIB = 1024 * 1024;

describe('sha256Of', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'steno-hash-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  it.each([0, 1, MIB, MIB + 1, 3 * MIB, 5 * MIB - 7])('hashes every byte of a file of %i, in order', async (bytes) => {
    const path = join(directory, String(bytes));
    const content = Buffer.from(Uint8Array.from({ length: bytes }, (_, at) => (at * 7919) >> 3));
    await writeFile(path, content);
    expect(await sha256Of(path)).toBe(createHash('sha256').update(content).digest('hex'));
  });

  it('stops when it is told to', async () => {
    const path = join(directory, 'stopped');
    await writeFile(path, 'sound');
    const reason = new Error('nobody wants it');
    await expect(sha256Of(path, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
