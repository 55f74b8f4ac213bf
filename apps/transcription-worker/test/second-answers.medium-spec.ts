import { execFile } from 'node:child_process';
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { AudioService } from '#audio';
import { Database, type Transcription } from '#database';
import { Log } from '#observability';
import { testConfig } from '#testing/config';
import { testDatabase } from '#testing/database';
import { makeWorkspace } from '#testing/factories';
import {
  DOUBLE_KEY,
  type SpeechDouble,
  type SpokenTranscript,
  spokenTranscript,
  startOpenAiDouble,
} from '#testing/speech-doubles';
import { TranscriptionService } from '#transcription';
import { createWorker } from '../src/create-worker.js';

const SENTENCES =
  'The committee will meet again on Thursday afternoon to discuss the proposal for the new library building. ' +
  'Everybody who would like to speak should send a short message to the secretary before Wednesday evening. ' +
  'The price of the tickets is not decided yet, but twenty dollars a month is what most of us think is right.';

/** The double says them when it is asked about a stretch. */
const OTHER_WORDS = SENTENCES.replaceAll(/[,.]/g, '').split(' ');

// A transcript of several jobs, on a machine that does other things besides.
jest.setTimeout(90_000);

let app: INestApplicationContext;
let database: Database;
let provider: SpeechDouble;
let server: Awaited<ReturnType<typeof testDatabase>>;
let home: string;
let audioId: string;
let who: { workspaceId: string; userId: string };
let seconds: number;

beforeAll(async () => {
  server = await testDatabase();
  home = mkdtempSync(join(tmpdir(), 'steno-second-answers-'));
  provider = await startOpenAiDouble();
  const openAi = { OPENAI_API_KEY: DOUBLE_KEY, OPENAI_BASE_URL: `${provider.url}/v1` };
  const config = testConfig({ DATABASE_URL: server.url, STENO_HOME: home, POCKETSPHINX_PATH: '/nowhere', ...openAi });
  app = await createWorker(config, new Log({ app: 'worker', level: 'silent' }));
  database = app.get(Database);
  who = { workspaceId: (await makeWorkspace(database)).id, userId: uuidv7() };
  const path = join(home, 'speech.wav');
  const speech = `flite=text='${SENTENCES}':voice=slt`;
  await promisify(execFile)('ffmpeg', ['-nostdin', '-v', 'error', '-f', 'lavfi', '-i', speech, '-ar', '16000', path]);
  const incoming = { name: 'speech.wav', body: createReadStream(path), signal: new AbortController().signal };
  const recording = await app.get(AudioService, { strict: false }).takeIn(who, incoming);
  audioId = recording.id;
  seconds = Math.floor(recording.claimedSeconds ?? 0);
});
afterAll(async () => {
  await app.close();
  await provider.close();
  await server.drop();
  rmSync(home, { recursive: true, force: true });
});
beforeEach(() => provider.reset());

async function transcribed(): Promise<Transcription> {
  const transcriptions = app.get(TranscriptionService, { strict: false });
  const { id } = await transcriptions.order(who, audioId, { provider: 'openai', reuse: false });
  for (const deadline = performance.now() + 60_000; performance.now() < deadline; await sleep(20)) {
    const transcription = await transcriptions.get(who.workspaceId, id);
    if (transcription.status === 'completed' || transcription.status === 'failed') return transcription;
  }
  throw new Error('The transcription did not end.');
}

async function attemptsOf({
  id,
}: Transcription): Promise<{ outcome: string; model: string; seconds: number; cost: string | null }[]> {
  return database.asSystem((tx) =>
    tx.query(
      `SELECT outcome, model, audio_seconds AS seconds, cost_micro_dollars AS cost FROM transcription_attempts
       WHERE transcription_id = $1 ORDER BY created_at, id`,
      [id],
    ),
  );
}

/** What the double hears by itself, less a stretch. */
function without(from: number, to: number): SpokenTranscript {
  const whole = spokenTranscript(seconds);
  const words = whole.words.filter(({ start }) => start < from || start >= to);
  const sides = [words.filter(({ start }) => start < from), words.filter(({ start }) => start >= to)];
  const segments = sides.flatMap((side) => {
    const [first, last] = [side[0], side.at(-1)];
    if (first === undefined || last === undefined) return [];
    return [{ start: first.start, end: last.end, text: side.map(({ text }) => text).join(' '), speaker: 'A' }];
  });
  return { language: 'en', words, segments };
}

describe('a transcript that fits the sound', () => {
  it('is not asked about again', async () => {
    const transcription = await transcribed();
    expect(transcription).toMatchObject({ status: 'completed', warnings: [], quality: { findings: [] } });
    expect(transcription.quality?.coverage).toBeGreaterThan(0.95);
    expect(transcription.quality?.speechSeconds).toBeGreaterThan(seconds * 0.8);
    expect(provider.calls).toHaveLength(1);
  });
});

describe('a transcript with a stretch missing', () => {
  it.each([
    ['start', 0, 6],
    ['middle', 6, 12],
    ['end', 11, 100],
  ])('is mended by asking about the stretch alone (%s)', async (_, from, to) => {
    const lost = OTHER_WORDS.slice(0, Math.floor((Math.min(to, seconds) - from) * 2)).join(' ');
    provider.script({ mode: 'ok', heard: without(from, to) }, { mode: 'ok', text: lost });
    const transcription = await transcribed();
    expect(transcription).toMatchObject({
      status: 'completed',
      warnings: [],
      quality: { findings: [{ kind: 'missing_text', outcome: 'mended', asked: ['openai/whisper-1'] }] },
    });
    expect(transcription.quality?.coverage).toBeGreaterThan(0.9);
    expect(transcription.text).toContain(lost);
    const [whole, stretch, ...more] = await attemptsOf(transcription);
    expect(more).toEqual([]);
    expect(stretch?.seconds).toBeLessThan((whole?.seconds ?? 0) * 0.8);
    expect(stretch?.cost).toBe(String(Math.round(100 * (stretch?.seconds ?? 0))));
    expect(provider.calls.map((call) => call.fields.temperature)).toEqual([undefined, '0.2']);
  });

  it('is told of when nobody hears more, after two more calls', async () => {
    provider.always({ mode: 'empty' });
    const transcription = await transcribed();
    expect(transcription).toMatchObject({ status: 'completed', text: '', quality: { coverage: 0 } });
    expect(transcription.quality?.findings).toMatchObject([{ kind: 'missing_text', outcome: 'kept' }]);
    expect(transcription.warnings).toHaveLength(1);
    expect(provider.calls.length).toBe(3);
  });

  it('is told of when the second answer does not come', async () => {
    provider.script({ mode: 'ok', heard: without(6, 12) }, { mode: 'bad_audio' }, { mode: 'blocked' });
    const transcription = await transcribed();
    expect(transcription).toMatchObject({ status: 'completed', quality: { findings: [{ outcome: 'kept' }] } });
    expect(transcription.warnings).toEqual([expect.stringMatching(/^missing_text: There is no text from \d+ s to \d+ s/)]);
    expect((await attemptsOf(transcription)).map(({ outcome }) => outcome)).toEqual(['answered', 'failed', 'failed']);
  });
});

describe('a transcript that loops', () => {
  it('gets what was really said', async () => {
    const loop = spokenTranscript(seconds, Array.from({ length: 30 }, () => 'thank you for watching').join(' '));
    provider.script({ mode: 'ok', heard: loop });
    const transcription = await transcribed();
    expect(transcription.quality?.findings[0]).toMatchObject({ kind: 'loop', outcome: 'mended' });
    expect(transcription.text).not.toContain('watching');
    expect(transcription.warnings).toEqual([]);
  });
});
