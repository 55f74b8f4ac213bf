import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { AudioService } from '#audio';
import { SECURITY_HEADERS } from '../src/security-headers.js';
import { RawConnection } from './raw-exchange.fixture.js';
import { wav } from '#testing/recordings';
import { type SignedInUser, startTestApi, type TestApi } from './test-api.js';

/** A tenth of the usual, so that the tests need not wait. */
const PATIENCE = { headersMs: 500, bodyMs: 1_000, formSilenceMs: 1_000, formBytesPerSecond: 5_000, checkEveryMs: 100 };
const LATE = 5_000;

let api: TestApi;
let user: SignedInUser;
let port: number;
const opened: RawConnection[] = [];
beforeAll(async () => {
  api = await startTestApi({}, PATIENCE);
  await api.app.listen(0, '127.0.0.1');
  port = Number(new URL(await api.app.getUrl()).port);
  user = await api.register();
});
afterEach(() => {
  for (const connection of opened.splice(0)) connection.close();
  jest.restoreAllMocks();
});
afterAll(() => api.stop());

async function open(bytes: string | Buffer): Promise<RawConnection> {
  const connection = await RawConnection.open(port);
  opened.push(connection);
  connection.send(bytes);
  return connection;
}

/** Sends a byte at a time, as slowly as it takes to hold a connection for ever. */
function drip(connection: RawConnection, bytes: string, everyMs = 50): void {
  let at = 0;
  const timer = setInterval(() => connection.send(bytes[at++ % bytes.length] ?? ''), everyMs);
  connection.socket.once('close', () => clearInterval(timer));
}

const LOGIN = 'POST /api/v1/auth/login HTTP/1.1\r\nHost: steno\r\nContent-Type: application/json\r\n';

const form = (body: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from('--limit\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'),
    body,
    Buffer.from('\r\n--limit--\r\n'),
  ]);

const uploadHead = (length: number, path = '/api/v1/audio/upload'): string =>
  `POST ${path} HTTP/1.1\r\nHost: steno\r\nAuthorization: ${user.headers.authorization}\r\nContent-Type: multipart/form-data; boundary=limit\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n`;

async function givenUp(connection: RawConnection): Promise<{ status: number; detail: string }> {
  expect(await connection.ended(LATE)).toBe(true);
  const [answer, ...others] = connection.answers();
  expect(others).toEqual([]);
  expect(answer?.headers).toMatchObject({ ...SECURITY_HEADERS, connection: 'close' });
  const problem = JSON.parse(answer?.body ?? '') as { status: number; code: string; detail: string };
  expect(problem.code).toBe('request_timeout');
  return problem;
}

async function recordings(): Promise<number> {
  return (await api.database.asSystem((tx) => tx.query('SELECT id FROM audio'))).length;
}

describe('a client that takes its time', () => {
  it('is given up when it says nothing', async () => {
    await givenUp(await open(''));
  });

  it('is given up when its headers drip', async () => {
    const connection = await open('GET /live HTTP/1.1\r\nHost: steno\r\nX-Slow: ');
    drip(connection, 'a');
    await givenUp(connection);
    expect(connection.endedAfterMs).toBeLessThan(3_000);
  });

  it('is given up when its second request does not come to an end', async () => {
    const connection = await open('GET /live HTTP/1.1\r\nHost: steno\r\n\r\nGET /li');
    expect(await connection.ended(LATE)).toBe(true);
    expect(connection.answers().map(({ status }) => status)).toEqual([200, 408]);
  });

  it.each([
    ['of a told length', `${LOGIN}Content-Length: 1000\r\n\r\n`, '"'],
    ['in chunks', `${LOGIN}Transfer-Encoding: chunked\r\n\r\n`, '1\r\n"\r\n'],
  ])('is given up when its body drips: %s', async (_, head, bytes) => {
    const connection = await open(head);
    drip(connection, bytes);
    expect((await givenUp(connection)).detail).toMatch(/^The body did not arrive within 1 seconds\./);
  });

  it('is given up when its form falls silent, and nothing of it is left', async () => {
    const connection = await open(Buffer.concat([Buffer.from(uploadHead(400_000)), form(wav(2)).subarray(0, 20_000)]));
    expect((await givenUp(connection)).detail).toMatch(/^Nothing of the form arrived for 1 seconds\./);
    expect(await recordings()).toBe(0);
  });

  it('is given up when its form drips', async () => {
    const connection = await open(uploadHead(400_000));
    connection.send(form(wav(1)).subarray(0, 200));
    drip(connection, 'a');
    expect((await givenUp(connection)).detail).toMatch(/^The form arrives at less than 5000 bytes a second\./);
    expect(await recordings()).toBe(0);
  });

  it('is served when its form takes long but moves', async () => {
    const bytes = form(wav(1));
    const connection = await open(uploadHead(bytes.length));
    for (let at = 0; at < bytes.length; at += 1_500) {
      connection.send(bytes.subarray(at, at + 1_500));
      await sleep(100);
    }
    expect(await connection.ended(LATE)).toBe(true);
    expect(connection.answers().map(({ status }) => status)).toEqual([201]);
  });

  it('is not blamed for a store that takes its time', async () => {
    const audio = api.app.get(AudioService, { strict: false });
    const store = audio.store.bind(audio);
    jest.spyOn(audio, 'store').mockImplementationOnce(async (...given) => {
      await sleep(2_500);
      return store(...given);
    });
    const bytes = form(wav(20));
    const connection = await open(Buffer.concat([Buffer.from(uploadHead(bytes.length)), bytes]));
    expect(await connection.ended(10_000)).toBe(true);
    expect(connection.answers().map(({ status }) => status)).toEqual([201]);
  });

  it('may wait for its transcript longer than for anything else', async () => {
    const bytes = form(wav(1));
    const head = uploadHead(bytes.length, '/api/v1/audio/transcribe-upload?wait=3');
    const connection = await open(Buffer.concat([Buffer.from(head), bytes]));
    expect(await connection.ended(10_000)).toBe(true);
    expect(connection.answers().map(({ status }) => status)).toEqual([202]);
    expect(connection.endedAfterMs).toBeGreaterThan(3_000);
  });

  it('does not slow down anybody else, with 199 like it', async () => {
    const slow = await Promise.all(
      Array.from({ length: 200 }, async (_, number) => {
        const starts = ['GET /live HTTP/1.1\r\nX-Slow: ', `${LOGIN}Content-Length: 1000\r\n\r\n`, uploadHead(1_000_000)];
        const connection = await open(starts[number % starts.length] ?? '');
        drip(connection, 'a', 100);
        return connection;
      }),
    );
    const took: number[] = [];
    for (let turn = 0; turn < 30; turn += 1) {
      const started = performance.now();
      const answer = await fetch(`http://127.0.0.1:${port}/api/v1/auth/me`, { headers: user.headers });
      await answer.arrayBuffer();
      took.push(performance.now() - started);
      expect(answer.status).toBe(200);
    }
    took.sort((a, b) => a - b);
    expect(took[15]).toBeLessThan(1_000);
    const ended = await Promise.all(slow.map((connection) => connection.ended(LATE)));
    expect(ended.every(Boolean)).toBe(true);
  }, 30_000);
});

it('nothing that went wrong on the way was ours', () => {
  expect(api.logged.filter(({ level }) => level === 'error')).toEqual([]);
});
