import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Transcription } from '#database';
import { longRecording, startTestWorker, type TestWorker } from './test-worker.js';

// Starting a whole worker takes long on a machine that does other things besides.
jest.setTimeout(60_000);

let worker: TestWorker;
let audioId: string;
beforeAll(async () => {
  worker = await startTestWorker({ SPEECH_REDO_PERCENT: '0' });
  // It is disabled: events are kept for it and not sent.
  await worker.query(
    `INSERT INTO webhook_endpoints (id, workspace_id, kind, name, sealed, events, status)
     VALUES (gen_random_uuid(), $1, 'standard', 'All', '', '{}', 'disabled')`,
    [worker.workspaceId],
  );
  audioId = await worker.upload(longRecording(20));
});
afterAll(() => worker.stop());
beforeEach(() => worker.provider.reset());

const isOver = ({ status }: Transcription): boolean => ['completed', 'failed', 'cancelled'].includes(status);

/** What was told of something, oldest first. */
async function toldOf(subjectId: string): Promise<{ type: string; facts: object }[]> {
  return worker.query('SELECT type, facts FROM webhook_events WHERE subject_id = $1 ORDER BY sequence', [subjectId]);
}

describe('outside is told', () => {
  it('that a recording has arrived', async () => {
    const facts = { audioId, bytes: expect.any(Number) };
    expect(await toldOf(audioId)).toEqual([{ type: 'audio.uploaded', facts }]);
  });

  it('that a transcription was ordered, began and is ready, without a word of it', async () => {
    const { id } = await worker.order(audioId, { reuse: true });
    await worker.until(id, isOver);
    const facts = { transcriptionId: id, audioId };
    const ready = { ...facts, language: expect.anything(), durationSeconds: expect.any(Number) };
    expect(await toldOf(id)).toEqual([
      { type: 'transcription.created', facts },
      { type: 'transcription.started', facts },
      { type: 'transcription.completed', facts: ready },
      { type: 'audio.transcribed', facts: { audioId, transcriptionId: id } },
    ]);
    expect(await worker.query('SELECT 1 FROM webhook_deliveries', [])).toEqual([]);
  });

  it('the same of one that takes over an earlier result', async () => {
    const { id } = await worker.order(audioId, { reuse: true });
    await worker.until(id, isOver);
    expect((await toldOf(id)).map(({ type }) => type)).toEqual([
      'transcription.created',
      'transcription.started',
      'transcription.completed',
      'audio.transcribed',
    ]);
  });

  it('that one failed, and of what', async () => {
    worker.provider.always({ mode: 'bad_audio' });
    const { id } = await worker.order(audioId);
    const { errorCode } = await worker.until(id, isOver);
    const told = await toldOf(id);
    expect(told.at(-1)).toEqual({ type: 'transcription.failed', facts: { transcriptionId: id, audioId, errorCode } });
    expect(told.filter(({ type }) => type === 'transcription.failed')).toHaveLength(1);
  });

  it('that one was cancelled, once', async () => {
    worker.provider.always({ mode: 'hang' });
    const { id } = await worker.order(audioId);
    await worker.until(id, ({ stage }) => stage === 'transcribe');
    await worker.control.cancel(worker.workspaceId, id);
    await worker.control.cancel(worker.workspaceId, id).catch(() => undefined);
    const types = (await toldOf(id)).map(({ type }) => type);
    expect(types).toEqual(['transcription.created', 'transcription.started', 'transcription.cancelled']);
  });
});
