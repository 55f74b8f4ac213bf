import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AuditLog } from '#audit';
import { ChangeFeed } from '#database';
import { PlatformRoles } from '#identity';
import { NO_VENDORS } from './no-vendors.fixture.js';
import { OPERATIONS, type Operation, resolve, type Schema } from './operations.fixture.js';
import { makePeople, makeTenant, makeThing, type Tenant, validRequest } from './tenant.fixture.js';
import { startTestApi, type TestApi } from './test-api.js';

const CALLERS = ['viewer', 'member', 'admin', 'owner', 'key:read', 'key:write', 'key:admin'] as const;
/** Set by us alone, wherever they may stand. */
const NEVER_WRITABLE = [
  'id',
  'workspaceId',
  'userId',
  'createdBy',
  'role',
  'platformRole',
  'plan',
  'quota',
  'createdAt',
  'deletedAt',
];

const GUARDED = OPERATIONS.filter(({ permission }) => permission !== undefined);
const READS = GUARDED.filter(({ method, answer }) => method === 'GET' && answer !== undefined);
const WRITES = GUARDED.filter(({ body }) => body !== undefined);
const named = (some: Operation[]) => some.map((operation) => [operation.name, operation] as const);

let api: TestApi;
let tenant: Tenant;

beforeAll(async () => {
  api = await startTestApi({ EMAIL_VERIFICATION: 'optional', OPENAI_API_KEY: 'sk-of-nobody', ...NO_VENDORS });
  const people = await makePeople(api, 'Ours');
  // So that what only those who run the service may read is read by somebody.
  await new PlatformRoles(api.database, api.app.get(AuditLog), api.app.get(ChangeFeed)).grant(people.owner.email, 'admin');
  tenant = await makeTenant(api, people, 'ours');
  for (const kind of ['audio', 'transcription', 'invitation', 'providerKey', 'apiKey'] as const)
    await makeThing(api, tenant, kind);
}, 30_000);
afterAll(() => api.stop());

/** Paths of members that the schema does not know. */
function strangersIn(value: unknown, given: Schema, path = ''): string[] {
  const schema = resolve(given);
  const [only, ...others] = schema.allOf ?? [];
  if (only !== undefined && others.length === 0 && schema.properties === undefined) return strangersIn(value, only, path);
  const kinds = schema.oneOf ?? schema.anyOf;
  if (kinds !== undefined) {
    const found = kinds.map((kind) => strangersIn(value, kind, path));
    return found.find((strangers) => strangers.length === 0) ?? found.flat();
  }
  if (Array.isArray(value))
    return value.flatMap((item, index) =>
      schema.items === undefined ? [path] : strangersIn(item, schema.items, `${path}[${index}]`),
    );
  if (typeof value !== 'object' || value === null || schema.additionalProperties !== undefined) return [];
  const properties = Object.assign(
    {},
    schema.properties,
    ...(schema.allOf ?? []).map((part) => resolve(part).properties),
  ) as Record<string, Schema>;
  return Object.entries(value).flatMap(([name, member]) => {
    const property = properties[name];
    return property === undefined ? [`${path}.${name}`] : strangersIn(member, property, `${path}.${name}`);
  });
}

describe('an answer', () => {
  it.each(named(READS))('of %s has no member the document does not name, for any role (item 38)', async (_, operation) => {
    const strangers: string[] = [];
    let allowed = 0;
    for (const caller of CALLERS) {
      const response = await api.app.inject(await validRequest(api, tenant, operation, caller));
      if (response.statusCode !== 200 || !/json/.test(String(response.headers['content-type']))) continue;
      allowed += 1;
      strangers.push(...strangersIn(response.json(), operation.answer ?? {}));
    }
    expect(strangers).toEqual([]);
    expect(allowed).toBeGreaterThan(0);
  });
});

describe('a body', () => {
  it.each(named(WRITES))('of %s sets nothing that is not the caller’s to set (item 38)', async (_, operation) => {
    for (const field of NEVER_WRITABLE.filter((name) => operation.body?.properties?.[name] === undefined)) {
      const request = await validRequest(api, tenant, operation, 'owner');
      const response = await api.app.inject({ ...request, payload: { ...request.payload, [field]: 'enterprise' } });
      expect({ field, answer: response.json<object>() }).toMatchObject({
        field,
        answer: {
          status: 422,
          errors: expect.arrayContaining([expect.objectContaining({ path: field, code: 'unknown_field' })]),
        },
      });
    }
  });
});
