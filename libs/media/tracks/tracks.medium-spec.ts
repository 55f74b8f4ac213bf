import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AUDIO_FORMATS } from '../audio-format.js';
import { openStudio, type Studio } from '../media.fixture.js';
import { SAMPLE_RATE, WAV_HEADER_BYTES } from '../wav.js';
import { alignTracks } from './align-tracks.js';
import { type Recorded, recordScene, type Scene, soundFileOf, speakSentences, type SpokenLine } from './conversation.fixture.js';
import { hushBleed } from './hush-bleed.js';
import type { SoundFile } from './sound-file.js';
import { type TrackSource, TracksService } from './tracks.service.js';

jest.setTimeout(120_000);

const SCENE: Scene = { seed: 1, lines: 8, lag: 0.4, bleedDecibels: -10, noise: 10, room: 0 };

let studio: Studio;
let voices: Float64Array[][];
let takes = 0;

beforeAll(async () => {
  studio = await openStudio();
  voices = await speakSentences();
});
afterAll(() => studio.close());

/** Plays a scene, takes it apart, and tells what became of each line in the first track, in decibels. */
async function heard(
  scene: Partial<Scene>,
): Promise<{ lagError: number; drift: number; bySound: boolean; own: number[]; bled: number[] }> {
  const { lines, tracks } = recordScene(voices, { ...SCENE, ...scene });
  const name = `take-${takes++}`;
  const [first, second] = [
    await soundFileOf(studio.folder, `${name}-a.wav`, tracks[0]),
    await soundFileOf(studio.folder, `${name}-b.wav`, tracks[1]),
  ];
  const alignment = await alignTracks(first, second);
  const before = await Promise.all(lines.map((line) => loudness(first, line)));
  if (alignment.bySound) await hushBleed(first, second, alignment);
  const changes = await Promise.all(lines.map(async (line, index) => (await loudness(first, line)) - (before[index] ?? 0)));
  await Promise.all([first.close(), second.close()]);
  return {
    lagError: Math.abs(alignment.lagSeconds - (scene.lag ?? SCENE.lag)),
    drift: alignment.drift,
    bySound: alignment.bySound,
    own: changes.filter((_, index) => lines[index]?.speaker === 0),
    bled: changes.filter((_, index) => lines[index]?.speaker === 1 && alone({ lines }, index)),
  };
}

/** Whether nobody else speaks during a line, and right before and after. */
function alone({ lines }: Pick<Recorded, 'lines'>, index: number): boolean {
  const line = lines[index];
  return (
    line !== undefined && !lines.some((other, at) => at !== index && other.start < line.end + 0.2 && other.end > line.start - 0.2)
  );
}

async function loudness(sound: SoundFile, { start, end }: SpokenLine): Promise<number> {
  const samples = await sound.read(Math.round(start * SAMPLE_RATE), Math.round((end - start) * SAMPLE_RATE));
  return 10 * Math.log10(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length + 1e-6);
}

describe('two recordings of one conversation', () => {
  for (const [what, faintest, scene] of [
    ['a bleed of -3 dB, 3 ms late', -15, { seed: 2, bleedDecibels: -3, lag: 0.003 }],
    ['a bleed of -20 dB, 2 s late', -15, { seed: 3, bleedDecibels: -20, lag: 2 }],
    // What a room adds to a voice is not the voice any more; the lines that remain of it are recognised by their words.
    ['a room, the second recording begun before the first', -4, { seed: 4, room: 0.3, lag: -1.3 }],
  ] as const) {
    it(`are aligned and rid of ${what}`, async () => {
      const { lagError, bySound, own, bled } = await heard(scene);
      expect(bySound).toBe(true);
      expect(lagError).toBeLessThan(0.001);
      expect(own.filter((change) => Math.abs(change) > 1)).toEqual([]);
      expect(bled.length).toBeGreaterThan(0);
      expect(bled.filter((change) => change > faintest)).toEqual([]);
    });
  }

  it('are left as they are where neither hears the other', async () => {
    const { bySound, own, bled } = await heard({ seed: 5, bleedDecibels: null });
    expect(bySound).toBe(false);
    expect([...own, ...bled].filter((change) => change !== 0)).toEqual([]);
  });

  it('are aligned when their clocks part by 50 millionths', async () => {
    const { lagError, drift } = await heard({ seed: 6, lines: 110, drift: 50e-6, bleedDecibels: -6 });
    expect(drift).toBeCloseTo(50e-6, 5);
    expect(lagError).toBeLessThan(0.002);
  });
});

describe('TracksService', () => {
  async function sourcesOf(recorded: Recorded): Promise<[TrackSource, TrackSource]> {
    const paths = await Promise.all(
      recorded.tracks.map(async (track, index) => {
        const raw = await soundFileOf(studio.folder, `source-${takes++}-${index}.wav`, track);
        await raw.finish();
        return studio.record(`source-${takes++}.${index === 0 ? 'flac' : 'mp3'}`, '-i', raw.path);
      }),
    );
    const [first = '', second = ''] = paths;
    return [
      { path: first, format: AUDIO_FORMATS.flac, channel: null },
      { path: second, format: AUDIO_FORMATS.mp3, channel: null },
    ];
  }

  async function work(): Promise<{ workDirectory: string }> {
    const workDirectory = join(studio.folder, `work-${takes++}`);
    await mkdir(workDirectory);
    return { workDirectory };
  }

  it('gives each track a file of its own and its place in time', async () => {
    const sources = await sourcesOf(recordScene(voices, { ...SCENE, seed: 7, lines: 4, lag: 1.5 }));
    const tracks = await new TracksService(studio.config, studio.programs).separate(sources, null, await work());
    expect(tracks.map(({ startsAtSeconds }) => startsAtSeconds)).toEqual([0, expect.closeTo(1.5, 1)]);
    for (const { path, seconds, loudness: levels, damaged } of tracks) {
      expect((await readFile(path)).length).toBe(WAV_HEADER_BYTES + Math.round(seconds * SAMPLE_RATE) * 2);
      expect(levels).toHaveLength(Math.ceil(seconds * 10 - 1e-6));
      expect(damaged).toBe(false);
    }
  });

  it('takes the channels of one recording apart', async () => {
    const path = await studio.record('two.wav', '-f', 'lavfi', '-i', 'aevalsrc=0.3*sin(600*t)|0:d=3', '-ar', '16000');
    const source = { path, format: AUDIO_FORMATS.wav };
    const tracks = await new TracksService(studio.config, studio.programs).separate(
      [
        { ...source, channel: 0 },
        { ...source, channel: 1 },
      ],
      null,
      await work(),
    );
    expect(tracks.map(({ loudness: levels }) => levels[15])).toEqual([expect.closeTo(213, -1), 0]);
  });

  it('mixes both for playback, each at its time', async () => {
    const beep = (name: string, hertz: number): Promise<string> =>
      studio.record(name, '-f', 'lavfi', '-i', `sine=f=${hertz}:d=1`, '-ar', '16000');
    const [low, high] = [await beep('low.flac', 300), await beep('high.flac', 900)];
    const source = { format: AUDIO_FORMATS.flac, channel: null };
    const alignment = { lagSeconds: 2, drift: 0, bySound: true };
    const pieces: Buffer[] = [];
    const mix = new TracksService(studio.config, studio.programs).mix(
      { ...source, path: low },
      { ...source, path: high },
      alignment,
    );
    for await (const piece of mix) pieces.push(piece);
    // 64 kbit/s for 3 seconds.
    expect(Math.abs(Buffer.concat(pieces).length - 24_000)).toBeLessThan(1_000);
  });

  it('fails to mix what breaks off, rather than giving a part of it', async () => {
    const [first, second] = await sourcesOf(recordScene(voices, { ...SCENE, lines: 2 }));
    const mix = new TracksService(studio.config, studio.programs).mix({ ...first, format: AUDIO_FORMATS.mp4 }, second, {
      lagSeconds: 0,
      drift: 0,
      bySound: false,
    });
    const all = async (): Promise<void> => {
      for await (const piece of mix) expect(piece.length).toBeGreaterThan(0);
    };
    await expect(all()).rejects.toMatchObject({ code: 'unreadable_audio' });
  });
});
