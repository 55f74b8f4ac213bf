import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readContents, refuseChanged, stampOf, StillChanging } from './files.ts';
import { Journal } from './journal.ts';
import { Outputs } from './outputs.ts';
import type { Source } from './sources.ts';
import { scriptedWorld } from './world.fixture.ts';
import { WatchMemory } from './watch-memory.ts';

const SERVER = 'https://steno.example.com';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'steno-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a journal', () => {
  it('gives what was set last, also to the next run', async () => {
    const path = join(folder, 'deep', 'journal.jsonl');
    const first = await Journal.open<number>(path);
    await first.set('a', 1);
    await first.set('b', 2);
    await first.set('a', 3);
    await first.set('b', null);
    expect([first.get('a'), first.get('b')]).toEqual([3, undefined]);
    const second = await Journal.open<number>(path);
    expect([second.get('a'), second.get('b')]).toEqual([3, undefined]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('survives a line that was cut off, and what is written after it', async () => {
    const path = join(folder, 'cut.jsonl');
    const first = await Journal.open<string>(path);
    await first.set('a', 'one');
    await first.set('b', 'two');
    truncateSync(path, readFileSync(path).length - 4);
    const second = await Journal.open<string>(path);
    expect([second.get('a'), second.get('b')]).toEqual(['one', undefined]);
    await second.set('c', 'three');
    const third = await Journal.open<string>(path);
    expect([third.get('a'), third.get('c')]).toEqual(['one', 'three']);
  });
});

describe('the memory of a folder', () => {
  const world = (): ReturnType<typeof scriptedWorld> => scriptedWorld({ XDG_STATE_HOME: join(folder, 'state') });
  const { signal } = new AbortController();

  it('knows recordings by what they hold', async () => {
    const memory = await WatchMemory.open(world(), SERVER, folder);
    writeFileSync(join(folder, 'one.wav'), 'sound');
    writeFileSync(join(folder, 'two.wav'), 'sound');
    const hash = async (name: string): Promise<string> => (await memory.read(join(folder, name), signal)).sha256;
    const [one, two] = [await hash('one.wav'), await hash('two.wav')];
    expect(one).toBe(two);
    await memory.remember(one, { state: 'done', transcriptionId: 't1', output: 'one.txt' });
    const later = await WatchMemory.open(world(), SERVER, folder);
    expect(later.recall(two)).toEqual({ state: 'done', transcriptionId: 't1', output: 'one.txt' });
    expect((await WatchMemory.open(world(), 'https://other.example.com', folder)).recall(one)).toBeUndefined();
  });

  it('reads a file again when it changed', async () => {
    const memory = await WatchMemory.open(world(), SERVER, folder);
    const path = join(folder, 'growing.wav');
    const hash = async (): Promise<string> => (await memory.read(path, signal)).sha256;
    writeFileSync(path, 'a');
    const before = await hash();
    expect(await hash()).toBe(before);
    appendFileSync(path, 'b');
    const after = await hash();
    expect(after).not.toBe(before);
    writeFileSync(path, 'ac');
    utimesSync(path, new Date(), new Date(Date.now() + 5_000));
    expect(await hash()).not.toBe(after);
  });

  it('gives the same key for the same request, in every run', async () => {
    const [first, second] = [await WatchMemory.open(world(), SERVER, folder), await WatchMemory.open(world(), SERVER, folder)];
    expect(second.keyOf('sha', 'order')).toBe(first.keyOf('sha', 'order'));
    expect(second.keyOf('sha', 'order', 'r1')).not.toBe(first.keyOf('sha', 'order'));
    expect(second.keyOf('other', 'order')).not.toBe(first.keyOf('sha', 'order'));
  });
});

describe('a file that changes while it is read', () => {
  it('is not taken for what it was', async () => {
    const path = join(folder, 'written.wav');
    writeFileSync(path, '');
    // Many pieces, so that it is not read to its end before these looks are done.
    truncateSync(path, 64 * 1024 * 1024);
    const reading = readContents(path);
    for (let looks = 0; looks < 5; looks += 1) await stampOf(path);
    appendFileSync(path, 'b');
    await expect(reading).rejects.toThrow(StillChanging);
    truncateSync(path, 5);
    const contents = await readContents(path);
    await refuseChanged(path, contents);
    appendFileSync(path, 'b');
    await expect(refuseChanged(path, contents)).rejects.toThrow(StillChanging);
  });
});

describe('outputs', () => {
  const file = (at: string): Source => ({ kind: 'file', at, name: at.split('/').at(-1) ?? '' });

  it('go beside their recordings, to a folder, or to a file', async () => {
    const beside = await Outputs.of(undefined, 'srt', folder, 2);
    expect(beside.pathFor(file('/sound/meeting.opus'))).toBe('/sound/meeting.srt');
    expect(beside.pathFor({ kind: 'url', at: 'https://example.com/a.mp3', name: 'a.mp3' })).toBe(join(folder, 'a.srt'));
    expect((await Outputs.of('out', 'text', folder, 2)).pathFor(file('/sound/a.b.wav'))).toBe(join(folder, 'out', 'a.b.txt'));
    expect((await Outputs.of(folder, 'md', '/', 1)).pathFor(file('/sound/a.wav'))).toBe(join(folder, 'a.md'));
    expect((await Outputs.of('a.vtt', 'vtt', folder, 1)).pathFor(file('/sound/b.wav'))).toBe(join(folder, 'a.vtt'));
  });

  it('of one run never go to one file, nor over a recording', async () => {
    const outputs = await Outputs.of('out', 'srt', '/', 3);
    const paths = ['/a/x.wav', '/a/x.mp3', '/b/x.mp3'].map((at) => outputs.pathFor(file(at)));
    expect(paths).toEqual(['/out/x.srt', '/out/x.mp3.srt', '/out/x.mp3-2.srt']);
    expect((await Outputs.of(undefined, 'srt', '/', 1)).pathFor(file('/a/x.srt'))).toBe('/a/x.srt.srt');
  });
});
