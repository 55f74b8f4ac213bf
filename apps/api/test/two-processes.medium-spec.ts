import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OutsideAccounts } from '#identity';
import { makeAudio } from '#testing/factories';
import { AuthClient } from './auth-client.js';
import { type MailingApi, startMailingApi, tokenFor } from './letters.js';
import { PASSWORD, type SignedInUser, type TestApi } from './test-api.js';

let here: MailingApi;
let there: TestApi;
beforeAll(async () => {
  here = await startMailingApi();
  there = await startMailingApi({ DATABASE_URL: here.databaseUrl });
});
afterAll(async () => {
  await there?.stop();
  await here?.stop();
});

/** Milliseconds until the other process refuses the token it has just taken. */
async function refusedAfter(user: SignedInUser, change: () => Promise<unknown>): Promise<number> {
  const remote = new AuthClient(there).as(user);
  for (let turn = 0; turn < 3; turn += 1) expect((await remote.get('me')).statusCode).toBe(200);
  await change();
  const began = performance.now();
  while ((await remote.get('me')).statusCode !== 401) {
    if (performance.now() - began > 5_000) throw new Error('The other process never refused the token.');
    await sleep(5);
  }
  return performance.now() - began;
}

describe('what one process ends', () => {
  const local = (user: SignedInUser): AuthClient => new AuthClient(here).as(user);
  const otherSession = async (user: SignedInUser): Promise<SignedInUser> =>
    (await local(user).login(user.email, PASSWORD)).json<SignedInUser>();

  it.each<[string, (user: SignedInUser) => Promise<unknown>]>([
    ['a logout', (user) => local(user).post('logout')],
    [
      'a session ended from another device',
      async (user) => {
        const other = local(await otherSession(user));
        const { data } = (await other.get('sessions')).json<{ data: { id: string; current: boolean }[] }>();
        for (const { id, current } of data) if (!current) await other.delete(`sessions/${id}`);
      },
    ],
    [
      'a new password',
      async (user) => {
        const body = { currentPassword: PASSWORD, newPassword: 'another sentence is good as well' };
        await local(await otherSession(user)).post('change-password', body);
      },
    ],
    [
      'a password set by letter',
      async (user) => {
        await local(user).post('forgot-password', { email: user.email });
        const token = await tokenFor(here, user.email);
        await local(user).post('reset-password', { token, password: 'another sentence is good as well' });
      },
    ],
    ['the end of the account', (user) => local(user).delete('account', { password: PASSWORD })],
    [
      'an operator who keeps somebody out',
      (user) =>
        here.database.asSystem((tx) => here.app.get(OutsideAccounts, { strict: false }).setDisabled(tx, user.userId, true)),
    ],
    [
      'a refresh token that came back',
      async (user) => {
        const refresh = async (refreshToken: string) =>
          (await local(user).post('refresh', { refreshToken })).json<SignedInUser>().refreshToken;
        await refresh(await refresh(user.refreshToken));
        await refresh(user.refreshToken);
      },
    ],
  ])('%s is refused by the other within a second (items 34, 39)', async (_, change) => {
    const user = await here.register();
    expect(await refusedAfter(user, () => change(user))).toBeLessThan(1_000);
  });
});

describe('a quota', () => {
  /** Of many requests to both processes at once, how many were let in. */
  async function letIn(count: number, ask: (api: TestApi) => Promise<{ statusCode: number }>): Promise<number> {
    const answers = await Promise.all(Array.from({ length: count }, (_, turn) => ask(turn % 2 === 0 ? here : there)));
    const refused = answers.filter(({ statusCode }) => statusCode === 429).length;
    expect(answers.filter(({ statusCode }) => statusCode >= 500)).toEqual([]);
    return count - refused;
  }

  async function withQuotas(quotas: object): Promise<SignedInUser> {
    const user = await here.register();
    const sql = 'UPDATE workspaces SET quotas = $2 WHERE id = $1';
    await here.database.asSystem((tx) => tx.execute(sql, [user.workspaceId, JSON.stringify(quotas)]));
    return user;
  }

  it('Q11: of calls lets in exactly as many as there are, by both processes together', async () => {
    const user = await withQuotas({ calls: 60 });
    const ask = (api: TestApi) => api.app.inject({ method: 'GET', url: '/api/v1/audio', headers: user.headers });
    const first = await letIn(50, ask);
    expect(first).toBe(50);
    expect(first + (await letIn(50, ask))).toBeLessThanOrEqual(60);
    await sleep(2_100);
    await letIn(20, ask);
    expect(await letIn(2, ask)).toBe(0);
  });

  it('Q11: of what is ordered lets in exactly as much as there is', async () => {
    const user = await withQuotas({ transcription: 1_000_000 });
    const { id: audioId } = await makeAudio(here.database, user.workspaceId, { claimedSeconds: 300 });
    const payload = { audioId };
    const order = (api: TestApi) =>
      api.app.inject({ method: 'POST', url: '/api/v1/transcriptions', headers: user.headers, payload });
    expect(await letIn(20, order)).toBe(3);
  });
});
