import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sweepWorkDirectories, withWorkDirectory } from './work-directory.js';

describe('work directories', () => {
  let root: string;
  beforeEach(async () => {
    root = join(await mkdtemp(join(tmpdir(), 'steno-work-')), 'made', 'when needed');
  });
  afterEach(() => rm(join(root, '..', '..'), { recursive: true }));

  const NEEDS = { name: 'prepare 42', bytes: 1000 };

  it('are private, exist during the work, and are gone after it', async () => {
    const result = await withWorkDirectory(root, NEEDS, async (directory) => {
      await writeFile(join(directory, 'chunk.wav'), 'sound');
      return { mode: (await stat(directory)).mode & 0o777, entries: await readdir(root) };
    });
    expect(result.mode).toBe(0o700);
    expect(result.entries).toEqual([expect.stringContaining('.prepare_42.')]);
    expect(await readdir(root)).toEqual([]);
  });

  it('are gone after work that failed', async () => {
    const call = withWorkDirectory(root, NEEDS, () => Promise.reject(new Error('the work failed')));
    await expect(call).rejects.toThrow('the work failed');
    expect(await readdir(root)).toEqual([]);
  });

  it('are refused when the disk has too little room, in figures', async () => {
    const call = withWorkDirectory(root, { name: 'huge', bytes: 1e18 }, () => Promise.resolve());
    await expect(call).rejects.toMatchObject({ code: 'insufficient_storage', kind: 'insufficient_storage' });
    await expect(call).rejects.toThrow(/needs 1000000000000 MB of disk and \d+ MB are free/);
    expect(await readdir(root)).toEqual([]);
  });

  it('of living processes are not swept; other folders neither', async () => {
    await mkdir(join(root, 'of somebody else'), { recursive: true });
    const swept = await withWorkDirectory(root, NEEDS, () => sweepWorkDirectories(root));
    expect(swept).toBe(0);
    expect(await readdir(root)).toEqual(['of somebody else']);
  });

  /** A directory as another process leaves it behind. */
  async function leftBehind(change: (name: string) => string): Promise<string> {
    let left = '';
    await withWorkDirectory(root, NEEDS, async (directory) => {
      left = change(directory);
      await rename(directory, left);
      await writeFile(join(left, 'chunk.wav'), 'sound');
    });
    return left;
  }

  it('of dead processes are swept', async () => {
    const gone = spawn(process.execPath, ['-e', '']);
    await once(gone, 'close');
    await leftBehind((name) => name.replace(`.${process.pid}.`, `.${gone.pid}.`));
    expect(await sweepWorkDirectories(root)).toBe(1);
    expect(await readdir(root)).toEqual([]);
  });

  it('of a dead process are swept although a later one has its id', async () => {
    await leftBehind((name) => name.replace(new RegExp(`\\.${process.pid}\\.\\d+\\.`), `.${process.pid}.1.`));
    expect(await sweepWorkDirectories(root)).toBe(1);
  });

  it('of another machine are swept only when they have shown no sign of life for a quarter of an hour', async () => {
    const left = await leftBehind((name) => name.replace(/steno-work\.[0-9a-f]{12}/, 'steno-work.000000000000'));
    expect(await sweepWorkDirectories(root)).toBe(0);
    const longAgo = new Date(Date.now() - 16 * 60_000);
    await utimes(left, longAgo, longAgo);
    expect(await sweepWorkDirectories(root)).toBe(1);
  });
});
