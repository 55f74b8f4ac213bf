import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { documentedOperations, urlOf } from './documented-operations.fixture.js';
import { wav } from '#testing/recordings';
import { type SignedInUser, startTestApi, type TestApi } from './test-api.js';

const operations = await documentedOperations();
const withJson = operations.filter(({ body }) => body !== undefined).map((operation) => [operation.name, operation] as const);

let api: TestApi;
let user: SignedInUser;
beforeAll(async () => {
  api = await startTestApi({ MAX_UPLOAD_MB: '1' });
  user = await api.register();
});
afterAll(() => api.stop());

const LOGIN = '/api/v1/auth/login';
const GOOD = JSON.stringify({ email: 'nobody@example.com', password: 'a wrong password' });

async function login(payload: string | Buffer, headers: Record<string, string> = { 'content-type': 'application/json' }) {
  return api.app.inject({ method: 'POST', url: LOGIN, headers, payload });
}

async function codeOf(payload: string | Buffer, headers?: Record<string, string>): Promise<[number, string]> {
  const answer = await login(payload, headers);
  return [answer.statusCode, answer.json<{ code: string }>().code];
}

describe('a JSON body', () => {
  it('may have a million bytes and not one more, and costs no more memory than that (item 22)', async () => {
    const filled = (bytes: number) => JSON.stringify({ email: '' }).replace('""', `"${'a'.repeat(bytes - 12)}"`);
    expect(filled(1_000_000)).toHaveLength(1_000_000);
    expect(await codeOf(filled(1_000_000))).toEqual([422, 'validation_failed']);
    expect(await codeOf(filled(1_000_001))).toEqual([413, 'body_too_large']);
    const before = process.memoryUsage.rss();
    for (let turn = 0; turn < 20; turn += 1) {
      expect((await login(Buffer.alloc(5_000_000, 'a'))).statusCode).toBe(413);
    }
    expect(process.memoryUsage.rss() - before).toBeLessThan(150_000_000);
  });

  it.each([
    ['too deep', `${'['.repeat(33)}${']'.repeat(33)}`, /nested deeper than 32 levels/],
    ['very deep', '['.repeat(1_000_000), /nested deeper than 32 levels/],
    [
      'of too many values',
      JSON.stringify(Object.fromEntries(Array.from({ length: 10_001 }, (_, key) => [key, key]))),
      /10000 values/,
    ],
    ['with __proto__ (item 55)', '{"__proto__":{"polluted":true},"email":"a"}', /field named __proto__/],
    ['with constructor.prototype (item 55)', '{"constructor":{"prototype":{"polluted":true}}}', /field named prototype/],
    ['that says a thing twice', '{"email":"a@example.com","email":"b@example.com"}', /field "email" twice/],
    ['that is not UTF-8', Buffer.from([0x22, 0xff, 0x22]), /not valid UTF-8/],
    ['in UTF-16', Buffer.from('{}', 'utf16le'), /not valid JSON/],
    ['that breaks off', '{"email":', /not valid JSON/],
    ['of a form', 'email=a%40example.com', /not valid JSON/],
  ])('is refused with a sentence: %s', async (_, payload, sentence) => {
    const answer = await login(payload);
    expect([answer.statusCode, answer.json()]).toMatchObject([
      400,
      { code: 'malformed_request', detail: expect.stringMatching(sentence) },
    ]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it.each([
    ['a number beyond all numbers', '{"email":1e400,"password":"a"}'],
    ['half a surrogate pair', '{"email":"\\ud800","password":"a"}'],
    ['NUL', '{"email":"a\\u0000@example.com","password":"a"}'],
    ['a list', '[]'],
    ['a text', '"text"'],
    ['null', 'null'],
    ['a list for a text', '{"email":["a@example.com"],"password":"a"}'],
    ['an object for a text', '{"email":{"toString":"a"},"password":{"$ne":null}}'],
  ])('is validated, whatever it holds: %s', async (_, payload) => {
    expect(await codeOf(payload)).toEqual([422, 'validation_failed']);
  });

  it('may begin with a byte order mark', async () => {
    expect(await codeOf(`\ufeff${GOOD}`)).toEqual([401, 'wrong_credentials']);
  });

  it('may be left out where none is wanted, whatever its header says', async () => {
    const signedIn = await api.register();
    const headers = { ...signedIn.headers, 'content-type': 'application/json' };
    expect((await api.app.inject({ method: 'POST', url: '/api/v1/auth/logout', headers })).statusCode).toBe(204);
  });

  it.each(['', '{'])('may not be left out or half sent where one is wanted: %j', async (payload) => {
    expect((await login(payload)).statusCode).toBeGreaterThanOrEqual(400);
    expect((await login(payload)).statusCode).toBeLessThan(500);
  });
});

describe('a Content-Type', () => {
  it.each([
    'application/json',
    'APPLICATION/JSON',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    ' application/json',
    'application/json ; charset=utf8',
  ])('is taken: %j', async (type) => {
    expect(await codeOf(GOOD, { 'content-type': type })).toEqual([401, 'wrong_credentials']);
  });

  it.each([
    'text/plain',
    'text/json',
    'application/x-www-form-urlencoded',
    'application/json; charset=utf-16',
    'application/json;charset=latin1',
    'application/v1+json',
    'application/problem+json',
    'application/jsonp',
    'multipart/form-data; boundary=limit',
    'multipart/form-data',
    'MULTIPART/mixed; boundary=limit',
    'application/octet-stream',
    'application/xml',
    'json',
    '*/*',
    '',
  ])('is refused: %j', async (type) => {
    expect(await codeOf(GOOD, { 'content-type': type })).toEqual([415, 'unsupported_content_type']);
  });

  it('must be there', async () => {
    expect(await codeOf(Buffer.from(GOOD), {})).toEqual([415, 'unsupported_content_type']);
  });

  it.each(['gzip', 'br', 'deflate', 'zstd', 'GZIP', 'identity, gzip'])('goes with no encoding: %s', async (encoding) => {
    const headers = { 'content-type': 'application/json', 'content-encoding': encoding };
    expect(await codeOf(GOOD, headers)).toEqual([415, 'unsupported_content_type']);
  });

  it.each(withJson)('of no route is anything but JSON: %s', async (_, operation) => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=limit']) {
      const answer = await api.app.inject({
        method: operation.method,
        url: urlOf(operation),
        headers: { ...user.headers, 'content-type': type },
        payload: JSON.stringify(operation.body),
      });
      expect([type, answer.statusCode]).toEqual([type, 415]);
    }
  });
});

describe('a form', () => {
  const part = (header: string, body: string): Buffer =>
    Buffer.from(`--limit\r\nContent-Disposition: form-data; ${header}\r\n\r\n${body}\r\n`);
  const json = (name: string): string => `name="${name}"\r\nContent-Type: application/json`;
  const file = Buffer.concat([part('name="file"; filename="a.wav"', '').subarray(0, -2), wav(1), Buffer.from('\r\n')]);

  async function upload(...parts: Buffer[]) {
    return api.app.inject({
      method: 'POST',
      url: '/api/v1/audio/transcribe-upload',
      headers: { ...user.headers, 'content-type': 'multipart/form-data; boundary=limit' },
      payload: Buffer.concat([file, ...parts, Buffer.from('--limit--\r\n')]),
    });
  }

  it('is taken with fields that are texts', async () => {
    expect((await upload(part('name="prompt"', '{"a":1}'), part('name="language"', 'en'))).statusCode).toBe(202);
  });

  it.each<[string, number, string, Buffer[]]>([
    ['__proto__ (item 55)', 400, 'form_unreadable', [part('name="__proto__"', 'a')]],
    ['constructor (item 55)', 400, 'form_unreadable', [part('name="constructor"', 'a')]],
    ['prototypes in a field (item 55)', 400, 'form_unreadable', [part(json('prompt'), '{"__proto__":{"polluted":true}}')]],
    ['a field that is no text', 422, 'validation_failed', [part(json('prompt'), '{"a":1}')]],
    ['a deep field', 422, 'validation_failed', [part(json('prompt'), '['.repeat(4_900) + ']'.repeat(4_900))]],
    ['an unknown field (item 8)', 422, 'validation_failed', [part('name="workspaceId"', 'a')]],
    ['a field twice (item 55)', 422, 'validation_failed', [part('name="prompt"', 'a'), part('name="prompt"', 'b')]],
    ['too many fields', 400, 'form_unreadable', Array.from({ length: 40 }, (_, number) => part(`name="f${number}"`, 'a'))],
  ])('is refused for %s, and nothing of it is kept', async (_, status, code, parts) => {
    const before = await recordings();
    const answer = await upload(...parts);
    expect(answer.json()).toMatchObject({ status, code });
    expect(await recordings()).toBe(before);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  async function recordings(): Promise<number> {
    return (await api.database.asSystem((tx) => tx.query('SELECT id FROM audio'))).length;
  }
});

describe('the form of a page', () => {
  const send = (payload: string) =>
    api.app.inject({
      method: 'POST',
      url: '/reset-password',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload,
    });

  it.each([
    '__proto__=1&__proto__=2',
    'constructor=1&prototype=2',
    '__proto__[polluted]=1&constructor[prototype][polluted]=1',
    'token=a&token=b&password=a%20long%20sentence%20is%20a%20good%20password',
    'token[]=a&password[$ne]=b',
    '%00=%00&%ff=%zz',
    '&=&==&',
  ])('reaches nothing it should not: %s (item 55)', async (payload) => {
    const answer = await send(payload);
    expect(answer.statusCode).toBeLessThan(500);
    expect(answer.headers['content-type']).toMatch(/; charset=utf-8$/);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('is short (item 22)', async () => {
    expect((await send(`token=${'a'.repeat(10_000)}`)).statusCode).toBe(413);
  });
});
