import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SecondTracksService } from '#audio';
import type { SpokenTranscript } from '#testing/speech-doubles';
import { startTestWorker, type TestWorker } from './test-worker.js';

const MINE = 'good morning everyone let us begin with the numbers';
const THEIRS = 'the report will be ready before the end of the month';

let worker: TestWorker;
let microphone: string;
let computer: string;
const home = mkdtempSync(join(tmpdir(), 'steno-channels-'));

beforeAll(async () => {
  // One call at a time, so that the scripted answers go to the channels in their order.
  worker = await startTestWorker({ SPEECH_CONCURRENCY: '1' });
  const me = await record('me.wav', '-f', 'lavfi', '-i', `flite=text='${MINE}':voice=slt`);
  const others = await record('others.wav', '-f', 'lavfi', '-i', `flite=text='${THEIRS}':voice=rms`);
  // The microphone hears the others 12 dB fainter; what the computer played is recorded from 0.7 s later on.
  const room = '[1]volume=-12dB,adelay=5000:all=1[bleed];[0]adelay=300:all=1,apad=whole_dur=10[me];[me][bleed]amix=normalize=0';
  microphone = await record('microphone.flac', '-i', me, '-i', others, '-filter_complex', room);
  computer = await record('computer.flac', '-i', others, '-af', 'adelay=4300:all=1,apad=whole_dur=9');
});
beforeEach(() => worker.provider.reset());
afterAll(async () => {
  await worker.stop();
  rmSync(home, { recursive: true, force: true });
});

async function record(name: string, ...args: string[]): Promise<string> {
  const path = join(home, name);
  await promisify(execFile)('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args, '-ar', '16000', path]);
  return path;
}

/** What an engine hears: each text from its second on. */
function heard(...lines: [start: number, end: number, text: string][]): { mode: 'ok'; heard: SpokenTranscript } {
  const words = lines.flatMap(([start, end, text]) => {
    const said = text.split(' ');
    const step = (end - start) / said.length;
    return said.map((word, index) => ({ text: word, start: start + index * step, end: start + (index + 1) * step }));
  });
  const segments = lines.map(([start, end, text]) => ({ start, end, text, speaker: 'A' }));
  return { mode: 'ok', heard: { language: 'en', words, segments } };
}

interface Line {
  speaker: string | null;
  channel: number | null;
  text: string;
  start: number;
}

async function linesOf(id: string): Promise<Line[]> {
  await worker.until(id, ({ status }) => status !== 'pending' && status !== 'processing');
  return worker.query<Line>(
    'SELECT speaker, channel, text, start FROM transcript_segments WHERE transcription_id = $1 ORDER BY index',
    [id],
  );
}

describe('a recording of two tracks', () => {
  let audioId: string;
  beforeAll(async () => {
    audioId = await worker.upload(readFileSync(microphone));
    const second = await worker.upload(readFileSync(computer));
    const names = { firstTrackName: 'Me', secondTrackName: 'Others' };
    await worker.app.get(SecondTracksService, { strict: false }).join(worker.workspaceId, audioId, second, names);
  });

  it('has each line once, said by whoever is on its track, and pays for both tracks', async () => {
    // As an engine that hears the faintest echo would write it down.
    worker.provider.script(heard([0.3, 3, MINE], [5.1, 7.9, THEIRS.replace('will', 'would')]), heard([4.3, 7.1, THEIRS]));
    const { id } = await worker.order(audioId);
    expect(await linesOf(id)).toEqual([
      { speaker: 'Me', channel: 0, text: MINE, start: 0.3 },
      { speaker: 'Others', channel: 1, text: THEIRS, start: expect.closeTo(5, 1) },
    ]);
    const [sent] = await worker.query<{ seconds: number }>(
      'SELECT sum(audio_seconds) AS seconds FROM transcription_attempts WHERE transcription_id = $1',
      [id],
    );
    expect(sent?.seconds).toBeCloseTo(19, 0);
  });

  it('is not speech where a microphone only caught the other track', async () => {
    const { id } = await worker.order(audioId);
    await linesOf(id);
    const chunks = await worker.query<{ channel: number; speech: { start: number; end: number }[] }>(
      'SELECT channel, speech FROM transcription_chunks WHERE transcription_id = $1 ORDER BY index',
      [id],
    );
    expect(chunks.map(({ channel }) => channel)).toEqual([0, 1]);
    expect(chunks[0]?.speech.every(({ end }) => end < 5)).toBe(true);
    expect(chunks[1]?.speech.every(({ start }) => start > 4.5)).toBe(true);
  });

  it('gets a mix to listen to, whose tracks are aligned', async () => {
    for (const deadline = performance.now() + 20_000; ; await sleep(50)) {
      const [track] = await worker.query('SELECT mix_status, by_sound, lag_seconds FROM second_tracks WHERE audio_id = $1', [
        audioId,
      ]);
      if (performance.now() < deadline && track !== undefined && 'mix_status' in track && track.mix_status === 'pending')
        continue;
      expect(track).toEqual({ mix_status: 'ready', by_sound: true, lag_seconds: expect.closeTo(0.7, 2) });
      return;
    }
  });
});

describe('a call with one person on each channel', () => {
  it('has each line said by its channel', async () => {
    const stereo = '[0]apad=whole_dur=10[a];[1]apad=whole_dur=10[b];[a][b]amerge=inputs=2';
    const call = await record('call.wav', '-i', microphone, '-i', computer, '-filter_complex', stereo, '-ac', '2');
    worker.provider.script(heard([0.3, 3, MINE]), heard([4.3, 7.1, THEIRS]));
    const { id } = await worker.order(await worker.upload(readFileSync(call)), { channels: 'separate' });
    expect((await linesOf(id)).map(({ speaker, channel, text }) => [speaker, channel, text])).toEqual([
      ['Channel 1', 0, MINE],
      ['Channel 2', 1, THEIRS],
    ]);
  });
});
