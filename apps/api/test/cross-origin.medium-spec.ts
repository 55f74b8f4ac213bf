import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SECURITY_HEADERS } from '../src/security-headers.js';
import { startTestApi, type TestApi } from './test-api.js';

const ALLOWED = 'https://app.example.com';

/** Origins that are like an allowed one in some way. */
const TRICKY = [
  'https://app.example.com.evil.example',
  'https://evil-app.example.com',
  'https://notapp.example.com',
  'https://sub.app.example.com',
  'https://example.com',
  'null',
  'https://app.example.com:8443',
  'https://app.example.com:443',
  'http://app.example.com',
  'https://APP.example.com',
  'https://app.example.com.',
  'https://app.example.com@evil.example',
  'https://user@app.example.com',
  'https://app.example.com/',
  'https://app.example.com https://evil.example',
  '*',
];

const PREFLIGHT = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type' };

describe('scripts of other origins', () => {
  let api: TestApi;
  let base: string;
  beforeAll(async () => {
    api = await startTestApi({ CORS_ORIGINS: `${ALLOWED}, http://localhost:5173` });
    await api.app.listen(0, '127.0.0.1');
    base = await api.app.getUrl();
  });
  afterAll(() => api.stop());

  async function ask(method: string, path: string, headers: Record<string, string>): Promise<[number, Record<string, string>]> {
    // fetch would not send these headers as they are
    const { status, headers: given } = await fetch(base + path, { method, headers });
    return [status, Object.fromEntries(given)];
  }

  const corsHeaders = (headers: Record<string, unknown>) =>
    Object.keys(headers).filter((name) => name.startsWith('access-control-'));

  it.each([
    ['GET', '/live', 200],
    ['GET', '/api/v1/audio', 401],
    ['GET', '/nowhere', 404],
    ['POST', '/live', 405],
  ])('of ours may read the answer of %s %s', async (method, path, status) => {
    for (const origin of [ALLOWED, 'http://localhost:5173']) {
      const [given, headers] = await ask(method, path, { origin });
      expect(given).toBe(status);
      expect(headers).toMatchObject({
        ...SECURITY_HEADERS,
        'access-control-allow-origin': origin,
        'access-control-expose-headers':
          'Location, Link, Retry-After, RateLimit, RateLimit-Policy, X-Request-Id, Idempotency-Replayed, ETag, Tus-Resumable, Tus-Version, Tus-Extension, Tus-Max-Size, Upload-Offset, Upload-Length, Upload-Metadata, Upload-Expires',
        vary: expect.stringContaining('Origin'),
      });
      expect(headers).not.toHaveProperty('access-control-allow-credentials');
    }
  });

  it('of ours are told beforehand what they may send', async () => {
    const [status, headers] = await ask('OPTIONS', '/api/v1/audio/upload', { origin: ALLOWED, ...PREFLIGHT });
    expect(status).toBe(204);
    expect(headers).toMatchObject({
      ...SECURITY_HEADERS,
      'access-control-allow-origin': ALLOWED,
      'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
      'access-control-allow-headers':
        'Authorization, Content-Type, Idempotency-Key, X-Workspace-Id, X-Request-Id, Last-Event-ID, Tus-Resumable, Upload-Length, Upload-Offset, Upload-Metadata',
      'access-control-max-age': '7200',
      'x-request-id': expect.any(String),
      vary: expect.stringContaining('Origin'),
    });
  });

  it.each(TRICKY)('of nobody are told nothing: %s (items 15 and 16)', async (origin) => {
    const answers = [
      await api.app.inject({ method: 'GET', url: '/live', headers: { origin } }),
      await api.app.inject({ method: 'OPTIONS', url: '/api/v1/auth/login', headers: { origin, ...PREFLIGHT } }),
    ];
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 405]);
    for (const { headers } of answers) {
      expect(corsHeaders(headers)).toEqual([]);
      expect(headers.vary).toContain('Origin');
    }
  });

  it('are not known without an origin', async () => {
    expect(corsHeaders((await ask('GET', '/live', {}))[1])).toEqual([]);
  });
});

describe('scripts of other origins, when none is named', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi();
  });
  afterAll(() => api.stop());

  it('are told nothing', async () => {
    const { headers } = await api.app.inject({ method: 'GET', url: '/live', headers: { origin: ALLOWED } });
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
    const preflight = await api.app.inject({ method: 'OPTIONS', url: '/live', headers: { origin: ALLOWED, ...PREFLIGHT } });
    expect([preflight.statusCode, preflight.headers.allow]).toEqual([405, 'GET, HEAD']);
  });
});
