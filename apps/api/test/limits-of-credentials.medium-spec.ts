import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { FieldError } from '#errors';
import { type Actor, Credentials, identityErrors } from '#identity';
import { CallCounts, type CallTotal } from '#rate-limits';
import { startTestApi, type TestApi } from './test-api.js';

const ADDRESS = '192.0.2.1';

/** Keys as any room may bring them: `test-<id>`, good when they are in the list. */
type Keys = Record<string, Pick<Actor, 'plan' | 'keyLimitPerHour'>>;

describe('limits of credentials', () => {
  let api: TestApi;
  let workspaceId: string;
  let counted: CallTotal[];
  afterEach(() => api.stop());

  async function start(rateLimits: string, keys: Keys = {}): Promise<void> {
    api = await startTestApi({ RATE_LIMITS: rateLimits });
    const owner = await api.register();
    ({ workspaceId } = owner);
    counted = [];
    api.app.get(CallCounts).register(async (totals) => void counted.push(...totals));
    api.app.get(Credentials).register({
      recognises: (token) => token.startsWith('test-'),
      actorOf: async (token) => {
        const key = keys[token];
        if (key === undefined) throw new FieldError(identityErrors.access_token_invalid, 'No such key.');
        return { ...actorOfKey(owner), keyId: token, ...key };
      },
    });
  }

  const me = (token: string, remoteAddress = ADDRESS) =>
    api.app.inject({ method: 'GET', url: '/api/v1/auth/me', headers: { authorization: `Bearer ${token}` }, remoteAddress });

  async function statusesOf(count: number, token: string, remoteAddress = ADDRESS): Promise<number[]> {
    const statuses: number[] = [];
    for (let turn = 0; turn < count; turn += 1) statuses.push((await me(token, remoteAddress)).statusCode);
    return statuses;
  }

  it.each([
    ['free', 100],
    ['pro', 1_000],
    ['enterprise', 10_000],
    ['custom', 10_000],
  ] as const)('give a key of the plan %s %i requests an hour (item 12)', async (plan, limit) => {
    await start(`address=60000/60`, { 'test-key': { plan, keyLimitPerHour: null } });
    const { headers } = await me('test-key');
    expect(headers['ratelimit-policy']).toBe(`"address";q=60000;w=60, "key-${plan}";q=${limit};w=3600`);
    expect(headers.ratelimit).toContain(`"key-${plan}";r=${limit - 1};t=3600`);
  });

  it('hold for each key by itself, wherever it is used (item 12)', async () => {
    const key = { plan: 'free', keyLimitPerHour: null } as const;
    await start('off,key-free=3/3600', { 'test-one': key, 'test-other': key });
    expect(await statusesOf(4, 'test-one')).toEqual([200, 200, 200, 429]);
    expect(await statusesOf(1, 'test-one', '192.0.2.2')).toEqual([429]);
    expect(await statusesOf(1, 'test-other')).toEqual([200]);
  });

  it('heed the own limit of a key below that of its plan (item 12)', async () => {
    await start('off,key-pro=1000/3600,key=10000/3600', { 'test-key': { plan: 'pro', keyLimitPerHour: 2 } });
    expect(await statusesOf(2, 'test-key')).toEqual([200, 200]);
    const refused = await me('test-key');
    expect(refused.statusCode).toBe(429);
    expect(refused.json()).toMatchObject({ policy: 'key', limit: 2, windowSeconds: 3_600 });
  });

  it('refuse an address that tries wrong tokens, and nobody there whose token is good (item 29)', async () => {
    await start('off,rejected=5/60', { 'test-good': { plan: 'free', keyLimitPerHour: null } });
    for (let turn = 0; turn < 5; turn += 1) expect((await me(`test-${randomUUID()}`)).statusCode).toBe(401);
    const refused = await me(`test-${randomUUID()}`);
    expect(refused.statusCode).toBe(429);
    expect(refused.json()).toMatchObject({ policy: 'rejected' });
    expect(await statusesOf(3, 'test-good')).toEqual([200, 200, 200]);
    expect((await me(`test-${randomUUID()}`, '192.0.2.2')).statusCode).toBe(401);
  });

  it('count the calls of a key and of its workspace, but none that was refused', async () => {
    await start('off,key-free=3/3600', { 'test-key': { plan: 'free', keyLimitPerHour: null } });
    await statusesOf(5, 'test-key');
    await api.app.get(CallCounts).flush();
    const day = new Date().toISOString().slice(0, 10);
    expect(counted.map(({ counter, calls }) => [counter, calls])).toEqual([
      [`key:test-key:${day}`, 3],
      [`workspace:${workspaceId}:${day}`, 3],
    ]);
  });
});

function actorOfKey({ userId, email, workspaceId }: { userId: string; email: string; workspaceId: string }): Actor {
  return {
    kind: 'key',
    userId,
    email,
    name: 'Ada Lovelace',
    platformRole: 'user',
    workspaceId,
    workspaceName: 'A workspace',
    role: 'owner',
    plan: 'free',
    sessionId: null,
    keyId: null,
    scopes: null,
    keyLimitPerHour: null,
  };
}
