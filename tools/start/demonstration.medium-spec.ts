import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { demonstrate } from './demonstration.ts';

/** Requests take their time on a busy machine. */
jest.setTimeout(60_000);

interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body: unknown;
}

const ACCOUNT = { email: 'demo@steno.example', password: 'a long password' };
const ENGINE = { provider: 'local', model: 'pocketsphinx', lowAccuracy: true };
const PENDING = { id: 't1', status: 'pending', stage: null, progress: 0, durationSeconds: null, engine: null };
const COMPLETED = { ...PENDING, status: 'completed', progress: 100, durationSeconds: 75.5, engine: ENGINE };

/** Answers of the API by route; a list is used up one by one, its last entry stays. */
let routes: Record<string, Answer[]>;
let requests: { route: string; authorization: string | undefined; body: string }[];
let server: Server;
let folder: string;
let printed: string[];

beforeEach(async () => {
  routes = {
    'POST auth/register': [{ status: 201, body: { accessToken: 'first' } }],
    'POST auth/login': [{ body: { accessToken: 'second' } }],
    'POST audio/upload': [{ status: 201, body: { id: 'a1' } }],
    'POST transcriptions': [{ status: 202, body: PENDING }],
    'GET transcriptions/t1': [
      { body: { ...PENDING, status: 'processing', stage: 'transcribing', progress: 50 } },
      { body: COMPLETED },
    ],
    'GET transcriptions/t1/segments?limit=100&page=1': [page(1, 'the first words')],
    'GET transcriptions/t1/segments?limit=100&page=2': [page(2, 'the last words')],
  };
  requests = [];
  server = createServer((request, response) => {
    void answer(request).then(({ status = 200, headers = {}, body }) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  folder = mkdtempSync(join(tmpdir(), 'steno-demonstration-'));
  writeFileSync(join(folder, 'talk.mp3'), 'the bytes of the recording');
  printed = [];
  jest.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
});

afterEach(() => {
  jest.restoreAllMocks();
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

function page(number: number, words: string): Answer {
  return { body: { data: [{ start: number, end: number + 0.5, speaker: null, text: words }], page: number, totalPages: 2 } };
}

async function answer(request: IncomingMessage): Promise<Answer> {
  const route = `${request.method} ${request.url?.replace('/api/v1/', '')}`;
  requests.push({ route, authorization: request.headers.authorization, body: await text(request) });
  const answers = routes[route] ?? [];
  return (answers.length > 1 ? answers.shift() : answers[0]) ?? { status: 404, body: { detail: `no route ${route}` } };
}

function run(signal = new AbortController().signal): Promise<void> {
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  return demonstrate({ origin, account: ACCOUNT, secretsFile: 'secrets.json', recording: join(folder, 'talk.mp3'), signal });
}

describe('demonstrate', () => {
  it('uploads, watches and prints the whole transcript with times', async () => {
    await run();
    const output = printed.join('\n');
    expect(output).toMatch(/ 50 % {2}transcribing\n.*100 % {2}completed/);
    expect(output).toContain('[0:01.0 – 0:01.5] the first words\n  [0:02.0 – 0:02.5] the last words');
    expect(output).toContain('1:15.5 of sound, by local pocketsphinx');
    expect(output).toContain('npm run model -- base');
    const upload = requests.find(({ route }) => route === 'POST audio/upload');
    expect(upload?.authorization).toBe('Bearer first');
    expect(upload?.body).toMatch(/name="file"; filename="talk\.mp3"[\s\S]*the bytes of the recording/);
    expect(requests.find(({ route }) => route === 'POST transcriptions')?.body).toBe('{"audioId":"a1","reuse":false}');
  });

  it('signs in when the account is there already', async () => {
    routes['POST auth/register'] = [{ status: 409, body: { code: 'email_taken', detail: 'taken' } }];
    await run();
    expect(requests[2]).toMatchObject({ route: 'POST audio/upload', authorization: 'Bearer second' });
  });

  it('says what to do when the password of the account no longer works', async () => {
    routes['POST auth/register'] = [{ status: 409, body: { code: 'email_taken', detail: 'taken' } }];
    routes['POST auth/login'] = [{ status: 401, body: { code: 'wrong_credentials', detail: 'wrong' } }];
    await expect(run()).rejects.toThrow(/does not accept its password.*secrets\.json/s);
  });

  it('signs in anew when the token runs out while it waits', async () => {
    routes['GET transcriptions/t1'] = [{ status: 401, body: { detail: 'expired' } }, { body: COMPLETED }];
    await run();
    expect(requests.filter(({ route }) => route === 'GET transcriptions/t1').at(-1)?.authorization).toBe('Bearer second');
  });

  it('waits as told when there are too many requests', async () => {
    routes['POST transcriptions'] = [
      { status: 429, headers: { 'retry-after': '1' }, body: { detail: 'too many' } },
      { status: 202, body: COMPLETED },
    ];
    const startedAt = Date.now();
    await run();
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(990);
  });

  it("shows the API's own sentence when it refuses", async () => {
    routes['POST audio/upload'] = [
      { status: 422, body: { code: 'not_audio', detail: 'This is no recording; send MP3 or WAV.' } },
    ];
    await expect(run()).rejects.toThrow('POST /api/v1/audio/upload was refused (422): This is no recording; send MP3 or WAV.');
  });

  it('says why a transcription failed', async () => {
    const error = { code: 'unreadable_audio', detail: 'Nothing could be decoded.' };
    routes['GET transcriptions/t1'] = [{ body: { ...PENDING, status: 'failed', error } }];
    await expect(run()).rejects.toThrow('The transcription failed: Nothing could be decoded.');
  });

  it('names the request during which the API broke off', async () => {
    server.removeAllListeners('request').on('request', (request: IncomingMessage) => request.socket.destroy());
    await expect(run()).rejects.toThrow(/broke off while it answered POST auth\/register/);
  });

  it('ends at once when it is interrupted', async () => {
    routes['GET transcriptions/t1'] = [{ body: PENDING }];
    await expect(run(AbortSignal.timeout(300))).rejects.toMatchObject({ name: expect.stringMatching(/AbortError|TimeoutError/) });
  });
});
