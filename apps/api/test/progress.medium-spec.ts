import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Events } from '#events';
import { makeTranscription } from '#testing/factories';
import { testRedisUrl } from '#testing/servers';
import { makeKey } from './api-key.fixture.js';
import { EventListener } from './event-stream.fixture.js';
import { type SignedInUser, startTestApi, type TestApi } from './test-api.js';

const CHUNKS = 40;
const redisUrl = testRedisUrl();
const backends: [string, Record<string, string>][] = [
  ['Postgres', {}],
  ...(redisUrl === null ? [] : ([['Redis', { REDIS_URL: redisUrl }]] as [string, Record<string, string>][])),
];

let listeners: EventListener[] = [];
afterEach(() => {
  for (const listener of listeners) listener.close();
  listeners = [];
});

/** Waits until something is so, at most ten seconds. */
async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = performance.now() + 10_000; !(await condition()); await sleep(10)) {
    if (performance.now() > deadline) throw new Error('It did not come to pass within 10 s.');
  }
}

async function listening(api: TestApi, port = 0): Promise<string> {
  await api.app.listen(port, '127.0.0.1');
  return api.app.getUrl();
}

async function follow(url: string, id: string, headers: Record<string, string>): Promise<EventListener> {
  const listener = await EventListener.open(`${url}/api/v1/transcriptions/${id}/events`, headers);
  listeners.push(listener);
  return listener;
}

/** Changes the row and says so, as a worker does. */
async function advance(api: TestApi, user: SignedInUser, id: string, change: string): Promise<void> {
  await api.database.inWorkspace(user.workspaceId, async (tx) => {
    await tx.execute(`UPDATE transcriptions SET ${change} WHERE id = $1`, [id]);
    await api.app.get(Events).publish(tx, `transcription:${id}`);
  });
}

async function begun(api: TestApi, user: SignedInUser): Promise<string> {
  const state = { status: 'processing', stage: 'transcribe', chunkCount: CHUNKS, chunksDone: 0 } as const;
  return (await makeTranscription(api.database, user.workspaceId, state)).id;
}

const END = `status = 'completed', stage = 'assemble', chunks_done = ${CHUNKS}, text = 'so', finished_at = now()`;

describe.each(backends)('following a transcription, with %s', (_, settings) => {
  let here: TestApi;
  let there: TestApi;
  let [hereUrl, thereUrl] = ['', ''];
  let user: SignedInUser;
  beforeAll(async () => {
    here = await startTestApi(settings);
    there = await startTestApi({ ...settings, DATABASE_URL: here.databaseUrl });
    [hereUrl, thereUrl] = [await listening(here), await listening(there)];
    user = await here.register();
  });
  afterAll(async () => {
    await there?.stop();
    await here?.stop();
  });

  it('tells the present state, each that follows in any process, and the end', async () => {
    const id = await begun(here, user);
    const listener = await follow(hereUrl, id, user.headers);
    expect(listener.status).toBe(200);
    expect(Object.fromEntries(listener.response.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    await listener.until(({ events }) => events.length === 1);
    expect(listener.retryMs).toBe(2_000);
    await advance(there, user, id, 'chunks_done = 10');
    await listener.until(({ events }) => events.length === 2);
    await advance(here, user, id, 'chunks_done = 20');
    await listener.until(({ events }) => events.length === 3);
    await advance(there, user, id, END);
    await listener.until(({ ended }) => ended);
    expect(listener.events.map(({ event }) => event)).toEqual(['progress', 'progress', 'progress', 'completed']);
    expect(listener.progress).toEqual([10, 32, 54, 100]);
    const ids = listener.events.map((event) => Number(event.id));
    expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b));
    const status = await here.app.inject({ url: `/api/v1/transcriptions/${id}/status`, headers: user.headers });
    expect(status.json()).toMatchObject(listener.events.at(-1)?.data as object);
  });

  it('goes on in another process where it was left, and answers 204 once all was heard', async () => {
    const id = await begun(here, user);
    const first = await follow(hereUrl, id, user.headers);
    await first.until(({ events }) => events.length === 1);
    first.close();
    const heard = { ...user.headers, 'last-event-id': first.events[0]?.id ?? '' };
    const nothingNew = await follow(thereUrl, id, heard);
    await nothingNew.until(({ comments }) => comments > 0);
    expect(nothingNew.events).toEqual([]);
    nothingNew.close();
    await advance(here, user, id, 'chunks_done = 5');
    const second = await follow(thereUrl, id, heard);
    await second.until(({ events }) => events.length === 1);
    expect(second.progress).toEqual([21]);
    await advance(here, user, id, END);
    await second.until(({ ended }) => ended);
    const last = second.events.at(-1)?.id ?? '';
    expect((await follow(hereUrl, id, { ...user.headers, 'last-event-id': last })).status).toBe(204);
    const late = await follow(hereUrl, id, user.headers);
    await late.until(({ ended }) => ended);
    expect(late.events.map(({ event }) => event)).toEqual(['completed']);
  });

  it('serves many at once', async () => {
    const id = await begun(here, user);
    const other = await here.register();
    const ids = [id, await begun(here, other)];
    const many = await Promise.all(
      [user, other].flatMap(({ headers }, whose) =>
        Array.from({ length: 40 }, (__, index) => follow(index % 2 ? hereUrl : thereUrl, ids[whose] ?? '', headers)),
      ),
    );
    await Promise.all(many.map((listener) => listener.until(({ events }) => events.length === 1, 20)));
    await advance(here, user, ids[0] ?? '', END);
    await advance(here, other, ids[1] ?? '', END);
    await Promise.all(many.map((listener) => listener.until(({ ended }) => ended, 20)));
    for (const listener of many) expect(listener.events.at(-1)?.event).toBe('completed');
  });
});

describe('a stream of events', () => {
  let api: TestApi;
  let url: string;
  let user: SignedInUser;
  beforeAll(async () => {
    api = await startTestApi({ CORS_ORIGINS: 'https://app.example.com' });
    url = await listening(api);
    user = await api.register();
  });
  afterAll(() => api?.stop());

  it('ends within a second when its listener may no longer listen', async () => {
    const id = await begun(api, user);
    const { key, id: keyId } = await makeKey(api, user.headers, { name: 'listener', scopes: ['read'] });
    const byKey = await follow(url, id, { authorization: `Bearer ${key}` });
    const bySession = await follow(url, id, user.headers);
    await Promise.all([byKey, bySession].map((listener) => listener.until(({ events }) => events.length === 1)));
    const began = performance.now();
    await api.app.inject({ method: 'DELETE', url: `/api/v1/api-keys/${keyId}`, headers: user.headers });
    await byKey.until(({ ended }) => ended);
    expect(performance.now() - began).toBeLessThan(1_500);
    expect(bySession.ended).toBe(false);
  });

  it('is refused beyond a hundred in a workspace, until one ends', async () => {
    const other = await api.register();
    const id = await begun(api, other);
    const many = await Promise.all(Array.from({ length: 100 }, () => follow(url, id, other.headers)));
    const refused = await follow(url, id, other.headers);
    expect([refused.status, refused.response.headers.get('retry-after')]).toEqual([429, '10']);
    many[0]?.close();
    await eventually(async () => (await follow(url, id, other.headers)).status === 200);
  });

  it('skips for a slow listener what is past', async () => {
    const id = await begun(api, user);
    const { port } = new URL(url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.pause();
    socket.write(
      `GET /api/v1/transcriptions/${id}/events HTTP/1.1\r\nHost: x\r\nAuthorization: ${user.headers.authorization}\r\n\r\n`,
    );
    await sleep(200);
    for (let done = 1; done < CHUNKS; done += 1) await advance(api, user, id, `chunks_done = ${done}`);
    await advance(api, user, id, END);
    let text = '';
    socket.on('data', (piece) => (text += piece.toString())).resume();
    await eventually(() => text.includes('event: completed'));
    socket.destroy();
    expect(text.match(/event: progress/g)?.length).toBeLessThan(CHUNKS / 2);
  });

  it('can be read by scripts of the origins that may', async () => {
    const id = await begun(api, user);
    const listener = await follow(url, id, { ...user.headers, origin: 'https://app.example.com' });
    expect(listener.response.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
  });

  it('answers HEAD without one, and tells of a transcription that is deleted by ending', async () => {
    const id = await begun(api, user);
    const path = `/api/v1/transcriptions/${id}/events`;
    const head = await fetch(url + path, { method: 'HEAD', headers: user.headers });
    expect([head.status, head.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
    const listener = await follow(url, id, user.headers);
    await listener.until(({ events }) => events.length === 1);
    await api.app.inject({ method: 'DELETE', url: `/api/v1/transcriptions/${id}`, headers: user.headers });
    await listener.until(({ ended }) => ended, 3);
    expect((await follow(url, id, user.headers)).status).toBe(404);
  });
});

/** The well-known client in a process of its own, far from what the tests resolve and replace; it prints what it hears. */
const EVENT_SOURCE = `
import { EventSource } from 'eventsource';
const [url, authorization] = process.argv.slice(1);
const source = new EventSource(url, { fetch: (address, init) => fetch(address, { ...init, headers: { ...init.headers, authorization } }) });
for (const type of ['progress', 'completed'])
  source.addEventListener(type, ({ data }) => console.log(type + ' ' + JSON.parse(data).progress));
source.addEventListener('error', () => source.readyState === EventSource.CLOSED && process.exit(0));
// It does not keep its process alive while it waits to connect again.
setInterval(() => undefined, 1_000);
`;

it('EventSource follows over the end of the process, and stops at the end of the transcription', async () => {
  const first = await startTestApi();
  const url = await listening(first);
  const user = await first.register();
  const id = await begun(first, user);
  let second: TestApi | undefined;
  let heard = '';
  const address = `${url}/api/v1/transcriptions/${id}/events`;
  const client = spawn(process.execPath, ['--input-type=module', '-e', EVENT_SOURCE, address, user.headers.authorization], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    client.stdout.on('data', (piece: Buffer) => (heard += piece.toString()));
    const hears = (text: string): Promise<void> => eventually(() => heard.includes(text));
    await hears('progress 10');
    second = await startTestApi({ DATABASE_URL: first.databaseUrl });
    const began = performance.now();
    await first.app.close();
    expect(performance.now() - began).toBeLessThan(3_000);
    await advance(second, user, id, 'chunks_done = 20');
    await listening(second, Number(new URL(url).port));
    await hears('progress 54');
    await advance(second, user, id, END);
    const [code] = (await once(client, 'exit')) as [number];
    expect([code, heard]).toEqual([0, 'progress 10\nprogress 54\ncompleted 100\n']);
  } finally {
    client.kill();
    await second?.stop();
    await first.stop();
  }
});
