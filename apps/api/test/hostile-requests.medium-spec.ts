import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type DocumentedOperation, documentedOperations, urlOf } from './documented-operations.fixture.js';
import { NO_VENDORS } from './no-vendors.fixture.js';
import { type SignedInUser, startTestApi, type TestApi } from './test-api.js';

const operations = await documentedOperations();
const named = (some: DocumentedOperation[]) => some.map((operation) => [operation.name, operation] as const);
const withJson = operations.filter(({ body }) => body !== undefined);
/** What others tell us in words of theirs has whatever fields they like. */
const withFields = withJson.filter(({ path }) => !path.endsWith('/webhook'));
const withQuery = operations.filter(({ parameters }) => parameters.some((parameter) => parameter.in === 'query'));
const lists = operations.filter(({ parameters }) => parameters.some(({ name }) => name === 'cursor'));

const SQL = [
  `'`,
  `' OR '1'='1`,
  `'; DROP TABLE users; --`,
  `1; SELECT pg_sleep(5)`,
  `' UNION SELECT password_hash FROM users --`,
  `\\'; COPY users TO '/tmp/x'; --`,
  `$1`,
  `%27%20OR%201=1`,
  `id ASC, (SELECT 1/0)`,
  `{"$ne":null}`,
];
const XSS = [
  `<script>alert(1)</script>`,
  `"><img src=x onerror=alert(1)>`,
  `javascript:alert(1)`,
  `\`\${alert(1)}\``,
  `{{constructor.constructor('alert(1)')()}}`,
  `a\r\nSet-Cookie: a=b`,
  `%0d%0aSet-Cookie:%20a=b`,
  `../../../../etc/passwd`,
  `a\u0000b`,
  `\u202e\ufeff\ud83d`,
];
const HOSTILE = [...SQL, ...XSS];

let api: TestApi;
let user: SignedInUser;
beforeAll(async () => {
  // Keys of providers are tried there; where nobody listens, that is said with 503.
  api = await startTestApi(NO_VENDORS);
});
// Anew for each: some routes end a session or an account.
beforeEach(async () => {
  user = await api.register();
});
afterAll(() => api.stop());

type Answer = Awaited<ReturnType<typeof ask>>;

async function ask(operation: DocumentedOperation, url: string, body = operation.body, headers: Record<string, string> = {}) {
  return api.app.inject({
    method: operation.method,
    url,
    headers: { ...user.headers, ...headers },
    ...(body === undefined ? {} : { payload: body }),
  });
}

/** The address of an operation; a workspace's is the caller's own. */
function addressOf(operation: DocumentedOperation, given: Record<string, string> = {}): string {
  const own: Record<string, string> = operation.path.startsWith('/api/v1/workspaces/{id}') ? { id: user.workspaceId } : {};
  return urlOf(operation, { ...own, ...given });
}

/** Nothing broke, nothing is told as anything but what it is. */
function expectHarmless(answer: Answer, hostile: string): void {
  const elsewhere = answer.statusCode === 503 && answer.json<{ code: string }>().code === 'provider_unavailable';
  expect([hostile, answer.statusCode < 500 || elsewhere]).toEqual([hostile, true]);
  const type = String(answer.headers['content-type'] ?? 'nothing');
  expect(type).toMatch(
    /^(nothing|application\/(problem\+)?json; charset=utf-8|text\/(plain|vtt); charset=utf-8|application\/x-subrip.*)$/,
  );
  expect(answer.headers['set-cookie']).toBeUndefined();
}

async function users(): Promise<object[]> {
  return api.database.asSystem((tx) => tx.query('SELECT id FROM users ORDER BY id'));
}

describe('hostile texts', () => {
  it.each(named(operations))(
    'break nothing as parameters of %s (items 1 and 2)',
    async (_, operation) => {
      const before = await users();
      for (const { name, in: where } of operation.parameters) {
        for (const hostile of HOSTILE) {
          const headers: Record<string, string> = where === 'header' ? { [name]: hostile.replaceAll(/[^\x20-\x7e]/g, '') } : {};
          const url = where === 'header' ? addressOf(operation) : addressOf(operation, { [name]: hostile.toWellFormed() });
          expectHarmless(await ask(operation, url, operation.body, headers), `${name}: ${hostile}`);
        }
      }
      expect((await users()).length).toBeGreaterThanOrEqual(before.length);
    },
    60_000,
  );

  it.each(named(withJson))(
    'break nothing as fields of %s (items 1 and 2)',
    async (_, operation) => {
      for (const field of Object.keys(operation.fields)) {
        for (const hostile of HOSTILE) {
          const body = { ...operation.body, [field]: hostile };
          expectHarmless(await ask(operation, addressOf(operation), body), `${field}: ${hostile}`);
        }
      }
    },
    60_000,
  );

  it('break nothing as headers of any request (item 1)', async () => {
    for (const header of [
      'authorization',
      'user-agent',
      'x-request-id',
      'accept',
      'x-workspace-id',
      'if-none-match',
      'cookie',
      'range',
    ]) {
      for (const hostile of HOSTILE.map((text) => text.replaceAll(/[^\x20-\x7e]/g, ''))) {
        const answer = await api.app.inject({ url: '/api/v1/auth/me', headers: { ...user.headers, [header]: hostile } });
        expectHarmless(answer, `${header}: ${hostile}`);
        expect(answer.headers['x-request-id']).toMatch(/^[\w.~-]{8,128}$/);
      }
    }
  });

  it('take no more time than others (item 2)', async () => {
    const started = performance.now();
    await api.app.inject({ url: `/api/v1/audio?cursor=${encodeURIComponent("';SELECT pg_sleep(5)--")}`, headers: user.headers });
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe('a field that is not the caller’s to set', () => {
  const FOREIGN = [
    'id',
    'workspaceId',
    'tenantId',
    'role',
    'quota',
    'userId',
    'createdAt',
    'plan',
    'platformRole',
    'isAdmin',
    'somethingUnheardOf',
  ];

  it.each(named(withFields))('is refused by %s (items 8 and 54)', async (_, operation) => {
    for (const field of FOREIGN.filter((name) => !(name in operation.fields))) {
      const answer = await ask(operation, addressOf(operation), { ...operation.body, [field]: 'admin' });
      expect([field, answer.statusCode]).toEqual([field, 422]);
      expect(answer.json()).toMatchObject({
        code: 'validation_failed',
        errors: expect.arrayContaining([expect.objectContaining({ path: field, code: 'unknown_field' })]),
      });
    }
  });
});

describe('a query', () => {
  it.each(named(withQuery))('gives each thing once: %s (item 55)', async (_, operation) => {
    for (const { name, in: where, schema } of operation.parameters) {
      if (where !== 'query' || schema?.type === 'array') continue;
      const url = addressOf(operation, { [name]: 'a' });
      const value = encodeURIComponent(
        JSON.stringify(schema?.example ?? schema?.default ?? schema?.enum?.[0] ?? 1).replaceAll('"', ''),
      );
      for (const twice of [
        `${name}=${value}&${name}=${value}`,
        `${name}[]=${value}`,
        `${name}[a]=${value}`,
        `${name}.a=${value}`,
      ]) {
        const answer = await ask(operation, url.replace(`${name}=a`, twice));
        // A sign-in elsewhere looks first whether there is such a place.
        const status = operation.isPublic && answer.statusCode === 404 ? 422 : answer.statusCode;
        expect([twice, status]).toEqual([twice, 422]);
      }
    }
  });

  it.each(named(withQuery))('reaches no prototype: %s (item 55)', async (_, operation) => {
    const url = addressOf(operation);
    const start = url.includes('?') ? '&' : '?';
    for (const name of [
      '__proto__',
      'constructor',
      'prototype',
      '__proto__[polluted]',
      'constructor.prototype.polluted',
      'toString',
    ]) {
      for (const query of [`${name}=1`, `${name}=1&${name}=2`]) {
        const answer = await ask(operation, url + start + query);
        expectHarmless(answer, query);
        expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
      }
    }
  });

  it.each(named(lists))('asks for pages that are: %s', async (_, operation) => {
    const wrong = {
      limit: ['-1', '0', '1000000000', '1.5', 'NaN', '1e2x'],
      page: ['0', '-1', '1e99'],
      cursor: ['x', 'AAAA', '0'.repeat(101)],
    };
    for (const [name, values] of Object.entries(wrong)) {
      if (!operation.parameters.some((parameter) => parameter.name === name)) continue;
      for (const value of values) {
        const answer = await ask(operation, addressOf(operation, { [name]: value }));
        expect([name, value, answer.statusCode]).toEqual([name, value, 422]);
      }
    }
  });
});

describe('who somebody is', () => {
  const CLAIMS = {
    'x-forwarded-for': '203.0.113.9',
    forwarded: 'for=203.0.113.9;host=evil.example;proto=https',
    'x-real-ip': '203.0.113.9',
    'x-client-ip': '203.0.113.9',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'https',
    'x-original-url': '/api/v1/auth/logout',
    'x-rewrite-url': '/api/v1/auth/logout',
    'x-http-method-override': 'DELETE',
    host: 'evil.example',
  };
  const identity = (other: SignedInUser) => ({
    'x-user-id': other.userId,
    'x-tenant-id': other.workspaceId,
    'x-role': 'admin',
    'x-authenticated-user': other.email,
  });

  it('is what the token says, whatever other headers say (item 18)', async () => {
    const other = await api.register();
    const plain = await api.app.inject({ url: '/api/v1/auth/me', headers: user.headers });
    const claimed = await api.app.inject({ url: '/api/v1/auth/me', headers: { ...user.headers, ...CLAIMS, ...identity(other) } });
    expect(claimed.json()).toEqual(plain.json());
    const alone = await api.app.inject({ url: '/api/v1/auth/me', headers: { ...CLAIMS, ...identity(other) } });
    expect(alone.statusCode).toBe(401);
  });

  it('and where this server is, is not what a request says (item 18)', async () => {
    for (const url of ['/api/v1/audio?limit=1', '/api/v1/auth/me', '/api/openapi.json', '/api/v1/nowhere', '/api/docs']) {
      const answer = await api.app.inject({ url, headers: { ...user.headers, ...CLAIMS } });
      expect(answer.body + JSON.stringify(answer.headers)).not.toContain('evil.example');
    }
  });
});
