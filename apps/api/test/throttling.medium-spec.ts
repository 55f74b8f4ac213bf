import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { testRedisUrl } from '#testing/servers';
import { startTestApi, type TestApi } from './test-api.js';

/** One item of a RateLimit or RateLimit-Policy header: its name and its numbers. */
type Item = Record<string, number | string>;

/** Reads a list of structured fields whose items are strings with integer parameters; nothing else is allowed. */
function itemsOf(header: unknown): Item[] {
  if (typeof header !== 'string') throw new Error('The header is missing.');
  return header.split(', ').map((text) => {
    if (!/^"[a-z-]+"(;[a-z]+=\d+)+$/.test(text)) throw new Error(`No item of the list: ${text}`);
    const [name = '', ...parameters] = text.split(';');
    const numbers = parameters.map((parameter): [string, number] => {
      const [key = '', value] = parameter.split('=');
      return [key, Number(value)];
    });
    return { name: name.slice(1, -1), ...Object.fromEntries(numbers) };
  });
}

const ME = '/api/v1/auth/me';

function ask(api: TestApi, url = ME, headers: Record<string, string> = {}, remoteAddress = '192.0.2.1') {
  return api.app.inject({ method: 'GET', url, headers, remoteAddress });
}

function login(api: TestApi, headers: Record<string, string> = {}, remoteAddress = '192.0.2.1') {
  const payload = { email: 'nobody@example.com', password: 'wrong' };
  return api.app.inject({ method: 'POST', url: '/api/v1/auth/login', payload, headers, remoteAddress });
}

describe('limits of requests', () => {
  let api: TestApi;
  afterEach(() => api.stop());

  it('take 20 sign-in requests a minute from one address and tell the 21st when to come back (item 12)', async () => {
    api = await startTestApi({ RATE_LIMITS: 'off,sign-in=20/60' });
    for (let turn = 0; turn < 20; turn += 1) expect((await login(api)).statusCode).toBe(401);
    const refused = await login(api);
    expect(refused.statusCode).toBe(429);
    expect(refused.headers['content-type']).toContain('application/problem+json');
    const wait = Number(refused.headers['retry-after']);
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(60);
    expect(refused.json()).toMatchObject({
      code: 'too_many_requests',
      detail: expect.stringMatching(
        /^Too many sign-in requests from this address: 20 in 60 seconds are allowed\. Try again in \d+ seconds?\.$/,
      ),
      policy: 'sign-in',
      limit: 20,
      windowSeconds: 60,
    });
    expect((await login(api, {}, '192.0.2.2')).statusCode).toBe(401);
  });

  it('are named in every answer with what is left of them (item 12)', async () => {
    api = await startTestApi({ RATE_LIMITS: 'address=50/60,user=2/60,anonymous=100/900' });
    const ada = await api.register();
    const first = await ask(api, ME, ada.headers);
    expect(itemsOf(first.headers['ratelimit-policy'])).toEqual([
      { name: 'address', q: 50, w: 60 },
      { name: 'user', q: 2, w: 60 },
    ]);
    expect(itemsOf(first.headers.ratelimit)).toEqual([
      { name: 'address', r: expect.any(Number), t: expect.any(Number) },
      { name: 'user', r: 1, t: 60 },
    ]);
    const second = await ask(api, ME, ada.headers);
    expect(second.statusCode).toBe(200);
    const refused = await ask(api, ME, ada.headers);
    expect(refused.statusCode).toBe(429);
    const [spent] = itemsOf(refused.headers.ratelimit);
    expect(spent).toMatchObject({ name: 'user', r: 0 });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(Number(spent?.['t']));
    expect(itemsOf(refused.headers['ratelimit-policy'])).toContainEqual({ name: 'user', q: 2, w: 60 });
    const other = await ask(api, ME, (await api.register()).headers);
    expect(other.statusCode).toBe(200);
  });

  it('count a user wherever the requests come from (item 12)', async () => {
    api = await startTestApi({ RATE_LIMITS: 'off,user=3/60' });
    const ada = await api.register();
    for (const last of [1, 2, 3]) expect((await ask(api, ME, ada.headers, `192.0.2.${last}`)).statusCode).toBe(200);
    expect((await ask(api, ME, ada.headers, '192.0.2.4')).statusCode).toBe(429);
  });

  it.each(['X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'X-User-Id', 'X-Tenant-Id'])(
    'do not move with what a stranger says in %s (item 18)',
    async (header) => {
      api = await startTestApi({ RATE_LIMITS: 'off,sign-in=3/60' });
      for (let turn = 0; turn < 3; turn += 1) {
        expect((await login(api, { [header]: `198.51.100.${turn}` })).statusCode).toBe(401);
      }
      expect((await login(api, { [header]: '198.51.100.9' })).statusCode).toBe(429);
    },
  );

  it('go by what a trusted proxy says, and by the last stranger before it (item 18)', async () => {
    api = await startTestApi({ RATE_LIMITS: 'off,sign-in=1/60', TRUSTED_PROXIES: '192.0.2.1' });
    const through = (client: string) => login(api, { 'X-Forwarded-For': client });
    expect((await through('198.51.100.1')).statusCode).toBe(401);
    expect((await through('198.51.100.2')).statusCode).toBe(401);
    expect((await through('203.0.113.7, 198.51.100.1')).statusCode).toBe(429);
  });

  it('leave probes and signed links alone', async () => {
    api = await startTestApi({ RATE_LIMITS: 'address=1/60,anonymous=1/60' });
    expect((await login(api)).statusCode).toBe(401);
    expect((await login(api)).statusCode).toBe(429);
    for (const [url, status] of [
      ['/live', 200],
      ['/ready', 200],
      ['/objects/none', 404],
    ] as const) {
      for (let turn = 0; turn < 5; turn += 1) {
        const response = await ask(api, url);
        expect(response.statusCode).not.toBe(429);
        expect(response.headers.ratelimit).toBeUndefined();
        expect([status, 401, 403]).toContain(response.statusCode);
      }
    }
  });

  it('are the same for anonymous requests on all routes', async () => {
    api = await startTestApi({ RATE_LIMITS: 'off,anonymous=3/60' });
    for (let turn = 0; turn < 3; turn += 1) await login(api);
    expect((await login(api)).json()).toMatchObject({ policy: 'anonymous' });
  });
});

const redisUrl = testRedisUrl();
const PREFIX = `throttling_${process.pid}`;
const DONE = 'the requests are done';
(redisUrl === null ? describe.skip : describe)('two gateways on one Redis', () => {
  let gateways: TestApi[];
  beforeAll(async () => {
    const environment = {
      RATE_LIMITS: 'off,sign-in=40/60,address=1000/60,user=1000/60',
      REDIS_URL: redisUrl ?? '',
      QUEUE_PREFIX: PREFIX,
    };
    gateways = [await startTestApi(environment), await startTestApi(environment)];
  });
  afterAll(async () => {
    for (const gateway of gateways) await gateway.stop();
  });

  it('ask Redis once a request, for its limits and for counting the call', async () => {
    // Passport is one for the process: the gateway that was made last reads the tokens of all.
    const gateway = gateways.at(-1);
    if (gateway === undefined) throw new Error('no gateway');
    const ada = await gateway.register();
    expect((await ask(gateway, ME, ada.headers)).statusCode).toBe(200);
    const redis = new Redis(redisUrl ?? '');
    const monitor = await redis.monitor();
    const commands: string[] = [];
    monitor.on('monitor', (_time: string, args: string[], source: string) => {
      if (source !== 'lua' && args.some((arg) => arg === DONE || arg.startsWith(`${PREFIX}:`))) commands.push(args.join(' '));
    });
    for (let turn = 0; turn < 10; turn += 1) expect((await ask(gateway, ME, ada.headers)).statusCode).toBe(200);
    await redis.echo(DONE);
    while (!commands.some((command) => command.endsWith(DONE))) await sleep(5);
    monitor.disconnect();
    redis.disconnect();
    expect(commands.filter((command) => command.includes(ada.userId))).toHaveLength(10);
    expect(commands.filter((command) => command.includes(':limits:')).every((command) => /^evalsha /i.test(command))).toBe(true);
    expect(commands.filter((command) => command.includes(':limits:'))).toHaveLength(10);
  });

  it('let 40 of 100 requests at once through, not 41 (item 12)', async () => {
    const statuses = await Promise.all(
      Array.from({ length: 100 }, async (_, turn) => {
        const gateway = gateways[turn % 2];
        return gateway === undefined ? 0 : (await login(gateway)).statusCode;
      }),
    );
    expect(statuses.filter((status) => status === 401)).toHaveLength(40);
    expect(statuses.filter((status) => status === 429)).toHaveLength(60);
  });
});
