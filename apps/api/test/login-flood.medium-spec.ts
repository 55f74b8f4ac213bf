import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PATIENCE } from '../src/slow-clients.js';
import { AuthClient } from './auth-client.js';
import { PASSWORD, type SignedInUser, startTestApi, type TestApi } from './test-api.js';

let api: TestApi;
let user: SignedInUser;
beforeAll(async () => {
  // A request that does not come over a socket never says that its body is complete, however long its answer takes.
  api = await startTestApi({ PASSWORD_COST: '8' }, { ...PATIENCE, bodyMs: 60_000 });
  user = await api.register();
});
afterAll(() => api.stop());

/** How long the slowest hundredth of requests takes, in milliseconds, while `going`. */
async function slowest(going: () => boolean): Promise<number> {
  const client = new AuthClient(api).as(user);
  const times: number[] = [];
  while (going() && times.length < 300) {
    const began = performance.now();
    expect((await client.get('me')).statusCode).toBe(200);
    times.push(performance.now() - began);
    await sleep(5);
  }
  expect(times.length).toBeGreaterThan(100);
  return times.sort((one, other) => one - other)[Math.floor(times.length * 0.99)] ?? NaN;
}

describe('two hundred logins at once', () => {
  it('leave other requests as quick as they were', async () => {
    await slowest(() => true);
    const alone = await slowest(() => true);
    let open = 200;
    const logins = Array.from({ length: open }, async () => {
      const { statusCode } = await new AuthClient(api).login(user.email, PASSWORD);
      open -= 1;
      return statusCode;
    });
    await sleep(100);
    const besides = await slowest(() => open > 0);
    expect(new Set(await Promise.all(logins))).toEqual(new Set([200]));
    // Twice, and what other programs on the machine may add. Hashing between the requests would keep them waiting for all two hundred, seconds.
    expect(besides).toBeLessThan(2 * alone + 150);
  }, 60_000);

  it('are refused with a time to come back when more wait than can be served', async () => {
    const answers = await Promise.all(Array.from({ length: 400 }, () => new AuthClient(api).login(user.email, PASSWORD)));
    const refused = answers.filter(({ statusCode }) => statusCode === 503);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.headers['retry-after']).toBe('5');
    expect(refused[0]?.json()).toMatchObject({ code: 'service_unavailable', detail: expect.stringContaining('signing in') });
    expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(400 - refused.length);
  }, 60_000);
});
