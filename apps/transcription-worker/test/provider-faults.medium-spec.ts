import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Circuits } from '#circuits';
import type { Transcription } from '#database';
import { Events } from '#events';
import { Reconciliation } from '#reconciliation';
import { billOf } from '#testing/bills';
import { type Mode, type SpeechDouble, startGeminiDouble, startGroqDouble } from '#testing/speech-doubles';
import { longRecording, SHORT_PARTS, startTestWorker, type TestWorker } from './test-worker.js';

const KEY = 'gsk_only_0123456789';
/** One part, and three. */
const SHORT = 10;
const LONG = 60;
/** Far longer than a busy machine makes of the delays below. */
const TIMEOUT_SECONDS = 6;
jest.setTimeout(120_000);

let groq: SpeechDouble;
let gemini: SpeechDouble;
let worker: TestWorker;
let short: string;
let long: string;
beforeAll(async () => {
  [groq, gemini] = await Promise.all([startGroqDouble(), startGeminiDouble()]);
  worker = await startTestWorker(
    {
      GROQ_API_KEY: KEY,
      GROQ_BASE_URL: groq.url,
      GEMINI_API_KEY: 'AIza-any',
      GEMINI_BASE_URL: gemini.url,
      SPEECH_PROVIDER: 'groq',
      SPEECH_TIMEOUT_SECONDS: String(TIMEOUT_SECONDS),
      SPEECH_REDO_PERCENT: '0',
      SPEECH_HEDGE: 'true',
      PROVIDER_CALLS_AT_ONCE: 'gemini=1/1',
      QUOTA_PLANS: 'free.processing=1000000,free.transcription=1000000',
    },
    SHORT_PARTS,
  );
  [short, long] = [await worker.upload(longRecording(SHORT)), await worker.upload(longRecording(LONG))];
});
afterAll(async () => {
  await worker.stop();
  await Promise.all([groq.close(), gemini.close()]);
});
beforeEach(async () => {
  worker.provider.reset();
  groq.reset();
  groq.accept(KEY);
  gemini.reset();
  gemini.accept('AIza-any');
  await worker.query('DELETE FROM circuits', []);
  // What the process knows is a second old at most, or until it learns something itself.
  await circuits().failed('unrelated', 'x');
});
afterEach(() => void jest.restoreAllMocks());

const circuits = (): Circuits => worker.app.get(Circuits, { strict: false });
/** An order that leaves the engine to Steno. */
const OPEN = { provider: undefined };
const isOver = ({ status }: Transcription): boolean => ['completed', 'failed', 'cancelled'].includes(status);

async function transcribed(audioId: string, wish: { provider?: string } = OPEN): Promise<Transcription> {
  const { id } = await worker.order(audioId, wish);
  return worker.until(id, isOver);
}

interface JobRow {
  state: string;
  failures: number;
  claims: number;
  dueIn: number;
}

/** The jobs of a transcription's parts. */
async function jobsOf({ id }: Pick<Transcription, 'id'>): Promise<JobRow[]> {
  return worker.query<JobRow>(
    `SELECT state, failures, epoch AS claims, extract(epoch FROM due_at - now())::float8 AS "dueIn" FROM jobs
     WHERE subject_id = $1 AND name = 'transcription.transcribe-chunk'`,
    [id],
  );
}

async function untilParked({ id }: Pick<Transcription, 'id'>): Promise<JobRow> {
  for (const deadline = performance.now() + 10_000; performance.now() < deadline; await sleep(20)) {
    const [job] = await jobsOf({ id });
    if (job?.state === 'waiting' && job.dueIn > 1) return job;
  }
  throw new Error('The job did not wait.');
}

/** Complete, each part answered and charged for once, and the money as the price pages say. */
async function expectBillRight(transcription: Transcription, seconds: number) {
  expect(transcription).toMatchObject({ status: 'completed', errorCode: null });
  const bill = await billOf((sql, values) => worker.query(sql, values), transcription.id);
  expect(bill.answered).toEqual(Array.from({ length: transcription.chunkCount ?? 0 }, (_, index) => index));
  expect(bill.calls).toEqual(bill.owed);
  expect(bill.usage).toEqual(bill.owed);
  expect(bill.chargedMilliseconds).toBe(1_000 * seconds);
  expect(bill.unknown).toBe(bill.failures.filter((kind) => kind === 'unavailable' || kind === 'cancelled').length);
  expect(await worker.app.get(Reconciliation, { strict: false }).findings(null)).toEqual([]);
  return bill;
}

describe('a provider that stands few calls at once', () => {
  const ORDERS = 12;

  it('gets fewer, and nothing fails; what another provider does goes on', async () => {
    groq.stand(3);
    groq.always({ mode: 'ok', delayMs: 1_500 });
    const orders = await Promise.all(Array.from({ length: ORDERS }, () => worker.order(short, { provider: 'groq' })));
    expect(await transcribed(short, { provider: 'openai' })).toMatchObject({ status: 'completed' });
    for (const { id } of orders) {
      expect(await worker.until(id, isOver)).toMatchObject({ status: 'completed' });
      expect(await jobsOf({ id })).toMatchObject([{ failures: 0 }]);
    }
    const refused = groq.calls.filter(({ behaviour }) => behaviour.mode === 'rate_limited').length;
    // Five of the first eight, one of four; what was under way when it was said to be too much counts once.
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThanOrEqual(10);
    expect(groq.calls).toHaveLength(ORDERS + refused);
  });

  it('is called one by one where that is wished: others wait without a slot, and are no busy loop', async () => {
    gemini.always({ mode: 'ok', delayMs: 300 });
    const slow = await Promise.all(Array.from({ length: 4 }, () => worker.order(short, { provider: 'gemini' })));
    const quick = await Promise.all(Array.from({ length: 8 }, () => transcribed(short, { provider: 'groq' })));
    expect(quick.map(({ status }) => status)).toEqual(Array(8).fill('completed'));
    for (const { id } of slow) {
      expect(await worker.until(id, isOver)).toMatchObject({ status: 'completed' });
      const [job] = await jobsOf({ id });
      expect(job).toMatchObject({ failures: 0 });
      expect(job?.claims).toBeLessThanOrEqual(6);
    }
    expect(gemini.calls).toHaveLength(4);
    expect(gemini.mostAtOnce).toBe(1);
  });
});

describe('a part that takes longer than 95 of 100', () => {
  /** Longer than any measured, shorter than the limit. */
  const LATE = { mode: 'ok', delayMs: 2_800 } as const;

  beforeAll(async () => {
    groq.reset();
    groq.accept(KEY);
    // What is enough to say what takes long.
    await Promise.all(Array.from({ length: 20 }, () => transcribed(short, { provider: 'groq' })));
  });
  beforeEach(async () => {
    // However busy the machine is, and although the answers of these tests come late.
    await worker.query(`UPDATE transcription_attempts SET latency_ms = 300 WHERE outcome = 'answered'`, []);
  });

  it('is asked of a second engine as well: the first answer is taken, the other call ended, and nothing charged twice', async () => {
    groq.always(LATE);
    const transcription = await transcribed(short);
    const bill = await expectBillRight(transcription, SHORT);
    expect(bill).toMatchObject({ engines: ['openai/whisper-1'], failures: ['cancelled'], unknown: 1 });
    expect(groq.calls).toMatchObject([{ abandoned: true }]);
    expect(transcription.warnings).toContainEqual(expect.stringMatching(/^stand_in: openai\/whisper-1 /));
  });

  it('is taken from the first engine all the same when the second is no quicker', async () => {
    groq.always({ mode: 'ok', delayMs: 2_200 });
    worker.provider.always(LATE);
    const bill = await expectBillRight(await transcribed(short), SHORT);
    expect(bill).toMatchObject({ engines: ['groq/whisper-large-v3-turbo'], failures: ['cancelled'] });
    expect(worker.provider.calls).toMatchObject([{ abandoned: true }]);
  });

  it('is waited for when the second engine cannot', async () => {
    groq.always({ mode: 'ok', delayMs: 2_200 });
    worker.provider.always({ mode: 'server_error' });
    const bill = await expectBillRight(await transcribed(short), SHORT);
    expect(bill).toMatchObject({ engines: ['groq/whisper-large-v3-turbo'], failures: ['unavailable'] });
  });

  it('is not asked of anybody else when the order names its provider, or of a length that was not measured', async () => {
    groq.always({ mode: 'ok', delayMs: 2_200 });
    const [named, longer] = await Promise.all([transcribed(short, { provider: 'groq' }), transcribed(long)]);
    expect(longer.chunkCount).toBe(3);
    expect([named.status, longer.status]).toEqual(['completed', 'completed']);
    expect(worker.provider.calls).toHaveLength(0);
  });
});

describe('a provider that asks to wait', () => {
  it('F22 is asked again when it said, by a job that holds no slot meanwhile', async () => {
    groq.script({ mode: 'rate_limited', retryAfter: '4' });
    const order = await worker.order(short, { provider: 'groq' });
    const parked = await untilParked(order);
    expect(parked.failures).toBe(0);
    await expectBillRight(await worker.until(order.id, isOver), SHORT);
    const [first, second, ...more] = groq.calls.map(({ at }) => at / 1_000);
    expect(more).toEqual([]);
    expect((second ?? NaN) - (first ?? NaN)).toBeGreaterThan(3.9);
    expect((second ?? NaN) - (first ?? NaN)).toBeLessThan(7.5);
    expect(await circuits().states()).not.toContainEqual(expect.objectContaining({ id: 'groq', state: 'open' }));
  });

  it('F23 is left alone for an hour when it says so, also by orders that come later', async () => {
    groq.always({ mode: 'rate_limited', retryAfter: '3600' });
    const orders = [await worker.order(short, { provider: 'groq' })];
    for (const order of orders) expect((await untilParked(order)).dueIn).toBeGreaterThan(3_500);
    const late = await worker.order(short, { provider: 'groq' });
    expect((await untilParked(late)).dueIn).toBeGreaterThan(3_500);
    expect(groq.calls).toHaveLength(1);
    for (const { id } of [...orders, late]) await worker.control.cancel(worker.workspaceId, id);
  });
});

describe('an answer that is none', () => {
  /** Orders as many as there are ways. While few calls may run at once, a second try may meet what was meant for another order. */
  async function hitBy(modes: readonly Mode[]): Promise<Transcription[]> {
    groq.script(...modes.map((mode) => ({ mode })));
    return Promise.all(modes.map(() => transcribed(short, { provider: 'groq' })));
  }

  it('F25 is given up in time, and the part asked about once more', async () => {
    const failures: (string | null)[] = [];
    for (const transcription of await hitBy(['hang', 'stall']))
      failures.push(...(await expectBillRight(transcription, SHORT)).failures);
    expect(failures).toEqual(['unavailable', 'unavailable']);
    expect(groq.calls.filter(({ abandoned }) => abandoned)).toHaveLength(2);
    expect(groq.calls).toHaveLength(4);
  });

  it('F26 is never taken for a whole one', async () => {
    const failures: (string | null)[] = [];
    for (const whole of await hitBy(['cut_off', 'reset', 'hang_up'])) {
      failures.push(...(await expectBillRight(whole, SHORT)).failures);
      expect(whole.text?.split(' ')).toHaveLength(2 * SHORT);
    }
    expect(failures).toEqual(['unavailable', 'unavailable', 'unavailable']);
    expect(groq.calls).toHaveLength(6);
  });

  it('F26 is none either when the model could write no more', async () => {
    gemini.script({ mode: 'output_truncated' });
    expect(await transcribed(short, { provider: 'gemini' })).toMatchObject({
      status: 'failed',
      errorCode: 'part_too_large',
      text: null,
    });
  });

  it('F27 is a failure of the provider, and is asked for twice more at most', async () => {
    groq.always({ mode: 'huge' });
    const failed = await transcribed(short, { provider: 'groq' });
    expect(failed).toMatchObject({ status: 'failed', errorCode: 'provider_unavailable', text: null });
    expect(failed.errorDetail).toMatch(/longer than any answer/);
    expect(groq.calls).toHaveLength(3);
    expect(groq.calls.every(({ abandoned }) => abandoned)).toBe(true);
  });
});

describe('an answer that was kept', () => {
  it('F28 is not asked, and paid, for again when what follows it fails', async () => {
    groq.always({ mode: 'ok', delayMs: 500 });
    const { id } = await worker.order(short, { provider: 'groq' });
    while (groq.calls.length === 0) await sleep(20);
    // The next that is told is that a part was counted.
    const telling = jest.spyOn(worker.app.get(Events, { strict: false }), 'publish');
    telling.mockRejectedValueOnce(new Error('Killed.'));
    const bill = await expectBillRight(await worker.until(id, isOver), SHORT);
    expect(await jobsOf({ id })).toMatchObject([{ claims: 2 }]);
    expect(bill.failures).toEqual([]);
    expect(groq.calls).toHaveLength(1);
  });
});

/** The first provider dies for good; what it still does before is scripted. */
describe.each<Mode>(['hang_up', 'cut_off'])('a provider that dies in the middle of a recording (%s)', (mode) => {
  it.each([0, 1, 2])('at its part %d: another one does the rest, and the bill is right', async (before) => {
    groq.script(...Array.from({ length: before }, () => ({ mode: 'ok' as const })));
    groq.always({ mode });
    const transcription = await transcribed(long);
    const bill = await expectBillRight(transcription, LONG);
    expect(bill.answered.length).toBe(3);
    expect(bill.engines).toEqual(before === 0 ? ['openai/whisper-1'] : ['groq/whisper-large-v3-turbo', 'openai/whisper-1']);
    expect(bill.failures).toEqual(Array(3 - before).fill('unavailable'));
  });
});
