import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, AuthClient } from './auth-client.js';
import { PASSWORD, startTestApi, type TestApi } from './test-api.js';

const TIMES = 200;
/** Requests at once; more would measure the queue before the processor. */
const AT_ONCE = 4;
const DIFFERENCE_MS = 5;

let api: TestApi;
let auth: AuthClient;
const accounts: string[] = [];
beforeAll(async () => {
  api = await startTestApi({ EMAIL_VERIFICATION: 'required' });
  auth = new AuthClient(api);
  for (let index = 0; index < TIMES; index += 1) accounts.push(`known-${index}@example.com`);
  await eachOf(accounts, (email) => auth.post('register', { email, password: PASSWORD, name: 'Known' }));
  // Every third came from elsewhere and has no password; every third is verified.
  await api.database.asSystem(async (tx) => {
    await tx.execute(`UPDATE users SET password_hash = NULL WHERE email ~ '[147]@'`);
    await tx.execute(`UPDATE users SET email_verified_at = now() WHERE email ~ '[258]@'`);
  });
}, 60_000);
afterAll(() => api.stop());

const strangers = Array.from({ length: TIMES }, (_, index) => `strange-${index}@example.com`);

async function eachOf<T>(items: readonly T[], work: (item: T, index: number) => Promise<unknown>): Promise<void> {
  const rest = items.map((item, index) => ({ item, index }));
  const one = async (): Promise<void> => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) await work(next.item, next.index);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

interface Sample {
  milliseconds: number;
  /** Without what differs by its nature: the request's own id and address, the time of day, and what the request itself said. */
  answer: unknown;
}

async function sample(email: string, ask: (email: string) => Promise<Answer>): Promise<Sample> {
  const began = performance.now();
  const response = await ask(email);
  const milliseconds = performance.now() - began;
  const body = response.json<Record<string, unknown>>();
  if ('requestId' in body) body.requestId = '';
  if ('email' in body) expect(body.email).toBe(email);
  if ('email' in body) body.email = '';
  const headers = Object.keys(response.headers);
  const length = Number(response.headers['content-length']) - ('email' in body ? email.length : 0);
  return { milliseconds, answer: { status: response.statusCode, body, headers, length } };
}

/** Known and unknown addresses in turn, so that whatever else the machine does falls on both alike. */
async function compare(ask: (email: string) => Promise<Answer>): Promise<{ answers: Set<string>; difference: number }> {
  const [known, unknown]: [Sample[], Sample[]] = [[], []];
  await eachOf(accounts, async (email, index) => {
    const stranger = async (): Promise<unknown> => unknown.push(await sample(strangers[index] ?? '', ask));
    if (index % 2 === 0) await stranger();
    known.push(await sample(email, ask));
    if (index % 2 === 1) await stranger();
  });
  return {
    answers: new Set([...known, ...unknown].map(({ answer }) => JSON.stringify(answer))),
    difference: Math.abs(median(known) - median(unknown)),
  };
}

function median(samples: Sample[]): number {
  const sorted = samples.map(({ milliseconds }) => milliseconds).sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

describe('an address with an account and one without', () => {
  it.each<[string, (email: string) => Promise<Answer>]>([
    ['login', (email) => auth.login(email, 'not the password')],
    ['forgot-password', (email) => auth.post('forgot-password', { email })],
    ['resend-verification', (email) => auth.post('resend-verification', { email })],
    ['register', (email) => auth.post('register', { email, password: PASSWORD, name: 'Somebody' })],
  ])(
    'get the same answer in the same time from %s (item 30)',
    async (_, ask) => {
      const { answers, difference } = await compare(ask);
      expect([...answers]).toHaveLength(1);
      expect(difference).toBeLessThan(DIFFERENCE_MS);
    },
    60_000,
  );
});
