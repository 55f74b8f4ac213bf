import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';
import { v7 as uuidv7 } from 'uuid';
import { IdempotentEffects, inIdempotentRun } from '#idempotency';
import { makeAudio } from '#testing/factories';
import { buildOpenApiDocument } from '../src/openapi.js';
import { wavOf } from './recording.fixture.js';
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

async function order(key: string, payload: object = { audioId }, headers: Record<string, string> = user.headers) {
  return api.app.inject({
    method: 'POST',
    url: '/api/v1/transcriptions',
    headers: { ...headers, 'idempotency-key': key },
    payload,
  });
}

async function count(
  table: 'transcriptions' | 'audio' | 'jobs' | 'quota_ledger',
  workspaceId = user.workspaceId,
): Promise<number> {
  const [row] = await api.database.asSystem((tx) =>
    tx.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${table} WHERE workspace_id = $1`, [workspaceId]),
  );
  return row?.count ?? -1;
}

async function setKey(key: string, change: string): Promise<void> {
  await api.database.asSystem((tx) => tx.execute(`UPDATE idempotency_keys SET ${change} WHERE key = $1`, [key]));
}

describe('the same request with the same key', () => {
  it('Q8: takes effect once and is answered the same, fifty times at once', async () => {
    const [before, jobs, reserved] = [await count('transcriptions'), await count('jobs'), await count('quota_ledger')];
    const responses = await Promise.all(Array.from({ length: 50 }, () => order('fifty-at-once')));
    expect(responses.map(({ statusCode }) => statusCode)).toEqual(Array(50).fill(202));
    expect(new Set(responses.map(({ body }) => body)).size).toBe(1);
    expect(new Set(responses.map(({ headers }) => headers['location'])).size).toBe(1);
    expect(responses.filter(({ headers }) => headers['idempotency-replayed'] === 'true')).toHaveLength(49);
    expect([await count('transcriptions'), await count('jobs')]).toEqual([before + 1, jobs + 1]);
    // Of processing and of transcription.
    expect(await count('quota_ledger')).toBe(reserved + 2);
  });

  it('may carry it in quotes', async () => {
    const bare = await order('in-quotes');
    expect((await order('"in-quotes"')).body).toBe(bare.body);
  });

  it('is another request after a day', async () => {
    const first = (await order('a-day')).json<{ id: string }>();
    await setKey('a-day', `expires_at = now() - interval '1 second'`);
    expect((await order('a-day')).json<{ id: string }>().id).not.toBe(first.id);
  });

  it('is tried again when it failed without effect', async () => {
    const unknown = await order('failed', { audioId: uuidv7() });
    expect(unknown.statusCode).toBe(404);
    expect((await order('failed', { audioId: 'no-id' })).statusCode).toBe(422);
    expect((await order('failed')).statusCode).toBe(202);
  });

  it("of somebody else is somebody else's", async () => {
    const other = await api.register();
    const theirs = await makeAudio(api.database, other.workspaceId);
    const mine = (await order('shared-by-chance')).json<{ id: string }>();
    const response = await order('shared-by-chance', { audioId: theirs.id }, other.headers);
    expect(response.statusCode).toBe(202);
    expect(response.json<{ id: string }>().id).not.toBe(mine.id);
  });

  it('keeps its answer sealed', async () => {
    const { id } = (await order('sealed')).json<{ id: string }>();
    const [row] = await api.database.asSystem((tx) =>
      tx.query<{ answer: Buffer; location: string }>('SELECT answer, location FROM idempotency_keys WHERE key = $1', ['sealed']),
    );
    expect(row?.location).toBe(`/api/v1/transcriptions/${id}`);
    expect(row?.answer.toString('latin1')).not.toContain(id);
  });
});

describe('the same key with another request', () => {
  it.each([
    ['another body', () => order('taken', { audioId, language: 'en' })],
    [
      'another route',
      () =>
        api.app.inject({
          method: 'POST',
          url: '/api/v1/audio/upload',
          headers: { ...user.headers, 'idempotency-key': 'taken', ...wavOf('x').headers },
          payload: wavOf('x').payload,
        }),
    ],
  ])('is refused: %s', async (_, send) => {
    await order('taken');
    const before = [await count('transcriptions'), await count('audio')];
    expect((await send()).json()).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
    expect([await count('transcriptions'), await count('audio')]).toEqual(before);
  });

  it.each(['', 'ä', 'with space', 'x'.repeat(256)])('key %p is none', async (key) => {
    expect((await order(key)).json()).toMatchObject({ status: 400, code: 'idempotency_key_invalid' });
  });
});

describe('after the process that served the first died', () => {
  /** What a killed process leaves: a run that says nothing any more, with or without effect. */
  async function leaveBehind(key: string, location: string | null): Promise<void> {
    await order(key);
    await api.database.asSystem((tx) =>
      tx.execute(
        `UPDATE idempotency_keys SET status = NULL, answer = NULL, location = $2, running_until = now() - interval '1 second' WHERE key = $1`,
        [key, location],
      ),
    );
  }

  it('before it took effect, the next does the work', async () => {
    await leaveBehind('died-before', null);
    const before = await count('transcriptions');
    const responses = await Promise.all(Array.from({ length: 5 }, () => order('died-before')));
    expect(new Set(responses.map(({ body }) => body)).size).toBe(1);
    expect(responses[0]?.statusCode).toBe(202);
    expect(await count('transcriptions')).toBe(before + 1);
  });

  it('after it took effect, the next is told where that is, and nothing is done twice', async () => {
    await leaveBehind('died-after', '/api/v1/transcriptions/made');
    const before = await count('transcriptions');
    const response = await order('died-after');
    expect(response.json()).toMatchObject({
      status: 409,
      code: 'idempotency_answer_lost',
      location: '/api/v1/transcriptions/made',
      detail: expect.stringContaining('/api/v1/transcriptions/made'),
    });
    expect(await count('transcriptions')).toBe(before);
  });

  it('and comes back to life, it takes no effect', async () => {
    await order('undead');
    await setKey('undead', 'status = NULL, location = NULL, run = 2');
    const [row] = await api.database.asSystem((tx) =>
      tx.query<{ id: string }>('SELECT id FROM idempotency_keys WHERE key = $1', ['undead']),
    );
    const run = { id: row?.id ?? '', run: 1, workspaceId: user.workspaceId, formFingerprint: null };
    const marking = inIdempotentRun(run, () =>
      api.database.inWorkspace(user.workspaceId, (tx) => api.app.get(IdempotentEffects).mark(tx, '/made/twice')),
    );
    await expect(marking).rejects.toMatchObject({ code: 'idempotency_in_progress' });
  });
});

describe('an upload with a key', () => {
  async function upload(key: string, content: string) {
    const { headers, payload } = wavOf(content);
    const all = { ...user.headers, ...headers, 'idempotency-key': key };
    return api.app.inject({ method: 'POST', url: '/api/v1/audio/upload', headers: all, payload });
  }

  it('is kept once, whatever its boundary', async () => {
    const before = await count('audio');
    const responses = await Promise.all(Array.from({ length: 5 }, () => upload('upload', 'one')));
    expect(responses.map(({ statusCode }) => statusCode)).toEqual(Array(5).fill(201));
    expect(new Set(responses.map(({ body }) => body)).size).toBe(1);
    expect(await count('audio')).toBe(before + 1);
  });

  it('is refused when the recording is another', async () => {
    await upload('upload-other', 'one');
    expect((await upload('upload-other', 'two')).json()).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
  });

  it('is tried again after a form that was wrong', async () => {
    const before = await count('audio');
    const { headers, payload } = wavOf('one', { surprise: 'field' });
    const all = { ...user.headers, ...headers, 'idempotency-key': 'wrong-form' };
    const wrong = await api.app.inject({ method: 'POST', url: '/api/v1/audio/upload', headers: all, payload });
    expect(wrong.statusCode).toBe(422);
    expect((await upload('wrong-form', 'one')).statusCode).toBe(201);
    expect(await count('audio')).toBe(before + 1);
  });
});

describe('the document', () => {
  it('offers the key on every route that creates something', async () => {
    const document: OpenAPIObject = await buildOpenApiDocument();
    const creating = Object.entries(document.paths).flatMap(([path, { post }]) => {
      const statuses = Object.keys(post?.responses ?? {});
      const guarded = post !== undefined && 'x-permission' in post;
      return guarded && (statuses.includes('201') || statuses.includes('202')) ? [{ path, post }] : [];
    });
    expect(creating.length).toBeGreaterThan(2);
    const without = creating.filter(
      ({ post }) => !post.parameters?.some((parameter) => 'name' in parameter && parameter.name === 'Idempotency-Key'),
    );
    expect(without.map(({ path }) => path)).toEqual([
      // By the rules of tus 1.0, whose clients send no such key: what was begun twice and is not gone on with expires.
      '/api/v1/uploads/resumable',
      // These create nothing; twice is once.
      '/api/v1/meetings/transcription/start-background',
      '/api/v1/meetings/transcription/restart-background',
      '/api/v1/meetings/transcription/process-all',
    ]);
  });
});
