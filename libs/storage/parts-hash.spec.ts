import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { StoredPart } from './object-store.js';
import { PartsHash } from './parts-hash.js';

const PART_BYTES = 1_300_000;
const content = randomBytes(3 * PART_BYTES + 77);
const parts = [0, 1, 2, 3].map(partAt);

function partAt(index: number): StoredPart {
  const bytes = Math.min(PART_BYTES, content.length - index * PART_BYTES);
  return { number: index + 1, bytes, etag: `"${index}"` };
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe('PartsHash', () => {
  let directory: string;
  let path: string;
  let hash: PartsHash;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'parts-hash-'));
    path = join(directory, 'content');
    await writeFile(path, content);
    hash = new PartsHash(path, PART_BYTES);
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it.each([
    ['in order', [0, 1, 2, 3]],
    ['backwards', [3, 2, 1, 0]],
    ['mixed', [1, 0, 3, 2]],
  ])('is that of the whole, when the parts come %s', async (_, order) => {
    for (const index of order) hash.add(partAt(index));
    expect(await hash.digest(parts)).toBe(sha256(content));
    expect(await hash.digest(parts)).toBe(sha256(content));
  });

  it('knows a part that came while nothing was left to read', async () => {
    hash.add(partAt(0));
    expect(await hash.digest(parts.slice(0, 1))).toBe(sha256(content.subarray(0, PART_BYTES)));
    for (const index of [1, 2, 3]) hash.add(partAt(index));
    expect(await hash.digest(parts)).toBe(sha256(content));
  });

  it('is not known when a part is missing, or is another than the upload consists of', async () => {
    for (const index of [0, 1, 3]) hash.add(partAt(index));
    expect(await hash.digest(parts)).toBeNull();
    hash.add({ ...partAt(2), etag: '"of another process"' });
    expect(await hash.digest(parts)).toBeNull();
  });

  it('takes a part that was replaced before its turn as it is now', async () => {
    hash.add(partAt(1));
    hash.replacing(2);
    await write(PART_BYTES, Buffer.alloc(PART_BYTES, 7));
    const replaced = { ...partAt(1), etag: '"new"' };
    for (const part of [replaced, partAt(0), partAt(2), partAt(3)]) hash.add(part);
    const now = Buffer.concat([content.subarray(0, PART_BYTES), Buffer.alloc(PART_BYTES, 7), content.subarray(2 * PART_BYTES)]);
    expect(await hash.digest([partAt(0), replaced, partAt(2), partAt(3)])).toBe(sha256(now));
  });

  it('is not known any more when a part is replaced that was hashed', async () => {
    hash.add(partAt(0));
    await hash.digest(parts);
    hash.replacing(1);
    for (const part of parts) hash.add(part);
    expect(await hash.digest(parts)).toBeNull();
  });

  it('is not known when the file cannot be read, or ends too early', async () => {
    const away = new PartsHash(join(directory, 'none'), PART_BYTES);
    away.add(partAt(0));
    expect(await away.digest(parts.slice(0, 1))).toBeNull();
    hash.add({ ...partAt(0), bytes: content.length + 1 });
    expect(await hash.digest([{ ...partAt(0), bytes: content.length + 1 }])).toBeNull();
  });

  async function write(position: number, bytes: Buffer): Promise<void> {
    const file = await open(path, 'r+');
    await file.write(bytes, 0, bytes.length, position);
    await file.close();
  }
});
