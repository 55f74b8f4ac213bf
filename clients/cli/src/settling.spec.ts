import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FolderWatch } from './folder-watch.ts';
import { stays } from './settling.ts';

const { signal } = new AbortController();

let folder: string;
let path: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'steno-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a file', () => {
  const pauses: number[] = [];
  /** @param act what happens in a pause, by its number from 1 */
  const staysWhile = (act: (pause: number) => void): ReturnType<typeof stays> =>
    stays(path, 2_000, signal, async (milliseconds) => act(pauses.push(milliseconds)));

  beforeEach(() => {
    path = join(folder, 'a.wav');
    writeFileSync(path, 'sound');
    utimesSync(path, 1, 1);
    pauses.length = 0;
  });

  it('has settled when ten looks, all the time apart, find it the same', async () => {
    expect(await staysWhile(() => undefined)).toBe('settled');
    expect(pauses).toEqual(Array.from({ length: 10 }, () => 200));
  });

  it.each([
    ['grew', 'changed', () => appendFileSync(path, 's')],
    ['was written anew in the same size', 'changed', () => utimesSync(path, 1, 2)],
    ['was removed', 'gone', () => rmSync(path)],
  ])('that %s before the last look is %s', async (_, state, change) => {
    expect(await staysWhile((pause) => (pause === 10 ? change() : undefined))).toBe(state);
    expect(pauses).toHaveLength(10);
  });

  it('is no longer looked at once that is no longer wanted', async () => {
    await expect(stays(path, 3_600_000, AbortSignal.abort(new Error('Enough.')))).rejects.toThrow('aborted');
  });
});

describe('a folder', () => {
  const found: string[] = [];
  const failures: unknown[] = [];
  /** Files that are looked at wait here between two looks. */
  let waiting: (() => void)[];
  let watch: FolderWatch;

  const until = async (isSo: () => boolean, idle = (): void => undefined): Promise<void> => {
    while (!isSo()) {
      if (waiting.length === 0) idle();
      for (const look of waiting.splice(0)) look();
      await sleep(5);
    }
  };

  beforeEach(() => {
    const inbox = mkdtempSync(join(folder, 'inbox-'));
    path = join(inbox, 'deep', 'a.wav');
    mkdirSync(join(inbox, 'deep'));
    writeFileSync(path, 'sound');
    writeFileSync(join(inbox, 'notes.txt'), 'no sound');
    found.length = 0;
    waiting = [];
    const pause = (_: number, ended: AbortSignal): Promise<void> =>
      new Promise((resolve, reject) => {
        waiting.push(resolve);
        ended.addEventListener('abort', () => reject(ended.reason as Error));
      });
    watch = new FolderWatch(inbox, 1, { found: (file) => found.push(file), failed: (error) => failures.push(error), pause });
  });

  it('tells of a file that grows when the watching begins not before it has settled, and again when it changes', async () => {
    for (let piece = 0; piece < 25; piece += 1) {
      while (waiting.length === 0) await sleep(1);
      appendFileSync(path, 'more');
      for (const look of waiting.splice(0)) look();
    }
    expect(found).toEqual([]);
    await until(() => found.length === 1);
    await until(
      () => found.length === 2,
      () => appendFileSync(path, 'and more'),
    );
    expect(found).toEqual([path, path]);
    await watch.close();
  });

  it('tells nothing of a file that is gone, and ends quietly', async () => {
    while (waiting.length === 0) await sleep(1);
    rmSync(path);
    const other = join(path, '..', 'b.opus');
    writeFileSync(other, 'sound');
    await until(() => found.length > 0);
    expect(found).toEqual([other]);
    watch.look(other);
    await watch.close();
    expect(failures).toEqual([]);
  });
});
