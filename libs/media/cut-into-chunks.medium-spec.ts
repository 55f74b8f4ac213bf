import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { childProcesses, failureOf, formatOf, openStudio, type Studio } from './media.fixture.js';
import type { CutRecording } from './media.service.js';
import type { Chunk, ChunkLimits } from './recording-cutter.js';
import type { Span } from './speech-map.js';
import { WAV_HEADER_BYTES } from './wav.js';

const LIMITS: ChunkLimits = { targetSeconds: 20, maxSeconds: 30, maxBytes: 26_000_000 };
const SENTENCES = [
  'the house was built by a man from the north',
  'seven people came to the meeting this morning',
  'nobody knew where the papers had been left',
  'we shall begin again after the summer',
  'the price of bread has fallen since march',
  'she asked for a glass of water and a chair',
];

// Speaking and encoding what is tested takes a while on a busy machine.
jest.setTimeout(30_000);

type Heard = Chunk & { sound: Buffer };

describe('MediaService.cutIntoChunks', () => {
  let studio: Studio;
  /** Sentences spoken by flite, each followed by 0.6 s of silence; where each is. */
  let spoken: { path: string; sentences: Span[] };

  beforeAll(async () => {
    studio = await openStudio({ MAX_RECORDING_SECONDS: '100' });
    await mkdir(studio.workDirectory);
    spoken = await speak(studio);
  }, 30_000);
  afterEach(async () => {
    expect(await readdir(studio.workDirectory)).toEqual([]);
    expect(await childProcesses()).toEqual([]);
  });
  afterAll(() => studio.close());

  async function cut(path: string, limits = LIMITS, onChunk?: (chunk: Chunk) => Promise<void>, signal?: AbortSignal) {
    const chunks: Heard[] = [];
    const keep = async (chunk: Chunk): Promise<void> => {
      chunks[chunk.index] = { ...chunk, sound: await readFile(chunk.path) };
      await onChunk?.(chunk);
    };
    const options = { signal, workDirectory: studio.workDirectory };
    const recording: CutRecording = await studio.media.cutIntoChunks(path, await formatOf(path), limits, keep, options);
    return { ...recording, chunks };
  }

  function expectWithin({ startSeconds, endSeconds, bytes, sound }: Heard, limits: ChunkLimits): void {
    expect(endSeconds - startSeconds).toBeLessThanOrEqual(limits.maxSeconds);
    expect(bytes).toBeLessThanOrEqual(limits.maxBytes);
    expect(sound).toHaveLength(bytes);
    expect(sound.readUInt32LE(40)).toBe(bytes - WAV_HEADER_BYTES);
    expect(Math.round((endSeconds - startSeconds) * 32_000)).toBe(bytes - WAV_HEADER_BYTES);
  }

  /** Speech in which every pause is filled by a tone that swells and fades. */
  function withoutPauses(): Promise<string> {
    const tone = ['-f', 'lavfi', '-i', 'aevalsrc=0.2*sin(1500*t)*(1+0.9*sin(9*t)):s=16000:d=70'];
    return studio.record('breathless.wav', '-t', '70', '-i', spoken.path, ...tone, '-filter_complex', 'amix=normalize=0');
  }

  it.each([LIMITS, { targetSeconds: 5, maxSeconds: 6, maxBytes: 1e9 }, { targetSeconds: 60, maxSeconds: 60, maxBytes: 300_000 }])(
    'cuts in pauses, keeps every sample, and stays within %j',
    async (limits) => {
      const { chunks, seconds, chunkCount, soundSha256 } = await cut(spoken.path, limits);
      expect(chunkCount).toBe(chunks.length);
      expect(chunks.map(({ index }) => index)).toEqual(chunks.map((_, index) => index));
      for (const chunk of chunks) {
        expectWithin(chunk, limits);
        expect(chunk.overlapSeconds).toBe(0);
      }
      const joined = Buffer.concat(chunks.map(({ sound }) => sound.subarray(WAV_HEADER_BYTES)));
      const whole = await studio.record('whole.raw', '-i', spoken.path, '-f', 's16le');
      expect(joined.equals(await readFile(whole))).toBe(true);
      expect(soundSha256).toBe(createHash('sha256').update(joined).digest('hex'));
      expect(seconds).toBe(joined.length / 32_000);
      const cuts = chunks.slice(1).map(({ startSeconds }) => startSeconds);
      expect(cuts.length).toBeGreaterThan(0);
      for (const at of cuts) expect(spoken.sentences.some(({ start, end }) => at > start + 0.05 && at < end - 0.05)).toBe(false);
    },
  );

  it.each([LIMITS, { targetSeconds: 8, maxSeconds: 9, maxBytes: 200_000 }])(
    'lets chunks overlap where there is no pause, and stays within %j',
    async (limits) => {
      const { chunks } = await cut(await withoutPauses(), limits);
      expect(chunks.length).toBeGreaterThan(2);
      expect(chunks[0]).toMatchObject({ startSeconds: 0, overlapSeconds: 0 });
      for (const [index, chunk] of chunks.entries()) {
        expectWithin(chunk, limits);
        const before = chunks[index - 1];
        if (before === undefined) continue;
        expect(chunk.overlapSeconds).toBeGreaterThanOrEqual(Math.min(3, limits.targetSeconds * 0.5 * 0.25 * 0.6) - 0.02);
        expect(chunk.overlapSeconds).toBeLessThanOrEqual(5);
        expect(chunk.startSeconds).toBeCloseTo(before.endSeconds - chunk.overlapSeconds, 6);
        const shared = Math.round(chunk.overlapSeconds * 32_000);
        const head = chunk.sound.subarray(WAV_HEADER_BYTES, WAV_HEADER_BYTES + shared);
        expect(head.equals(before.sound.subarray(-shared))).toBe(true);
      }
      const parts = chunks.map(({ sound, overlapSeconds }) =>
        sound.subarray(WAV_HEADER_BYTES + Math.round(overlapSeconds * 32_000)),
      );
      const whole = await studio.record('whole.raw', '-i', join(studio.folder, 'breathless.wav'), '-f', 's16le');
      expect(Buffer.concat(parts).equals(await readFile(whole))).toBe(true);
    },
  );

  it.each([
    ['as it is', 'anull'],
    ['scaled by −40 dB', 'volume=-40dB'],
  ])('marks all speech, and silence before and after it: %s', async (_name, filter) => {
    const path = await studio.record('quiet.wav', '-t', '30', '-i', spoken.path, '-af', `${filter},adelay=5000,apad=pad_dur=5`);
    const { speech, seconds } = await cut(path);
    const sentences = spoken.sentences
      .filter(({ end }) => end < 30)
      .map(({ start, end }) => ({ start: start + 5, end: end + 5 }));
    for (const sentence of sentences) expect([sentence, covered(sentence, speech)]).toEqual([sentence, true]);
    expect(speech[0]?.start).toBeGreaterThan(4.5);
    expect(speech.at(-1)?.end).toBeLessThan(seconds - 4);
  });

  it('marks speech 7 dB over noise, and the noise alone not', async () => {
    const noise = ['-f', 'lavfi', '-i', 'anoisesrc=color=white:sample_rate=16000:amplitude=0.004:seed=5'];
    const mix = '[0:a]atrim=0:30,volume=-26dB,adelay=8000,apad=pad_dur=8[v];[v][1:a]amix=duration=first:normalize=0';
    const path = await studio.record('noisy.wav', '-i', spoken.path, ...noise, '-filter_complex', mix);
    const { speech, seconds } = await cut(path);
    const sentences = spoken.sentences
      .filter(({ end }) => end < 30)
      .map(({ start, end }) => ({ start: start + 8, end: end + 8 }));
    for (const { start, end } of sentences) {
      const middle = { start: start + 0.3, end: end - 0.3 }; // first and last consonants drown in the noise
      expect([middle, covered(middle, speech)]).toEqual([middle, true]);
    }
    expect(speech[0]?.start).toBeGreaterThan(7);
    expect(speech.at(-1)?.end).toBeLessThan(seconds - 7);
  });

  const shared = resolve('..', 'shared', 'data', 'audio');
  (existsSync(shared) ? it : it.skip).each(['en-jfk.wav', 'en-librivox-0870.wav', 'en-weather.wav', 'en-brooklyn.flac'])(
    'marks a real voice at −40 dB as it does at its full level: %s',
    async (name) => {
      const loud = await studio.record('loud.wav', '-i', join(shared, name), '-ar', '16000', '-ac', '1');
      const quiet = await studio.record('quiet.wav', '-i', loud, '-af', 'volume=-40dB');
      const [atFull, atMinus40] = [await cut(loud), await cut(quiet)];
      for (const { start, end } of atFull.speech) {
        const core = { start: start + 0.2, end: end - 0.2 }; // without the margins
        expect([core, covered(core, atMinus40.speech)]).toEqual([core, true]);
      }
    },
  );

  it('gives silence in chunks without speech', async () => {
    const path = await studio.record('silence.mp3', '-f', 'lavfi', '-i', 'anullsrc=r=16000:cl=mono', '-t', '45');
    const { chunks, speech, damaged } = await cut(path);
    expect(chunks.map((chunk) => chunk.speech)).toEqual([[], []]);
    expect({ speech, damaged }).toEqual({ speech: [], damaged: false });
  });

  it('goes on while chunks are worked on, with three at most, and deletes each then', async () => {
    let atWork = 0;
    let mostAtWork = 0;
    let mostFiles = 0;
    const { promise: threeAtWork, resolve: gather } = Promise.withResolvers<void>();
    const { chunks } = await cut(spoken.path, { targetSeconds: 5, maxSeconds: 6, maxBytes: 1e9 }, async ({ path }) => {
      mostAtWork = Math.max(mostAtWork, ++atWork);
      if (atWork === 3) gather();
      await threeAtWork;
      await delay(10); // for a fourth, if it were begun
      expect((await stat(path)).isFile()).toBe(true);
      mostFiles = Math.max(mostFiles, (await readdir(studio.workDirectory)).length);
      atWork--;
    });
    expect(chunks.length).toBeGreaterThan(8);
    expect(mostAtWork).toBe(3);
    expect(mostFiles).toBeLessThanOrEqual(5);
  });

  it('stops at once on abort, in the middle of a chunk too, and hands over nothing more', async () => {
    const abort = new AbortController();
    let handedOver = 0;
    const call = cut(
      spoken.path,
      LIMITS,
      async () => {
        handedOver++;
        abort.abort(new Error('the transcription was cancelled'));
        await delay(20);
      },
      abort.signal,
    );
    await expect(call).rejects.toThrow('the transcription was cancelled');
    expect(handedOver).toBe(1);
  });

  it('fails as the caller fails', async () => {
    await expect(cut(spoken.path, LIMITS, () => Promise.reject(new Error('the store is full')))).rejects.toThrow(
      'the store is full',
    );
  });

  it('stops what is longer than allowed while decoding it, whatever its header says', async () => {
    const path = await studio.record('long.flac', '-f', 'lavfi', '-i', 'anullsrc=r=8000:cl=mono', '-t', '3600');
    const started = performance.now();
    await expect(cut(path)).rejects.toMatchObject({
      code: 'recording_too_long',
      message: 'The recording lasts more than 1 min 40 s and at most 1 min 40 s are accepted. Cut it into shorter recordings.',
    });
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('counts what is there, and says damaged, when a recording ends before it says', async () => {
    const whole = await readFile(await studio.record('whole.mp3', '-i', spoken.path, '-t', '20'));
    const path = join(studio.folder, 'truncated.mp3');
    await writeFile(path, whole.subarray(0, whole.length / 2));
    const { seconds, damaged } = await cut(path);
    expect(seconds).toBeCloseTo(10, 0);
    expect(damaged).toBe(true);
  });

  it('says damaged when parts in the middle cannot be decoded', async () => {
    const path = await studio.record('scratched.flac', '-i', spoken.path, '-t', '20');
    expect(await cut(path)).toMatchObject({ damaged: false });
    const bytes = await readFile(path);
    bytes.fill(0, 100_000, 120_000);
    await writeFile(path, bytes);
    expect(await cut(path)).toMatchObject({ damaged: true });
  });

  it('refuses what holds no sound', async () => {
    const path = join(studio.folder, 'none.mp3');
    await writeFile(path, Buffer.concat([Buffer.from([0xff, 0xfb, 0x90, 0x64]), Buffer.alloc(3000)]));
    expect(await failureOf(cut(path))).toBe('unreadable_audio');
  });

  it('refuses limits that leave no room for a chunk', async () => {
    await expect(cut(spoken.path, { ...LIMITS, maxBytes: 1000 })).rejects.toThrow(RangeError);
  });
});

function covered({ start, end }: Span, speech: Span[]): boolean {
  return speech.some((span) => span.start <= start && span.end >= end);
}

/** Says the sentences again and again, with 0.6 s of silence after each. */
async function speak(studio: Studio): Promise<{ path: string; sentences: Span[] }> {
  const takes: Buffer[] = [];
  for (const [index, sentence] of SENTENCES.entries()) {
    const source = ['-f', 'lavfi', '-i', `flite=text='${sentence}':voice=kal`];
    // flite begins and ends with silence of its own.
    const trim = 'silenceremove=1:0:-50dB,areverse,silenceremove=1:0:-50dB,areverse';
    takes.push(await readFile(await studio.record(`${index}.raw`, ...source, '-af', trim, '-ar', '16000', '-f', 's16le')));
  }
  const pause = Buffer.alloc(0.6 * 32_000);
  const sentences: Span[] = [];
  const sound: Buffer[] = [];
  let seconds = 0;
  for (const take of [...takes, ...takes, ...takes, ...takes]) {
    sentences.push({ start: seconds, end: seconds + take.length / 32_000 });
    sound.push(take, pause);
    seconds += (take.length + pause.length) / 32_000;
  }
  const raw = join(studio.folder, 'spoken.raw');
  await writeFile(raw, Buffer.concat(sound));
  return { path: await studio.record('spoken.wav', '-f', 's16le', '-ar', '16000', '-ac', '1', '-i', raw), sentences };
}
