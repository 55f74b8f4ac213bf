import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { audited } from './audited.js';
import { AuthClient } from './auth-client.js';
import { lettersTo, type MailingApi, startMailingApi } from './letters.js';
import { PASSWORD } from './test-api.js';

/** The limits under test, with their numbers as they are; all others are off, so that nothing else refuses. */
const LIMITS = 'off,login=10/900,login-address=50/900,mail=3/3600,mail-recipient=10/86400';

let api: MailingApi;
beforeAll(async () => {
  api = await startMailingApi({ RATE_LIMITS: LIMITS, TRUSTED_PROXIES: '127.0.0.1' });
});
afterAll(() => api.stop());

let addresses = 0;
/** A client at an address of its own. */
function elsewhere(): AuthClient {
  addresses += 1;
  return new AuthClient(api, { 'x-forwarded-for': `198.51.${Math.floor(addresses / 250)}.${1 + (addresses % 250)}` });
}

describe('failed logins', () => {
  it('shut the account to that address after ten, for the right password too, and to no other address (item 29)', async () => {
    const { email } = await api.register();
    const attacker = elsewhere();
    for (let turn = 0; turn < 10; turn += 1) expect((await attacker.login(email, `wrong ${turn}`)).statusCode).toBe(401);
    for (const password of ['wrong', PASSWORD]) {
      const refused = await attacker.login(email, password);
      expect(refused.json()).toMatchObject({ status: 429, code: 'too_many_requests', policy: 'login' });
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(800);
    }
    expect((await elsewhere().login(email, PASSWORD)).statusCode).toBe(200);
    const { email: neighbour } = await api.register();
    expect((await attacker.login(neighbour, PASSWORD)).statusCode).toBe(200);
  });

  it('are counted for addresses that have no account as for others (item 30)', async () => {
    const client = elsewhere();
    for (let turn = 0; turn < 10; turn += 1) expect((await client.login('nobody@example.com', 'wrong')).statusCode).toBe(401);
    expect((await client.login('NOBODY@example.com ', 'wrong')).statusCode).toBe(422);
    expect((await client.login('NOBODY@example.com', 'wrong')).statusCode).toBe(429);
  });

  it('are forgotten with a right one', async () => {
    const { email } = await api.register();
    const client = elsewhere();
    for (let round = 0; round < 2; round += 1) {
      for (let turn = 0; turn < 9; turn += 1) expect((await client.login(email, 'wrong')).statusCode).toBe(401);
      expect((await client.login(email, PASSWORD)).statusCode).toBe(200);
    }
  });

  it('are no more than ten, also when a hundred come at once (item 29)', async () => {
    const { email } = await api.register();
    const client = elsewhere();
    const answers = await Promise.all(Array.from({ length: 100 }, (_, turn) => client.login(email, `wrong ${turn}`)));
    expect(answers.filter(({ statusCode }) => statusCode === 401)).toHaveLength(10);
    expect(answers.filter(({ statusCode }) => statusCode === 429)).toHaveLength(90);
  });

  it('with one password at a thousand accounts are caught by their address (item 29)', async () => {
    const sprayer = elsewhere();
    const statuses: number[] = [];
    for (let turn = 0; turn < 1_000; turn += 1)
      statuses.push((await sprayer.login(`user-${turn}@example.org`, 'Summer2026!')).statusCode);
    expect(statuses.slice(0, 50)).toEqual(Array<number>(50).fill(401));
    expect(statuses.slice(50)).toEqual(Array<number>(950).fill(429));
    const { email } = await api.register();
    expect((await sprayer.login(email, PASSWORD)).statusCode).toBe(429);
    expect((await elsewhere().login(email, PASSWORD)).statusCode).toBe(200);
  });

  it('count against whoever asks for the password again, too', async () => {
    const user = await api.register();
    const client = elsewhere().as(user);
    for (let turn = 0; turn < 10; turn += 1) expect((await client.delete('account', { password: 'wrong' })).statusCode).toBe(403);
    expect((await client.delete('account', { password: PASSWORD })).statusCode).toBe(429);
  });

  it('are recorded, without what was typed in', async () => {
    const { email, workspaceId } = await api.register();
    await elsewhere().login(email, 'the wrong password');
    await elsewhere().login('the-password-in-the-wrong-field@example.com', 'x');
    expect(await audited(api, workspaceId)).toContainEqual({
      action: 'session.refused',
      details: { reason: 'wrong_credentials' },
    });
    const nowhere = JSON.stringify(await audited(api, null));
    expect(nowhere).toContain('session.refused');
    expect(nowhere).not.toContain('wrong-field');
  });
});

describe('letters that anybody can ask for', () => {
  it.each(['forgot-password', 'resend-verification'])(
    '%s sends three an hour, and answers the same ever after',
    async (route) => {
      const { email } = await api.register();
      const before = (await lettersTo(api, email)).length;
      const client = elsewhere();
      for (let turn = 0; turn < 6; turn += 1) {
        const response = await client.post(route, { email });
        expect([response.statusCode, response.json()]).toEqual([202, { email, status: 'requested' }]);
      }
      expect(await lettersTo(api, email)).toHaveLength(before + 3);
    },
  );

  it('are no more than ten a day, from however many addresses', async () => {
    const { email } = await api.register();
    const before = (await lettersTo(api, email)).length;
    for (let turn = 0; turn < 15; turn += 1) expect((await elsewhere().post('forgot-password', { email })).statusCode).toBe(202);
    expect(await lettersTo(api, email)).toHaveLength(before + 10);
  });
});
