import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { NO_VENDORS } from './no-vendors.fixture.js';
import { OPERATIONS, type Operation } from './operations.fixture.js';
import { type Kind, kindOf, makePeople, makeTenant, makeThing, type Tenant, validRequest } from './tenant.fixture.js';
import { startTestApi, type TestApi } from './test-api.js';

/** Stands in every text of the other workspace: names, transcripts, addresses, keys. */
const CANARY = 'canary-of-the-others';

const GUARDED = OPERATIONS.filter(({ permission }) => permission !== undefined);
/** Filters of lists: another workspace's id finds as much as one that nobody has. */
const FILTERS = GUARDED.flatMap((operation) => idsOf(operation, 'query'));
const IDS = GUARDED.flatMap((operation) => [...idsOf(operation, 'path'), ...idsOf(operation, 'body')]);

function idsOf(operation: Operation, place: 'path' | 'query' | 'body') {
  return operation.ids.filter((id) => id.in === place).map(({ name }) => [`${operation.name} ${name}`, operation, name] as const);
}

let api: TestApi;
let ours: Tenant;
let theirs: Tenant;
const theirThings = new Map<Kind, string>();

beforeAll(async () => {
  api = await startTestApi({ EMAIL_VERIFICATION: 'optional', ...NO_VENDORS });
  ours = await makeTenant(api, await makePeople(api, 'Ours'), 'ours');
  theirs = await makeTenant(api, await makePeople(api, CANARY), CANARY);
  for (const [, operation, name] of [...IDS, ...FILTERS]) {
    const kind = kindOf(operation, name);
    if (!theirThings.has(kind)) theirThings.set(kind, await makeThing(api, theirs, kind));
  }
}, 30_000);
afterAll(() => api.stop());

function theirThing(operation: Operation, name: string): string {
  const id = theirThings.get(kindOf(operation, name));
  if (id === undefined) throw new Error(`There is no thing of theirs for ${name} of ${operation.name}.`);
  return id;
}

async function ask(operation: Operation, ids: Record<string, string>, caller: 'owner' | 'anonymous' = 'owner') {
  return api.app.inject(await validRequest(api, ours, operation, caller, ids));
}

/** Every row of the other workspace, of its people, and how many of each table there are; its calls are counted some seconds late. */
async function allOfTheirs(): Promise<unknown> {
  return api.database.asSystem(async (tx) => {
    const tables = await tx.query<{ name: string; column: string }>(
      `SELECT c.relname AS name, a.attname AS column FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
       WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> 'workspace_calls'
         AND (a.attname = 'workspace_id' OR (c.relname = 'workspaces' AND a.attname = 'id')) ORDER BY 1`,
    );
    const people = Object.values(theirs.people).map(({ userId }) => userId);
    const selects = [
      ...tables.map(
        ({ name, column }) => `SELECT '${name}' AS t, to_jsonb(x) AS row FROM ${name} x
           WHERE ${column} = $1 AND to_jsonb(x)->>'resource' IS DISTINCT FROM 'calls'`,
      ),
      `SELECT 'sessions', to_jsonb(x) FROM sessions x WHERE user_id = ANY ($2)`,
      `SELECT 'users', to_jsonb(x) FROM users x WHERE id = ANY ($2)`,
      `SELECT 'deleted', to_jsonb(x) FROM workspaces x WHERE id = $3`,
    ];
    return tx.query(`SELECT t, row FROM (${selects.join(' UNION ALL ')}) AS everything ORDER BY t, row::text`, [
      theirs.workspaceId,
      people,
      theirThings.get('deletedWorkspace') ?? null,
    ]);
  });
}

/** An answer without what differs from request to request. */
function comparable(text: string, url: string): unknown {
  return JSON.parse(text.replaceAll(url, ''), (key, value: unknown) => (key === 'requestId' || key === 'instance' ? '' : value));
}

describe("another workspace's ids", () => {
  it.each(IDS)(
    'are unknown to %s, as one that nobody has; nothing changes (item 37)',
    async (_, operation, name) => {
      const before = await allOfTheirs();
      const [foreign, unknown] = [theirThing(operation, name), uuidv7()];
      const answers = [await ask(operation, { [name]: foreign }), await ask(operation, { [name]: unknown })];
      expect(answers.map(({ statusCode }) => statusCode)).toEqual([404, 404]);
      expect(comparable(answers[0]?.body ?? '', foreign)).toEqual(comparable(answers[1]?.body ?? '', unknown));
      expect(answers[0]?.body).not.toContain(CANARY);
      expect(await allOfTheirs()).toEqual(before);
    },
    20_000,
  );

  it.each(FILTERS)('find nothing as a filter: %s (item 37)', async (_, operation, name) => {
    const answers = [await ask(operation, { [name]: theirThing(operation, name) }), await ask(operation, { [name]: uuidv7() })];
    for (const answer of answers) expect(answer.json()).toMatchObject({ data: [], total: 0 });
  });

  it.each(
    GUARDED.filter(
      // What those who run the service alone may see is about all workspaces.
      ({ method, path, permission }) => method === 'GET' && !path.includes('{') && permission?.startsWith('platform:') !== true,
    ).map((operation) => [operation.name, operation] as const),
  )('and texts are in no list: %s (item 40)', async (_, operation) => {
    const answer = await ask(operation, {});
    expect(answer.statusCode).toBe(200);
    expect(answer.body).not.toContain(CANARY);
    for (const id of [theirs.workspaceId, ...theirThings.values()]) expect(answer.body).not.toContain(id);
  });

  it('in X-Workspace-Id open nothing, for people and for keys', async () => {
    for (const headers of [ours.people.owner.headers, { authorization: `Bearer ${ours.keys.admin}` }]) {
      const me = (workspaceId: string) =>
        api.app.inject({ method: 'GET', url: '/api/v1/auth/me', headers: { ...headers, 'x-workspace-id': workspaceId } });
      const [foreign, unknown] = [await me(theirs.workspaceId), await me(uuidv7())];
      expect(foreign.statusCode).toBe(404);
      expect(comparable(foreign.body, '-')).toEqual(comparable(unknown.body, '-'));
    }
  });
});

describe('ids that are none', () => {
  it.each(IDS.filter(([, operation, name]) => operation.ids.some((id) => id.in === 'path' && id.name === name)))(
    'are malformed for %s',
    async (_, operation, name) => {
      const answer = await ask(operation, { [name]: '1%20OR%201=1' });
      expect(answer.json()).toMatchObject({ status: 400, code: 'malformed_request' });
    },
  );
});
