import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { CallCounts, type CallTotal, LimitStorage } from '#rate-limits';
import { ask, bearer, makeKey, meOf } from './api-key.fixture.js';
import { type SignedInUser, startTestApi, type TestApi } from './test-api.js';

interface Usage {
  from: string;
  to: string;
  total: number;
  days: { day: string; calls: number; lastAt: string }[];
}

const today = () => new Date().toISOString().slice(0, 10);

let api: TestApi;
let owner: SignedInUser;
/** Headers of a key that may see the usage of others. */
let reader: { authorization: string };
beforeAll(async () => {
  api = await startTestApi();
  owner = await api.register();
  reader = bearer((await makeKey(api, owner.headers, { scopes: ['admin'] })).key);
});
afterAll(() => api.stop());

async function callTimes(count: number, key: string, of = api): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) expect((await meOf(of, key)).statusCode).toBe(200);
}

async function usageOf(id: string, query = ''): Promise<Usage> {
  return (await ask(api, 'GET', `/${id}/usage${query}`, reader)).json<Usage>();
}

/** Hands totals on as the counting does, so that a test can say when and from where they come. */
async function handOn(...totals: CallTotal[]): Promise<void> {
  const counted = jest.spyOn(api.app.get(LimitStorage), 'unsettledCalls').mockResolvedValue(totals);
  await api.app.get(CallCounts).flush();
  counted.mockRestore();
}

describe('the usage of a key', () => {
  it('is the greatest total of each source, whatever order totals come in', async () => {
    const { id } = await makeKey(api, owner.headers);
    const total = (day: string, source: string, calls: number, hour: number): CallTotal => ({
      counter: `key:${id}:${day}`,
      source,
      calls,
      lastAt: new Date(`${day}T${String(hour).padStart(2, '0')}:00:00Z`),
    });
    await handOn(total('2026-01-01', 'a', 7, 9), total('2026-01-01', 'b', 1, 8), total('2026-01-03', 'a', 2, 7));
    await handOn(total('2026-01-01', 'a', 5, 6));
    await handOn(total('2026-01-01', 'b', 4, 12));
    expect(await usageOf(id, '?from=2026-01-01&to=2026-01-03')).toEqual({
      from: '2026-01-01',
      to: '2026-01-03',
      total: 13,
      days: [
        { day: '2026-01-01', calls: 11, lastAt: '2026-01-01T12:00:00.000Z' },
        { day: '2026-01-03', calls: 2, lastAt: '2026-01-03T07:00:00.000Z' },
      ],
    });
    expect((await usageOf(id, '?from=2026-01-02&to=2026-01-03')).total).toBe(2);
    expect((await usageOf(id, '?from=2026-01-02&to=2026-01-02')).total).toBe(0);
  });

  it('takes no harm from counts of other things', async () => {
    const { id } = await makeKey(api, owner.headers);
    const rest = { source: 'a', calls: 3, lastAt: new Date('2026-01-01T10:00:00Z') };
    const counters = [
      `workspace:${owner.workspaceId}:2026-01-01`,
      'key:019aa3a1-2b3c-7d4e-8f50-617283940a1b:2026-01-01',
      'key:nobody:2026-01-01',
      `key:${id}:2026-01-01`,
    ];
    await handOn(...counters.map((counter) => ({ counter, ...rest })));
    expect((await usageOf(id, '?from=2026-01-01&to=2026-01-01')).total).toBe(3);
    expect(api.logged.filter(({ msg }) => String(msg).includes('Call counts'))).toEqual([]);
  });

  it('does not count what was refused', async () => {
    const { id, key } = await makeKey(api, owner.headers);
    await meOf(api, key, { 'x-workspace-id': '019aa3a1-2b3c-7d4e-8f50-617283940a1b' });
    await ask(api, 'DELETE', `/${id}`, owner.headers);
    await meOf(api, key);
    await api.app.get(CallCounts).flush();
    expect((await usageOf(id)).total).toBe(0);
  });

  it.each(['?from=2026-02-30', '?to=yesterday', '?from=2026-01-02&to=2026-01-01', '?from=2020-01-01&to=2026-01-01', '?day=1'])(
    'is not to be had for %s',
    async (query) => {
      const { id } = await makeKey(api, owner.headers);
      expect((await ask(api, 'GET', `/${id}/usage${query}`, owner.headers)).json()).toMatchObject({
        status: 422,
        code: 'validation_failed',
      });
    },
  );

  // Last of all: Passport is one for the whole process, so access tokens are read by the gateway that was started last.
  it('is every call, over processes and their restarts, however often it is written', async () => {
    const { id, key } = await makeKey(api, owner.headers);
    expect(await usageOf(id)).toMatchObject({ to: today(), total: 0, days: [] });
    await callTimes(3, key);
    await api.app.get(CallCounts).flush();
    await api.app.get(CallCounts).flush();
    await callTimes(2, key);
    const other = await startTestApi({ DATABASE_URL: api.databaseUrl });
    await callTimes(4, key, other);
    await Promise.all([other.stop(), api.app.get(CallCounts).flush()]);
    const restarted = await startTestApi({ DATABASE_URL: api.databaseUrl });
    await callTimes(1, key, restarted);
    await restarted.stop();
    const usage = await usageOf(id);
    expect(usage).toMatchObject({ total: 10, days: [{ day: today(), calls: 10 }] });
    const { lastUsedAt } = (await ask(api, 'GET', `/${id}`, reader)).json<{ lastUsedAt: string }>();
    expect(lastUsedAt).toBe(usage.days[0]?.lastAt);
    expect(Date.now() - Date.parse(lastUsedAt)).toBeLessThan(60_000);
  });
});
