import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApi, type TestApi } from './test-api.js';

const TOKEN = 'a token for whoever scrapes';
const SCRAPER = { authorization: `Bearer ${TOKEN}` };

let open: TestApi;
let closed: TestApi;
beforeAll(async () => {
  open = await startTestApi({
    READY_NEEDS_WORKER: 'true',
    GROQ_API_KEY_1: 'gsk_first-key-of-this-test',
    GROQ_API_KEY_2: 'gsk_second-key-of-this-test',
  });
  closed = await startTestApi({ DATABASE_URL: open.databaseUrl, METRICS_TOKEN: TOKEN, DOCS_TOKEN: TOKEN });
}, 30_000);
afterAll(async () => {
  await closed.stop();
  await open.stop();
});

const get = (api: TestApi, url: string, headers = {}) => api.app.inject({ method: 'GET', url, headers });

/** The value of a figure, by its name and labels as the text has them. */
async function figure(api: TestApi, name: string): Promise<number | undefined> {
  const { body } = await get(api, '/health/metrics', SCRAPER);
  const line = body.split('\n').find((one) => one.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length + 1));
}

describe('GET /health', () => {
  it.each(['/health', '/api/v1/health'])('says in short how the service does, at %s', async (url) => {
    const response = await get(open, url);
    expect(response.json()).toEqual({
      status: 'failing',
      app: 'api',
      version: expect.any(String),
      uptimeSeconds: expect.any(Number),
    });
    // It wants a worker, and there is none.
    expect(response.statusCode).toBe(503);
  });

  it('says in detail what it is told from', async () => {
    const report = (await get(open, '/health?detailed=true')).json<Record<string, unknown>>();
    expect(report).toMatchObject({
      checks: { database: { ok: true }, worker: { ok: false } },
      workers: 0,
      providers: [{ id: 'groq', circuit: 'closed', keys: { all: 2, usable: 2 } }],
    });
    expect(report['queues']).toContainEqual({ name: 'mail.send', waiting: 0, running: 0, slots: null, oldestSeconds: null });
  });

  it('shows neither keys nor their ends', async () => {
    const texts = await Promise.all(
      ['/health?detailed=true', '/health/providers', '/health/metrics'].map(async (url) => (await get(open, url)).body),
    );
    expect(texts.join('')).not.toMatch(/gsk_|test/);
  });
});

describe('the token of the figures', () => {
  it.each(['/health?detailed=true', '/health/providers', '/health/metrics', '/api/v1/health/metrics'])(
    'is wanted at %s',
    async (url) => {
      const refused = await get(closed, url);
      expect([refused.statusCode, refused.json()]).toMatchObject([401, { code: 'figures_closed' }]);
      expect((await get(closed, url, { authorization: `Bearer ${TOKEN}x` })).statusCode).toBe(401);
      expect((await get(closed, url, SCRAPER)).statusCode).not.toBe(401);
    },
  );

  it('is not wanted by probes', async () => {
    expect((await get(closed, '/live')).statusCode).toBe(200);
    expect((await get(closed, '/health')).json()).toMatchObject({ status: 'ok' });
  });
});

describe('the token of the documentation', () => {
  const basic = { authorization: `Basic ${Buffer.from(`anybody:${TOKEN}`).toString('base64')}` };

  it.each([
    '/api/docs',
    '/api/docs/',
    '/api/redoc',
    '/api/openapi.json',
    '/api/openapi.yaml',
    '/api/%64ocs',
    '/api/docs/swagger-ui.css',
  ])('is wanted at %s', async (url) => {
    const refused = await get(closed, url);
    expect([refused.statusCode, refused.json()]).toMatchObject([401, { code: 'documentation_closed' }]);
    expect(refused.headers['www-authenticate']).toMatch(/^Basic /);
    for (const headers of [SCRAPER, basic]) expect((await get(closed, url, headers)).statusCode).toBeLessThan(400);
    expect((await get(open, url)).statusCode).toBeLessThan(400);
  });
});

describe('GET /health/metrics', () => {
  it('is the text format of Prometheus', async () => {
    const response = await get(open, '/health/metrics');
    expect(response.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(response.body).toMatch(
      /^# HELP steno_build_info .+\n# TYPE steno_build_info gauge\nsteno_build_info\{app="api",version=/m,
    );
  });

  it('counts requests by template, not by address', async () => {
    const { headers } = await open.register();
    const id = '019aa3a1-2b3c-7d4e-8f50-617283940a1b';
    await get(open, `/api/v1/audio/${id}`, headers);
    await get(open, `/nothing/${id}`);
    const { body } = await get(open, '/health/metrics');
    expect(body).toContain('steno_http_request_duration_seconds_count{method="GET",route="/api/v1/audio/:id",status="4xx"} 1');
    expect(body).toContain('steno_http_problems_total{code="audio_not_found"} 1');
    expect(body).not.toContain(id);
  });

  it('shows the work that is owed, and what limits let through', async () => {
    await open.register();
    // What is in the database is read at most once in five seconds, so by a process that has read nothing yet.
    const fresh = await startTestApi({ DATABASE_URL: open.databaseUrl });
    try {
      expect(await figure(fresh, 'steno_queue_jobs{queue="mail.send",priority="normal",state="waiting"}')).toBeGreaterThan(0);
      expect(await figure(fresh, 'steno_database_pool_size')).toBeGreaterThan(1);
      expect(await figure(fresh, 'steno_workers')).toBe(0);
      expect(await figure(fresh, 'steno_reading_ok{source="queues"}')).toBe(1);
    } finally {
      await fresh.stop();
    }
  });
});
