import { existsSync, readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { AUDIO_FORMATS } from './audio-format.js';
import { childProcesses, failureOf, formatOf, openStudio, type Studio } from './media.fixture.js';
import { wavHeader } from './wav.js';

const TONE = ['-f', 'lavfi', '-i', 'sine=frequency=300:duration=1.5'];
const PICTURE = ['-f', 'lavfi', '-i', 'color=size=64x64:duration=2:rate=5'];

// Encoding what is tested takes a while on a busy machine.
jest.setTimeout(60_000);

describe('MediaService.probe', () => {
  let studio: Studio;
  beforeAll(async () => {
    studio = await openStudio();
  });
  afterAll(async () => {
    await studio.close();
    expect(await childProcesses()).toEqual([]);
  });

  async function probe(path: string): Promise<unknown> {
    return studio.media.probe(path, await formatOf(path));
  }

  it.each([
    ['mp3', 'mp3', []],
    ['wav', 'pcm_s16le', []],
    ['mp4', 'aac', []],
    ['m4a', 'aac', []],
    ['aac', 'aac', []],
    ['ogg', 'vorbis', ['-c:a', 'libvorbis']],
    ['opus', 'opus', ['-ar', '48000']],
    ['flac', 'flac', []],
    ['webm', 'opus', ['-ar', '48000', '-ac', '2']],
  ])('reads %s', async (container, codec, options) => {
    const path = await studio.record(`tone.${container}`, ...TONE, ...options);
    expect(await formatOf(path)).toMatchObject({ container });
    const facts = { codec, sampleRate: container === 'opus' || container === 'webm' ? 48_000 : 44_100, hasVideo: false };
    expect(await probe(path)).toMatchObject({ ...facts, channels: container === 'webm' ? 2 : 1 });
  });

  it('takes a claim for what it is, and no claim where the header has none', async () => {
    const claimed = await studio.record('claimed.mp3', ...TONE);
    const silent = await studio.record('no-claim.mp3', ...TONE, '-write_xing', '0');
    expect(await probe(claimed)).toMatchObject({ claimedSeconds: expect.closeTo(1.5, 0) });
    expect(await probe(silent)).toMatchObject({ claimedSeconds: null });
  });

  it('tells a video from a song with a cover', async () => {
    expect(await probe(await studio.record('video.mp4', ...TONE, ...PICTURE, '-shortest'))).toMatchObject({ hasVideo: true });
    const cover = ['-map', '0', '-map', '1', '-frames:v', '1', '-c:v', 'mjpeg', '-disposition:v', 'attached_pic'];
    expect(await probe(await studio.record('cover.mp3', ...TONE, ...PICTURE, ...cover))).toMatchObject({ hasVideo: false });
  });

  it('refuses video without sound', async () => {
    const path = await studio.record('mute.mp4', ...PICTURE);
    await expect(probe(path)).rejects.toMatchObject({
      code: 'no_audio_stream',
      message: expect.stringContaining('holds video but no sound'),
    });
  });

  it('refuses what only looks like a recording', async () => {
    const whole = await readFile(await studio.record('whole.m4a', ...TONE));
    const cases: Record<string, Uint8Array> = {
      'cut.m4a': whole.subarray(0, whole.length / 2),
      'noise.mp3': Buffer.concat([Buffer.from([0xff, 0xfb, 0x90, 0x64]), Buffer.from('no sound at all '.repeat(500))]),
      'tag.mp3': Buffer.concat([Buffer.from('ID3\x04\0\0\0\0\0\x0a'), Buffer.from('#EXTM3U\nfile:///etc/passwd\n')]),
    };
    for (const [name, bytes] of Object.entries(cases)) {
      const path = join(studio.folder, name);
      await writeFile(path, bytes);
      expect([name, await failureOf(probe(path))]).toEqual([name, 'unreadable_audio']);
    }
  });

  it('refuses sound shorter than a tenth of a second', async () => {
    expect(await failureOf(probe(await studio.record('blip.wav', ...TONE, '-t', '0.05')))).toBe('recording_too_short');
  });

  it('refuses more than eight channels', async () => {
    const path = await studio.record('crowd.wav', ...TONE, '-af', 'aeval=' + Array<string>(10).fill('val(0)').join('|'));
    await expect(probe(path)).rejects.toMatchObject({
      code: 'too_many_channels',
      message: expect.stringContaining('10 channels'),
    });
  });

  it('refuses 24 hours of silence in a small FLAC without reading on, in hours', async () => {
    const path = await studio.record('bomb.flac', '-f', 'lavfi', '-i', 'anullsrc=r=8000:cl=mono', '-t', '86400', '-c:a', 'flac');
    const started = performance.now();
    await expect(probe(path)).rejects.toMatchObject({
      code: 'recording_too_long',
      message: 'The recording lasts 24 h and at most 12 h are accepted. Cut it into shorter recordings.',
    });
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  it.each([1, 7_999, 192_001])('refuses a WAV that claims %d Hz', async (rate) => {
    const path = join(studio.folder, `${rate}.wav`);
    const header = wavHeader(100_000);
    header.writeUInt32LE(rate, 24);
    await writeFile(path, Buffer.concat([header, Buffer.alloc(100_000)]));
    await expect(probe(path)).rejects.toMatchObject({
      code: 'unsupported_sample_rate',
      message: expect.stringContaining(`${rate} Hz`),
    });
  });

  it('reads no other file through a playlist, even where its first bytes were not looked at', async () => {
    const secret = await studio.record('secret.mp3', ...TONE);
    const texts = {
      hls: `#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile://${secret}\n#EXT-X-ENDLIST\n`,
      ffconcat: `ffconcat version 1.0\nfile '${secret}'\n`,
      sdp: 'v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 5004 RTP/AVP 0\r\n',
    };
    for (const [name, text] of Object.entries(texts)) {
      const path = join(studio.folder, `${name}.mp3`);
      await writeFile(path, text);
      expect(await failureOf(formatOf(path))).toBe('unsupported_format');
      for (const format of Object.values(AUDIO_FORMATS)) {
        expect([name, format.demuxer, await failureOf(studio.media.probe(path, format))]).toEqual([
          name,
          format.demuxer,
          'unreadable_audio',
        ]);
      }
    }
  });

  it('stops when it is told to', async () => {
    const path = await studio.record('stopped.mp3', ...TONE);
    const abort = new AbortController();
    const call = studio.media.probe(path, AUDIO_FORMATS.mp3, abort.signal);
    abort.abort(new Error('the upload was given up'));
    await expect(call).rejects.toThrow('the upload was given up');
  });

  it('says what to install where ffmpeg is missing', async () => {
    const path = await studio.record('fine.mp3', ...TONE);
    const bare = await openStudio({ FFMPEG_PATH: '/no/such/ffmpeg' });
    const call = bare.media.probe(path, AUDIO_FORMATS.mp3);
    await expect(call).rejects.toMatchObject({
      code: 'ffmpeg_missing',
      message: expect.stringContaining('apt-get install -y ffmpeg'),
    });
    await bare.close();
  });

  it('gives damaged files facts or a typed error within two seconds', async () => {
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
    const outcomes: unknown[] = [];
    for (const extension of ['mp3', 'wav', 'm4a', 'aac', 'ogg', 'opus', 'flac', 'webm']) {
      const whole = await readFile(await studio.record(`whole.${extension}`, ...TONE));
      const flipped = Buffer.from(whole);
      for (let flip = 0; flip < whole.length / 200; flip++) flipped.writeUInt8(random(256), random(whole.length));
      for (const [name, bytes] of [
        ['start', whole.subarray(0, whole.length / 10)],
        ['flipped', flipped],
        ['headless', Buffer.concat([Buffer.alloc(64), whole.subarray(64)])],
      ] as const) {
        const path = join(studio.folder, `${name}.${extension}`);
        await writeFile(path, bytes);
        const started = performance.now();
        const failure = await failureOf(probe(path));
        outcomes.push(failure);
        expect(performance.now() - started).toBeLessThan(2000);
      }
    }
    const known = [
      undefined,
      'unsupported_format',
      'unreadable_audio',
      'no_audio_stream',
      'recording_too_short',
      'recording_too_long',
      'unsupported_sample_rate',
      'too_many_channels',
    ];
    expect(outcomes.filter((outcome) => !known.some((code) => code === outcome))).toEqual([]);
  });

  const shared = resolve('..', 'shared', 'data', 'audio');
  (existsSync(shared) ? describe : describe.skip)('with the shared recordings', () => {
    const REFUSED: Record<string, string> = {
      'containers/fixture-json.webp': 'unsupported_format',
      'containers/fixture.3gp': 'unsupported_format',
      'containers/fixture.amr': 'unsupported_format',
      'containers/fixture.webm': 'recording_too_short',
      'malformed/ft-fixture-dash.mp4': 'unreadable_audio',
      'malformed/ft-fixture-isom.mp4': 'unreadable_audio',
      'malformed/ft-fixture-unknown-ogg.ogx': 'unreadable_audio',
      'malformed/mp3-ILL4_wrong_length1.mp3': 'unsupported_format',
      'malformed/mp3-id3v1-only.mp3': 'unreadable_audio',
      'malformed/sphinx-awful.wav': 'unsupported_sample_rate',
      'malformed/sphinx-evil.wav': 'unreadable_audio',
      'derived/empty.mp3': 'empty_file',
    };
    const folders = existsSync(shared) ? ['.', 'containers', 'malformed', 'derived'] : [];
    const files = folders.flatMap((folder) => readdirSync(join(shared, folder)).map((name) => join(folder, name)));

    it.each(files.filter((name) => /\.(?!json$)\w+$/.test(name)))('%s', async (name) => {
      const started = performance.now();
      expect(await failureOf(probe(join(shared, name)))).toBe(REFUSED[name]);
      expect(performance.now() - started).toBeLessThan(2000);
    });
  });
});
