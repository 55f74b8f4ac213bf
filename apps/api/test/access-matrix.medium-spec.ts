import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NO_VENDORS } from './no-vendors.fixture.js';
import { OPERATIONS, type Operation } from './operations.fixture.js';
import { type Caller, CALLERS, makePeople, makeTenant, type Tenant, validRequest } from './tenant.fixture.js';
import { startTestApi, type TestApi } from './test-api.js';

/** The declared table: who may do what. Changed by hand, and read when it changes. */
const MATRIX = JSON.parse(readFileSync(new URL('access-matrix.json', import.meta.url), 'utf8')) as {
  callers: string[];
  operations: Record<string, string>;
};

const CANARY = 'canary-of-the-matrix';

let api: TestApi;
let tenant: Tenant;

beforeAll(async () => {
  api = await startTestApi({ EMAIL_VERIFICATION: 'optional', OPENAI_API_KEY: 'sk-of-nobody', ...NO_VENDORS });
  tenant = await makeTenant(api, await makePeople(api, CANARY), CANARY);
}, 30_000);
afterAll(() => api.stop());

/** What a request came to: refused for want of credentials, of the right, of the place; or let in, whatever came of it then. */
async function outcome(operation: Operation, caller: Caller): Promise<string> {
  const response = await api.app.inject(await validRequest(api, tenant, operation, caller));
  const { statusCode: status } = response;
  const changed = status < 300 && operation.method !== 'GET';
  // Somebody signed out, or a workspace gone, must not be what the next caller is refused for.
  if (changed && operation.permission !== undefined) {
    const people = operation.path.startsWith('/api/v1/auth/') ? await makePeople(api, CANARY) : tenant.people;
    tenant = await makeTenant(api, people, CANARY);
  }
  if (operation.permission === undefined)
    return status === 401 && /"(authentication_required|access_token_invalid)"/.test(response.body) ? '401' : 'ok';
  if (status >= 500 && !/"(speech|provider|no_)/.test(response.body)) return `${status}`;
  return [401, 403, 404].includes(status) ? `${status}` : 'ok';
}

describe('the matrix', () => {
  it('names every operation of the document, and no other', () => {
    expect(Object.keys(MATRIX.operations).sort()).toEqual(OPERATIONS.map(({ name }) => name).sort());
    expect(MATRIX.callers).toEqual(CALLERS);
  });

  it.each(OPERATIONS.map((operation) => [operation.name, operation] as const))(
    'holds for %s (item 36)',
    async (name, operation) => {
      const outcomes: string[] = [];
      for (const caller of CALLERS) outcomes.push(await outcome(operation, caller));
      expect(outcomes.join(' ')).toBe(MATRIX.operations[name]);
    },
    30_000,
  );
});
