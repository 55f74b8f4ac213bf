import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { AudioService } from '#audio';
import { SECURITY_HEADERS } from '../src/security-headers.js';
import { wav } from '#testing/recordings';
import { type SignedInUser, startTestApi, type TestApi } from './test-api.js';

const EVIL_NAME = `../$(touch /tmp/steno-was-here);-i "x" \u202e größe.html`;

let api: TestApi;
let origin: string;
let user: SignedInUser;
let audioId: string;
beforeAll(async () => {
  api = await startTestApi();
  await api.app.listen(0, '127.0.0.1');
  origin = await api.app.getUrl();
  user = await api.register();
  audioId = (await upload(EVIL_NAME)).id;
});
afterAll(() => api.stop());

async function upload(name: string): Promise<{ id: string; name: string }> {
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(wav(1))]), name);
  const answer = await fetch(`${origin}/api/v1/audio/upload`, { method: 'POST', headers: user.headers, body: form });
  expect(answer.status).toBe(201);
  return (await answer.json()) as { id: string; name: string };
}

interface Asked {
  path: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

async function ask({ path, method = 'GET', headers = {}, body }: Asked): Promise<Response> {
  return fetch(origin + path, { method, headers: { ...user.headers, ...headers }, body });
}

const JSON_TYPE = { 'content-type': 'application/json' };
const LOGIN = '/api/v1/auth/login';

const ANSWERS: [string, Asked, number][] = [
  ['a success', { path: '/api/v1/audio' }, 200],
  ['somebody’s own words', { path: '/api/v1/auth/me' }, 200],
  ['a probe', { path: '/live' }, 200],
  ['an unknown route', { path: '/api/v1/nowhere' }, 404],
  ['an unknown page', { path: '/index.html' }, 404],
  ['an unknown thing', { path: '/api/v1/audio/019aa3a1-2b3c-7d4e-8f50-617283940a1b' }, 404],
  ['no credentials', { path: '/api/v1/audio', headers: { authorization: '' } }, 401],
  ['a wrong method', { path: '/api/v1/audio', method: 'DELETE' }, 405],
  ['broken JSON', { path: LOGIN, method: 'POST', headers: JSON_TYPE, body: '{' }, 400],
  ['a body too large', { path: LOGIN, method: 'POST', headers: JSON_TYPE, body: JSON.stringify('a'.repeat(1_000_001)) }, 413],
  ['a foreign body', { path: LOGIN, method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'a' }, 415],
  ['a wrong field', { path: LOGIN, method: 'POST', headers: JSON_TYPE, body: '{}' }, 422],
  ['a link that is none', { path: '/objects/x' }, 403],
  ['a path that is none', { path: '/%zz' }, 400],
  ['a part of the path that is too long', { path: `/objects/${'a'.repeat(3_000)}` }, 400],
  ['an unknown page of the documentation', { path: '/api/docs/nothing.js' }, 404],
];

describe('every answer', () => {
  it.each(ANSWERS)(
    'has the security headers, names its charset and is not kept: %s (items 15 and 17)',
    async (_, asked, status) => {
      const answer = await ask(asked);
      expect(answer.status).toBe(status);
      const headers = Object.fromEntries(answer.headers);
      const { 'content-security-policy': policy, ...others } = SECURITY_HEADERS;
      expect(headers).toMatchObject({ ...others, 'cache-control': 'no-store', 'x-request-id': expect.any(String) });
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
      if (!asked.path.startsWith('/api/docs')) expect(headers['content-security-policy']).toBe(policy);
      expect(headers['content-type']).toMatch(/^application\/(problem\+)?json; charset=utf-8$/);
      expect(headers).not.toHaveProperty('x-powered-by');
      expect(headers).not.toHaveProperty('server');
    },
  );

  it('has them when it is a stream, and what a route says goes first (items 13 and 15)', async () => {
    const { url } = (await (await ask({ path: `/api/v1/audio/${audioId}/url` })).json()) as { url: string };
    for (const path of [`/api/v1/audio/${audioId}/download`, new URL(url).pathname]) {
      const answer = await ask({ path });
      expect(answer.status).toBe(200);
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        ...SECURITY_HEADERS,
        'content-security-policy': 'sandbox',
        // A link may be followed by a player on any site.
        'cross-origin-resource-policy': path.startsWith('/objects/') ? 'cross-origin' : 'same-origin',
        'cache-control': 'private, no-cache',
        'content-disposition': expect.stringMatching(
          /^attachment; filename="[\x20-\x7e]*"; filename\*=UTF-8''[\w.%!#$&+^`|~-]+$/,
        ),
      });
      const unchanged = await ask({ path, headers: { 'if-none-match': answer.headers.get('etag') ?? '' } });
      expect([unchanged.status, unchanged.headers.get('cache-control')]).toEqual([304, 'private, no-cache']);
    }
  });
});

describe('a page of the documentation', () => {
  it.each(['/api/docs', '/api/redoc', '/api/openapi.json', '/api/openapi.yaml'])(
    'is there by default: %s (item 52)',
    async (path) => {
      const answer = await fetch(origin + path);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('content-type')).toMatch(/^(text|application)\/\S+; charset=utf-8$/);
    },
  );
});

it('a failure nobody foresaw tells its caller nothing (item 57)', async () => {
  const failing = jest.spyOn(api.app.get(AudioService, { strict: false }), 'list');
  failing.mockRejectedValueOnce(new TypeError('hunter2 at /etc/passwd'));
  const answer = await ask({ path: '/api/v1/audio' });
  const body = await answer.text();
  expect(answer.status).toBe(500);
  expect(JSON.parse(body)).toMatchObject({ code: 'internal_error', requestId: answer.headers.get('x-request-id') });
  expect(body).not.toMatch(/hunter2|TypeError|\.ts|node_modules/);
  expect(api.logged.some((line) => JSON.stringify(line).includes('hunter2'))).toBe(true);
});

describe('a file name', () => {
  it.each([
    '; id',
    '$(id)',
    '-i',
    'concat:a|b',
    '../../etc/passwd',
    '..%2f..%2f',
    'a\0b.wav',
    'CON',
    'a"b\\c.wav',
    `${'long'.repeat(250)}.wav`,
    'http://127.0.0.1/x.m3u8',
    '\u202egnp.exe',
    '🎤.wav',
    '<script>alert(1)</script>.html',
  ])('is a name and nothing else: %j (items 3, 26 and 27)', async (name) => {
    const { id } = await upload(name);
    const answer = await ask({ path: `/api/v1/audio/${id}/download` });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-disposition')).toMatch(
      /^attachment(; filename="(?:[^"\\\x00-\x1f]|\\.)*")?(; filename\*=UTF-8''[^\s"']+)?$/,
    );
    const keys = await api.database.asSystem((tx) => tx.query<{ object_key: string }>('SELECT object_key FROM audio'));
    for (const { object_key } of keys)
      expect(object_key).toMatch(/^workspaces\/[\da-f-]{36}\/audio\/[\da-f-]{36}\/original\.wav$/);
  });
});
