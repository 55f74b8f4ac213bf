import { describe, expect, it } from '@jest/globals';
import { ApiError, ConnectionError, StenoError } from './errors.ts';
import { quickly } from './quick-timers.fixture.ts';
import { broken, json, problem, ScriptedServer, silent } from './scripted-server.fixture.ts';

const ORDER = { audioId: '019aa3a1-2b3c-7d4e-8f50-617283940a1b' };
const ID = '019aa3a2-5d6e-7f80-91a2-b3c4d5e6f708';

const failureOf = (act: () => Promise<unknown>): Promise<unknown> =>
  quickly(act).then(
    () => undefined,
    (error: unknown) => error,
  );
const keysOf = ({ seen }: ScriptedServer): (string | null)[] => seen.map(({ headers }) => headers.get('idempotency-key'));

describe('a request', () => {
  it('goes to the route with its parameters, query, body and credentials', async () => {
    const server = new ScriptedServer(json({ data: [] }), json({ id: 'a/b' }), json({}, 202));
    const client = server.client({ workspaceId: 'w1', baseUrl: 'https://steno.example.com/' });
    await client.usage.get({ from: '2026-03-01', groupBy: ['day', 'provider'] });
    await client.audio.get('a/b');
    await client.transcriptions.create(ORDER);
    expect(server.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /api/v1/usage?from=2026-03-01&groupBy=day%2Cprovider',
      'GET /api/v1/audio/a%2Fb',
      'POST /api/v1/transcriptions',
    ]);
    expect(JSON.parse(server.seen[2]?.body ?? '')).toEqual(ORDER);
    expect(Object.fromEntries(server.seen[2]?.headers ?? [])).toMatchObject({
      authorization: 'Bearer stn_key',
      'x-workspace-id': 'w1',
      'content-type': 'application/json',
    });
  });

  it('that creates carries a key of its own, the others none', async () => {
    const server = new ScriptedServer(json({}, 202), json({}, 202), json({}), json({}));
    const client = server.client();
    await client.transcriptions.create(ORDER);
    await client.transcriptions.create(ORDER);
    await client.transcriptions.get(ID);
    await client.transcriptions.cancel(ID);
    const [first, second, ...others] = keysOf(server);
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    expect(second).not.toBe(first);
    expect(others).toEqual([null, null]);
  });

  it('takes a key of yours', async () => {
    const server = new ScriptedServer(json({}, 202));
    await server.client().transcriptions.create(ORDER, { idempotencyKey: 'order-17' });
    expect(keysOf(server)).toEqual(['order-17']);
  });
});

describe('a request that fails', () => {
  it('is sent again with the same key when the connection broke or the server was away', async () => {
    const server = new ScriptedServer(
      broken,
      problem(503, 'service_unavailable'),
      problem(409, 'idempotency_in_progress'),
      json({ id: ID }, 202),
    );
    expect(await quickly(() => server.client().transcriptions.create(ORDER))).toEqual({ id: ID });
    expect(new Set(keysOf(server)).size).toBe(1);
    expect(server.seen).toHaveLength(4);
  });

  it('is not sent again when it might take effect twice', async () => {
    const server = new ScriptedServer(broken, problem(500, 'internal_error'));
    const client = server.client();
    expect(await failureOf(() => client.transcriptions.cancel(ID))).toBeInstanceOf(ConnectionError);
    expect(await failureOf(() => client.transcriptions.cancel(ID))).toMatchObject({ status: 500 });
    expect(server.seen).toHaveLength(2);
  });

  it('waits as long as the server says', async () => {
    const server = new ScriptedServer(problem(429, 'too_many_requests', { 'retry-after': '20' }), json({ id: ID }));
    const startedAt = Date.now();
    let answeredAt = 0;
    await quickly(async () => {
      const from = Date.now();
      await server.client().transcriptions.cancel(ID);
      answeredAt = Date.now() - from;
    });
    expect(answeredAt).toBeGreaterThanOrEqual(20_000);
    expect(Date.now() - startedAt).toBeLessThan(5_000);
  });

  it.each([
    ['a quota that is used up', problem(429, 'quota_exceeded', { 'retry-after': '5' })],
    ['a wait that is too long', problem(429, 'too_many_requests', { 'retry-after': '3000' })],
    ['a date that is too far', problem(503, 'service_unavailable', { 'retry-after': 'Fri, 01 Jan 2100 00:00:00 GMT' })],
    ['what is wrong with the request', problem(422, 'validation_failed')],
    ['a store that is full', problem(507, 'insufficient_storage')],
  ])('is not sent again for %s', async (_, answer) => {
    const server = new ScriptedServer(answer);
    expect(await failureOf(() => server.client().transcriptions.get(ID))).toBeInstanceOf(ApiError);
    expect(server.seen).toHaveLength(1);
  });

  it('is given up after so many tries, with its key for another', async () => {
    const server = new ScriptedServer(broken, broken, broken);
    const failure = await failureOf(() => server.client({ retries: 2 }).transcriptions.create(ORDER));
    expect(failure).toBeInstanceOf(ConnectionError);
    expect(failure).toMatchObject({ message: expect.stringContaining('socket hang up'), idempotencyKey: keysOf(server)[0] });
    expect(server.seen).toHaveLength(3);
  });

  it('to remove something is done when its first try had removed it', async () => {
    const lost = new ScriptedServer(broken, problem(404, 'audio_not_found'));
    expect(await failureOf(() => lost.client().audio.remove(ID))).toBeUndefined();
    const never = new ScriptedServer(problem(404, 'audio_not_found'));
    expect(await failureOf(() => never.client().audio.remove(ID))).toMatchObject({ code: 'audio_not_found' });
  });

  it('gives what its first try made when the server lost the answer', async () => {
    const lost = problem(409, 'idempotency_answer_lost', {}, { location: `/api/v1/transcriptions/${ID}` });
    const server = new ScriptedServer(broken, lost, json({ id: ID, status: 'pending' }));
    expect(await quickly(() => server.client().transcriptions.create(ORDER))).toEqual({ id: ID, status: 'pending' });
    expect(server.seen.at(-1)).toMatchObject({ method: 'GET', path: `/api/v1/transcriptions/${ID}`, body: '' });
    expect(keysOf(server).at(-1)).toBeNull();
  });

  it('says what was wrong', async () => {
    const errors = [{ path: 'audioId', message: 'must be a UUID', code: 'isUuid' }];
    const server = new ScriptedServer(problem(422, 'validation_failed', { 'retry-after': '7' }, { errors }));
    const failure = await failureOf(() => server.client().transcriptions.create(ORDER));
    expect(failure).toBeInstanceOf(StenoError);
    expect(failure).toMatchObject({
      name: 'ApiError',
      message: 'This is validation_failed.',
      status: 422,
      code: 'validation_failed',
      requestId: 'req_1',
      violations: errors,
      retryAfterSeconds: 7,
    });
  });

  it('by something on the way has no code of the server', async () => {
    const page = (): Response => new Response('<html>Bad gateway</html>', { status: 400 });
    const failure = await failureOf(() => new ScriptedServer(page).client().usage.quotas());
    expect(failure).toMatchObject({ status: 400, code: 'unknown', message: '<html>Bad gateway</html>' });
  });

  it('for want of time is told from one that was aborted', async () => {
    const slow = new ScriptedServer(silent);
    const late = await failureOf(() => slow.client({ timeoutMs: 3_000, retries: 0 }).usage.quotas());
    expect(late).toMatchObject({ name: 'ConnectionError', timedOut: true });
    const controller = new AbortController();
    const stopped = failureOf(() => new ScriptedServer(silent).client().usage.quotas({ signal: controller.signal }));
    controller.abort(new Error('Enough.'));
    expect(await stopped).toMatchObject({ message: 'Enough.' });
  });

  it('is not tried again once it is aborted', async () => {
    const controller = new AbortController();
    const server = new ScriptedServer(() => {
      controller.abort(new Error('Enough.'));
      return broken();
    });
    expect(await failureOf(() => server.client().usage.quotas({ signal: controller.signal }))).toMatchObject({
      message: 'Enough.',
    });
    expect(server.seen).toHaveLength(1);
  });
});

describe('a list', () => {
  it('is gone through page by page', async () => {
    const server = new ScriptedServer(
      json({ data: [{ id: '1' }, { id: '2' }], nextCursor: 'c2' }),
      json({ data: [{ id: '3' }], nextCursor: null }),
    );
    const ids: string[] = [];
    for await (const { id } of server.client().audio.each({ limit: 2 })) ids.push(id);
    expect(ids).toEqual(['1', '2', '3']);
    expect(server.seen.map(({ path }) => path)).toEqual(['/api/v1/audio?limit=2', '/api/v1/audio?limit=2&cursor=c2']);
  });

  it('is fetched no further than it is read', async () => {
    const server = new ScriptedServer(json({ data: [{ id: '1' }, { id: '2' }], nextCursor: 'c2' }));
    for await (const { id } of server.client().transcriptions.each()) if (id === '2') break;
    expect(server.seen).toHaveLength(1);
  });
});
