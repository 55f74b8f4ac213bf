import { readFile, stat } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { formatOf, openStudio, type Studio } from '../media.fixture.js';
import { Pieces } from '../pieces.js';
import { countedSeconds } from './counted-seconds.js';

const SECONDS = 3;
const TONE = ['-f', 'lavfi', '-i', `sine=frequency=300:duration=${SECONDS}:sample_rate=16000`];
/** What encoders add, and some decoders take away again. */
const MOST_PADDING_SECONDS = 0.15;
const PICTURE = ['-f', 'lavfi', '-i', `color=size=64x64:duration=${SECONDS}:rate=5`];
const OPUS = ['-c:a', 'libopus', '-b:a', '24k'];

jest.setTimeout(60_000);

describe('the seconds counted in a file', () => {
  let studio: Studio;
  beforeAll(async () => {
    studio = await openStudio();
  });
  afterAll(() => studio.close());

  async function decodedSeconds(path: string): Promise<number> {
    const raw = await studio.record(`decoded-${Math.random()}.raw`, '-i', path, '-f', 's16le', '-ac', '1', '-ar', '16000');
    return (await stat(raw)).size / 32_000;
  }

  async function counted(path: string, file?: Buffer): Promise<number | null> {
    return countedSeconds(new Pieces([Buffer.from(file ?? (await readFile(path)))]), await formatOf(path));
  }

  const FORMS = [
    ['tone.wav', []],
    ['tone.mp3', []],
    ['tone.opus', OPUS],
    ['tone.m4a', []],
    ['for the web.m4a', ['-movflags', 'faststart']],
    ['in fragments.m4a', ['-movflags', 'frag_keyframe+empty_moov', '-f', 'ipod']],
    ['tone.ogg', ['-c:a', 'libvorbis']],
    ['tone.flac', []],
    ['tone.webm', OPUS],
    ['recorded live.webm', [...OPUS, '-live', '1']],
  ] as const;

  it.each(FORMS)('are those that decoding gives: %s', async (name, options) => {
    const path = await studio.record(name, ...TONE, ...options);
    const seconds = await counted(path);
    expect(Math.abs((seconds ?? NaN) - (await decodedSeconds(path)))).toBeLessThan(MOST_PADDING_SECONDS);
    expect(seconds).toBeGreaterThanOrEqual(SECONDS - 0.001);
  });

  it.each(FORMS.slice(3))('are not told by two files in one, nor by one that is cut off: %s', async (name, options) => {
    const path = await studio.record(name, ...TONE, ...options);
    const file = await readFile(path);
    expect(await counted(path, Buffer.concat([file, file]))).toBeNull();
    const cut = await counted(path, file.subarray(0, -1_000));
    // The last frame of FLAC is as long as its head says.
    if (name.endsWith('.flac')) expect(cut).toBeLessThan(SECONDS);
    else expect(cut).toBeNull();
  });

  it('are not told by a table that leaves samples out', async () => {
    const path = await studio.record('table.m4a', ...TONE);
    const file = await readFile(path);
    const times = file.indexOf('stts');
    file.writeUInt32BE(Math.floor(file.readUInt32BE(times + 12) / 2), times + 12);
    expect(await counted(path, file)).toBeNull();
  });

  it('are not told by times that do not go with the samples', async () => {
    const path = await studio.record('times.m4a', ...TONE);
    const file = await readFile(path);
    const times = file.indexOf('stts');
    file.writeUInt32BE(2_048, times + 16);
    expect(await counted(path, file)).toBeNull();
  });

  it('heed no length that a header says', async () => {
    const path = await studio.record('header.flac', ...TONE);
    const file = await readFile(path);
    // STREAMINFO: 36 bits for the samples (RFC 9639 §8.2).
    file.writeUInt32BE(16_000, 8 + 14);
    expect(await counted(path, file)).toBeCloseTo(SECONDS);
  });

  it('are not told where there is a picture, or a second track', async () => {
    const moving = await studio.record('moving.mp4', ...PICTURE, ...TONE, '-shortest');
    const two = await studio.record('two.m4a', ...TONE, ...TONE, '-map', '0', '-map', '1');
    expect(await counted(moving)).toBeNull();
    expect(await counted(two)).toBeNull();
  });

  it('are not told by an AAC of another kind', async () => {
    expect(await counted(await studio.record('plain.aac', ...TONE))).toBeNull();
  });
});
