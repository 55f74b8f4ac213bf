import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import type { TranscriptionStatus } from '#database';
import { makeAudio, makeTranscription } from '#testing/factories';
import { type SignedInUser, startTestApi, type TestApi } from './test-api.js';

let api: TestApi;
let user: SignedInUser;
let audioId: string;
beforeAll(async () => {
  api = await startTestApi();
  user = await api.register();
  audioId = (await makeAudio(api.database, user.workspaceId)).id;
});
afterAll(() => api.stop());

async function post(path: string, payload?: object, key?: string) {
  const headers = { ...user.headers, ...(key === undefined ? {} : { 'idempotency-key': key }) };
  return api.app.inject({
    method: 'POST',
    url: `/api/v1/transcriptions${path}`,
    headers,
    ...(payload === undefined ? {} : { payload }),
  });
}

async function ordered(status: TranscriptionStatus): Promise<string> {
  return (await makeTranscription(api.database, user.workspaceId, { status, audioId })).id;
}

async function count(table: string, where: string, parameters: unknown[]): Promise<number> {
  const sql = `SELECT count(*)::int AS count FROM ${table} WHERE ${where}`;
  const [row] = await api.database.asSystem((tx) => tx.query<{ count: number }>(sql, parameters));
  return row?.count ?? -1;
}

describe('POST transcriptions/:id/cancel', () => {
  it('cancels what was ordered, and again changes nothing', async () => {
    const { id } = (await post('', { audioId })).json<{ id: string }>();
    for (let time = 0; time < 2; time += 1) {
      const response = await post(`/${id}/cancel`);
      expect(response.statusCode).toBe(200);
      expect(response.json()).toMatchObject({ id, status: 'cancelled', finishedAt: expect.any(String) });
    }
  });

  it.each(['completed', 'failed'] as const)('refuses one that is %s', async (status) => {
    expect((await post(`/${await ordered(status)}/cancel`)).json()).toMatchObject({
      status: 409,
      code: 'transcription_finished',
    });
  });

  it('and completing have one winner, a hundred times', async () => {
    for (let time = 0; time < 100; time += 1) {
      const id = await ordered('processing');
      const complete = api.database.asSystem((tx) =>
        tx.execute(`UPDATE transcriptions SET status = 'completed' WHERE id = $1 AND status = 'processing'`, [id]),
      );
      const [cancelled, completed] = await Promise.all([post(`/${id}/cancel`), complete]);
      expect([cancelled.statusCode, completed]).toEqual(cancelled.statusCode === 200 ? [200, 0] : [409, 1]);
    }
  });
});

describe('POST transcriptions/:id/retry', () => {
  it.each(['failed', 'cancelled'] as const)('begins one that is %s anew, once, however often it is asked for', async (status) => {
    const id = await ordered(status);
    const responses = await Promise.all(Array.from({ length: 20 }, () => post(`/${id}/retry`, undefined, `retry-${id}`)));
    expect(responses.map(({ statusCode }) => statusCode)).toEqual(Array(20).fill(202));
    expect(responses[0]?.json()).toMatchObject({ id, status: 'pending', stage: 'prepare', error: null });
    expect(await count('jobs', `subject_id = $1 AND generation = 2`, [id])).toBe(1);
    expect(await count('transcriptions', 'id = $1 AND generation = 2', [id])).toBe(1);
  });

  it('without a key is refused the second time', async () => {
    const id = await ordered('failed');
    const responses = await Promise.all([post(`/${id}/retry`), post(`/${id}/retry`)]);
    expect(responses.map(({ statusCode }) => statusCode).sort()).toEqual([202, 409]);
  });

  it.each(['pending', 'processing', 'completed'] as const)('refuses one that is %s', async (status) => {
    expect((await post(`/${await ordered(status)}/retry`)).json()).toMatchObject({
      status: 409,
      code: 'transcription_not_retryable',
    });
  });

  it('says that the recording is gone', async () => {
    const { id } = await makeTranscription(api.database, user.workspaceId, { status: 'failed' });
    expect((await post(`/${id}/retry`)).json()).toMatchObject({ status: 409, detail: expect.stringContaining('was deleted') });
  });
});

describe('POST transcriptions/batch', () => {
  it('orders what can be ordered and says what is wrong with the rest, in order', async () => {
    const items = [{ audioId, priority: 'high' }, { audioId: uuidv7() }, { audioId, provider: 'nobody' }, { audioId }];
    const response = await post('/batch', { items });
    expect(response.statusCode).toBe(202);
    const { results } = response.json<{ results: { status: number; transcription: { id: string } | null }[] }>();
    expect(results).toMatchObject([
      { status: 202, transcription: { audioId, priority: 'high', status: 'pending' }, problem: null },
      { status: 404, transcription: null, problem: { code: 'audio_not_found' } },
      { status: 422, transcription: null, problem: { status: 422 } },
      { status: 202, transcription: { audioId, priority: 'normal' }, problem: null },
    ]);
    expect(await count('jobs', 'subject_id = $1 AND priority = 1', [results[0]?.transcription?.id])).toBe(1);
  });

  it('takes effect once, fifty times at once', async () => {
    const before = await count('transcriptions', 'audio_id = $1', [audioId]);
    const items = Array.from({ length: 10 }, () => ({ audioId }));
    const responses = await Promise.all(Array.from({ length: 50 }, () => post('/batch', { items }, 'batch-of-ten')));
    // A machine that is busy with other things may have no connection left for some of them: those are told to come again.
    const answered = responses.filter(({ statusCode }) => statusCode !== 503);
    expect(new Set(answered.map(({ statusCode, body }) => `${statusCode} ${body}`)).size).toBe(1);
    expect(answered[0]?.statusCode).toBe(202);
    expect(await count('transcriptions', 'audio_id = $1', [audioId])).toBe(before + 10);
  });

  it.each([[[]], [Array.from({ length: 101 }, () => ({ audioId: uuidv7() }))], [[{ audioId: 'none' }]], [[null]]])(
    'refuses a list that is none: %#',
    async (items) => {
      expect((await post('/batch', { items })).json()).toMatchObject({ status: 422, code: 'validation_failed' });
    },
  );
});
