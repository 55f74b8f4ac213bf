import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { Circuits } from '#circuits';
import { ChangeFeed, type Transcription, TranscriptionAttempt } from '#database';
import { makeTranscription } from '#testing/factories';
import { DOUBLE_KEY, type LocalDouble, makeLocalDouble, type SpeechDouble, startGroqDouble } from '#testing/speech-doubles';
import type { TranscriptionWish } from '#transcription';
import { longRecording, startTestWorker, type TestWorker } from './test-worker.js';

jest.setTimeout(90_000);

let directory: string;
let local: LocalDouble;
let groq: SpeechDouble;
let worker: TestWorker;
let audioId: string;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'steno-engine-choice-'));
  local = makeLocalDouble(directory);
  groq = await startGroqDouble();
  worker = await startTestWorker({
    ...local.environment,
    GROQ_API_KEY: DOUBLE_KEY,
    GROQ_BASE_URL: groq.url,
    SPEECH_REDO_PERCENT: '0',
  });
  audioId = await worker.upload(longRecording(30));
});
afterAll(async () => {
  await worker?.stop();
  await groq?.close();
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(async () => {
  local.mend();
  worker.provider.reset();
  groq.reset();
  await worker.query('DELETE FROM circuits', []);
  await worker.app.get(Circuits, { strict: false }).failed('unrelated', 'x');
});

const isOver = ({ status }: Transcription): boolean => ['completed', 'failed', 'cancelled'].includes(status);

/** Orders it, with the engine left to Steno, and waits for its end. */
async function transcribed(wish: TranscriptionWish): Promise<Transcription> {
  const { id } = await worker.order(audioId, { provider: undefined, ...wish });
  return worker.until(id, isOver);
}

/** As an admin of the workspace does it. */
async function prefer(policy: 'private' | null): Promise<void> {
  const { workspaceId } = worker;
  await worker.database.asSystem(async (tx) => {
    await tx.execute('UPDATE workspaces SET speech_policy = $2 WHERE id = $1', [workspaceId, policy]);
    await worker.app.get(ChangeFeed, { strict: false }).announce(tx, `workspace:${workspaceId}`);
  });
}

/** Who was asked, in this order, and answered or not. */
async function askedFor({ id }: Transcription): Promise<string[]> {
  const rows = await worker.query<{ asked: string }>(
    `SELECT concat(provider, '/', model, ' ', coalesce(error_kind, 'ok')) AS asked FROM transcription_attempts
     WHERE transcription_id = $1 ORDER BY created_at, id`,
    [id],
  );
  return rows.map(({ asked }) => asked).filter((asked, index, all) => all.indexOf(asked) === index);
}

describe('the policy', () => {
  // First: what the process knows of speeds is read with its first order.
  it('fastest asks whoever was the fastest of late', async () => {
    const { id: transcriptionId } = await makeTranscription(worker.database, worker.workspaceId, { audioId });
    const call = {
      ...{ workspaceId: worker.workspaceId, transcriptionId, generation: 1, chunkIndex: 0, provider: 'openai' },
      ...{ outcome: 'answered' as const, errorKind: null, providerRequestId: null, audioSeconds: 60 },
      ...{ costMicroDollars: null, providerKeyId: null, answer: null },
    };
    await worker.database.asSystem((tx) =>
      tx.manager.insert(TranscriptionAttempt, [
        { ...call, id: uuidv7(), model: 'whisper-1', latencyMs: 9_000 },
        { ...call, id: uuidv7(), model: 'gpt-transcribe', latencyMs: 1_000 },
      ]),
    );
    expect(await askedFor(await transcribed({ policy: 'fastest' }))).toEqual(['openai/gpt-transcribe ok']);
  });

  it('cheapest asks the cheapest, and while it cannot, the next cheapest of another provider', async () => {
    const first = await transcribed({ policy: 'cheapest' });
    expect(await askedFor(first)).toEqual(['groq/whisper-large-v3-turbo ok']);
    groq.always({ mode: 'server_error' });
    const second = await transcribed({ policy: 'cheapest' });
    expect(second).toMatchObject({ status: 'completed', options: { policy: 'cheapest', model: 'whisper-large-v3-turbo' } });
    expect(await askedFor(second)).toEqual(['groq/whisper-large-v3-turbo unavailable', 'openai/whisper-1 ok']);
  });

  it('best asks the best', async () => {
    expect(await askedFor(await transcribed({ policy: 'best' }))).toEqual(['openai/gpt-transcribe ok']);
  });

  it('private never leaves this machine, not even when nothing here can do it any more', async () => {
    const first = await transcribed({ policy: 'private' });
    expect(first).toMatchObject({ status: 'completed', text: expect.stringContaining('kept at home') });
    local.breakDown();
    const second = await transcribed({ policy: 'private' });
    expect(second).toMatchObject({ status: 'failed', errorCode: 'provider_unavailable' });
    expect(await askedFor(second)).toEqual(['local/pocketsphinx unavailable']);
    expect([...groq.calls, ...worker.provider.calls]).toEqual([]);
    local.mend();
    await worker.control.retry(worker.workspaceId, second.id);
    expect(await worker.until(second.id, isOver)).toMatchObject({ status: 'completed', options: { policy: 'private' } });
    expect([...groq.calls, ...worker.provider.calls]).toEqual([]);
  });

  it('of the workspace holds where the request says nothing', async () => {
    await prefer('private');
    expect(await askedFor(await transcribed({}))).toEqual(['local/pocketsphinx ok']);
    await prefer(null);
    expect(await askedFor(await transcribed({}))).toEqual(['openai/whisper-1 ok']);
  });
});

describe('an order', () => {
  it('is asked one after the other, also two models of one provider, and also the engine for trying things out', async () => {
    local.breakDown();
    const order = ['local', 'groq/whisper-large-v3', 'groq/whisper-large-v3-turbo', 'openai/gpt-4o-transcribe'];
    groq.always({ mode: 'blocked' });
    const transcription = await transcribed({ order });
    expect(await askedFor(transcription)).toEqual([
      'local/pocketsphinx unavailable',
      'groq/whisper-large-v3 blocked',
      'groq/whisper-large-v3-turbo blocked',
      'openai/gpt-4o-transcribe ok',
    ]);
    expect(transcription).toMatchObject({
      status: 'completed',
      warnings: expect.arrayContaining([expect.stringMatching(/^stand_in: openai\/gpt-4o-transcribe /)]),
    });
  });

  it('says where another model of the same provider did it', async () => {
    groq.script({ mode: 'blocked' });
    const { warnings } = await transcribed({ order: ['groq/whisper-large-v3', 'groq/whisper-large-v3-turbo'] });
    expect(warnings).toContainEqual(expect.stringMatching(/^stand_in: groq\/whisper-large-v3-turbo .*groq\/whisper-large-v3 /));
  });

  it('has nobody else asked', async () => {
    groq.always({ mode: 'blocked' });
    const transcription = await transcribed({ order: ['groq/whisper-large-v3', 'groq'] });
    expect(transcription).toMatchObject({ status: 'failed', errorCode: 'content_blocked' });
    expect(await askedFor(transcription)).toHaveLength(2);
    expect(worker.provider.calls).toEqual([]);
  });
});
