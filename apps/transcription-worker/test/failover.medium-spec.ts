import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Circuits } from '#circuits';
import type { Transcription } from '#database';
import { type SpeechDouble, startGroqDouble } from '#testing/speech-doubles';
import { longRecording, SHORT_PARTS, startTestWorker, type TestWorker } from './test-worker.js';

/** Three chunks. */
const SECONDS = 60;
const KEYS = ['gsk_first_0123456789', 'gsk_second_0123456789'] as const;
jest.setTimeout(120_000);

let groq: SpeechDouble;
let worker: TestWorker;
let audioId: string;
beforeAll(async () => {
  groq = await startGroqDouble();
  worker = await startTestWorker(
    {
      GROQ_API_KEY: KEYS.join(','),
      GROQ_BASE_URL: groq.url,
      SPEECH_PROVIDER: 'groq',
      SPEECH_CONCURRENCY: '1',
      SPEECH_REDO_PERCENT: '0',
    },
    SHORT_PARTS,
  );
  audioId = await worker.upload(longRecording(SECONDS));
});
afterAll(async () => {
  await worker.stop();
  await groq.close();
});
beforeEach(async () => {
  worker.provider.reset();
  groq.reset();
  groq.accept(...KEYS);
  await worker.query('DELETE FROM circuits', []);
  // What the process knows is a second old at most, or until it learns something itself.
  await worker.app.get(Circuits, { strict: false }).failed('unrelated', 'x');
});

/** An order that leaves the engine to Steno. */
const OPEN = { provider: undefined };
const isOver = ({ status }: Transcription): boolean => ['completed', 'failed', 'cancelled'].includes(status);

async function transcribed(wish: { provider?: string } = OPEN): Promise<Transcription> {
  const { id } = await worker.order(audioId, wish);
  return worker.until(id, isOver);
}

interface AttemptRow {
  provider: string;
  chunk: number;
  kind: string | null;
}

async function attemptsOf({ id }: Transcription): Promise<AttemptRow[]> {
  return worker.query(
    `SELECT provider, chunk_index AS chunk, error_kind AS kind FROM transcription_attempts WHERE transcription_id = $1
     ORDER BY created_at, id`,
    [id],
  );
}

/** Each chunk was answered, and paid for, once. */
async function expectEachAnsweredOnce(transcription: Transcription): Promise<void> {
  expect(transcription).toMatchObject({ status: 'completed', errorCode: null });
  const answered = (await attemptsOf(transcription)).filter(({ kind }) => kind === null).map(({ chunk }) => chunk);
  expect(answered.toSorted((a, b) => a - b)).toEqual(Array.from({ length: transcription.chunkCount ?? 0 }, (_, index) => index));
}

describe('several keys', () => {
  it('F22 take over from one that is asked to wait, at once', async () => {
    groq.script({ mode: 'rate_limited', retryAfter: '60' });
    const transcription = await transcribed();
    await expectEachAnsweredOnce(transcription);
    const [first, ...rest] = groq.calls.map(({ key }) => key);
    expect(rest.every((key) => key !== first)).toBe(true);
    expect(worker.provider.calls).toHaveLength(0);
  });

  it('take over from one that is refused, which is taken out', async () => {
    groq.accept(KEYS[1]);
    const transcription = await transcribed();
    await expectEachAnsweredOnce(transcription);
    expect(groq.calls.filter(({ key }) => key === KEYS[0])).toHaveLength(1);
    expect(await worker.app.get(Circuits, { strict: false }).states()).toContainEqual(
      expect.objectContaining({ id: expect.stringMatching(/^groq\//), state: 'open', reason: 'auth' }),
    );
  });

  it('are all left alone when all are asked to wait, and another provider does the work', async () => {
    groq.always({ mode: 'rate_limited', retryAfter: '3600' });
    const transcription = await transcribed();
    await expectEachAnsweredOnce(transcription);
    // F23: parked, not hammered.
    expect(groq.calls).toHaveLength(KEYS.length);
    expect(transcription.warnings).toContainEqual(expect.stringMatching(/^stand_in: openai\/whisper-1 /));
  });
});

describe('another provider', () => {
  it.each(['server_error', 'html', 'cut_off', 'hang_up', 'no_credit', 'blocked'] as const)(
    'does what the one that was chosen cannot, from the middle on: %s',
    async (mode) => {
      groq.script({ mode: 'ok' });
      groq.always({ mode });
      const transcription = await transcribed();
      await expectEachAnsweredOnce(transcription);
      const answered = (await attemptsOf(transcription)).filter(({ kind }) => kind === null);
      expect(new Set(answered.map(({ provider }) => provider))).toEqual(new Set(['groq', 'openai']));
    },
  );

  it('is not asked about a part that cannot be read', async () => {
    groq.always({ mode: 'bad_audio' });
    expect(await transcribed()).toMatchObject({ status: 'failed', errorCode: 'audio_refused' });
    expect(worker.provider.calls).toHaveLength(0);
  });

  it('is not asked when the order names its provider: the work waits as it is told', async () => {
    groq.script({ mode: 'rate_limited', retryAfter: '3' }, { mode: 'rate_limited', retryAfter: '3' });
    const started = performance.now();
    const transcription = await transcribed({ provider: 'groq' });
    await expectEachAnsweredOnce(transcription);
    expect(performance.now() - started).toBeGreaterThan(2_500);
    expect(worker.provider.calls).toHaveLength(0);
    expect((await attemptsOf(transcription)).filter(({ kind }) => kind === 'rate_limited')).toHaveLength(2);
  });
});

describe('a provider that fails again and again', () => {
  it('F24 is left alone after five failures, and is asked by one call whether it is well again', async () => {
    groq.always({ mode: 'server_error' });
    await transcribed();
    await transcribed();
    expect(groq.calls).toHaveLength(5);
    groq.reset();
    groq.accept(...KEYS);
    await worker.query(`UPDATE circuits SET blocked_until = now() - interval '1 second' WHERE id = 'groq'`, []);
    await sleep(1_100); // until the process looks again
    const transcription = await transcribed();
    await expectEachAnsweredOnce(transcription);
    expect(groq.calls).toHaveLength(transcription.chunkCount ?? 0);
  });
});
