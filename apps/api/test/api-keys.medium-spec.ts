import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeApiKey } from '#testing/factories';
import { ask, bearer, joinAs, type MadeKey, makeKey, meOf } from './api-key.fixture.js';
import { type SignedInUser, startTestApi, type TestApi } from './test-api.js';

const LIMITS = 'off,key-free=100/3600,key=10000/3600';
const IN_AN_HOUR = () => new Date(Date.now() + 3_600_000).toISOString();

let api: TestApi;
let owner: SignedInUser;
beforeAll(async () => {
  api = await startTestApi({ RATE_LIMITS: LIMITS });
  owner = await api.register();
});
afterAll(() => api.stop());

/** What is said of wrong fields: of this one at least. */
function wrongAt(path: string): unknown {
  return expect.arrayContaining([expect.objectContaining({ path })]);
}

async function rowsOf<Row extends object>(sql: string, parameters: unknown[]): Promise<Row[]> {
  return api.database.asSystem((tx) => tx.query<Row>(sql, parameters));
}

describe('a new key', () => {
  it('is shown in the answer that makes it, with what it is for', async () => {
    const expiresAt = IN_AN_HOUR();
    const payload = { name: 'Nightly import', scopes: ['read', 'write'], limitPerHour: 50, expiresAt };
    const response = await ask(api, 'POST', '', owner.headers, payload);
    expect(response.statusCode).toBe(201);
    const made = response.json<MadeKey>();
    expect(made).toEqual({
      ...payload,
      id: expect.any(String),
      key: expect.stringMatching(/^stn_[0-9A-Za-z]{32}$/),
      prefix: made.key.slice(0, 8),
      lastFour: made.key.slice(-4),
      status: 'active',
      userId: owner.userId,
      previousUntil: null,
      lastUsedAt: null,
      revokedAt: null,
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    });
    expect(response.headers).toMatchObject({ location: `/api/v1/api-keys/${made.id}`, 'cache-control': 'no-store' });
    const { key: _, ...shown } = made;
    expect((await ask(api, 'GET', `/${made.id}`, owner.headers)).json()).toEqual(shown);
  });

  it('has no limit and no end of its own when none is asked for', async () => {
    expect(await makeKey(api, owner.headers)).toMatchObject({ limitPerHour: null, expiresAt: null });
    expect(await makeKey(api, owner.headers, { limitPerHour: null, expiresAt: null })).toMatchObject({ limitPerHour: null });
  });

  it('is the same when the request comes again with its Idempotency-Key', async () => {
    const headers = { ...owner.headers, 'idempotency-key': 'a-key-once' };
    const [first, again] = [await makeKey(api, headers), await makeKey(api, headers)];
    expect(again).toEqual(first);
  });

  it.each([
    [{ name: '' }, 'name'],
    [{ name: '  ' }, 'name'],
    [{ name: 'x'.repeat(101) }, 'name'],
    [{ name: null }, 'name'],
    [{ scopes: [] }, 'scopes'],
    [{ scopes: ['read', 'read'] }, 'scopes'],
    [{ scopes: ['everything'] }, 'scopes'],
    [{ scopes: 'read' }, 'scopes'],
    [{ scopes: null }, 'scopes'],
    [{ limitPerHour: 0 }, 'limitPerHour'],
    [{ limitPerHour: 1.5 }, 'limitPerHour'],
    [{ limitPerHour: '50' }, 'limitPerHour'],
    [{ expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt'],
    [{ expiresAt: '2099-01-01T00:00:00Z' }, 'expiresAt'],
    [{ expiresAt: '2027-02-30T00:00:00Z' }, 'expiresAt'],
    [{ expiresAt: '2027-01-01' }, 'expiresAt'],
    [{ expiresAt: 1_900_000_000 }, 'expiresAt'],
    [{ userId: '019aa3a1-2b3c-7d4e-8f50-617283940a1b' }, 'userId'],
    [{ workspaceId: '019aa3a1-2b3c-7d4e-8f50-617283940a1b' }, 'workspaceId'],
    [{ keyHash: 'abc' }, 'keyHash'],
    [{ key: 'stn_Ab3dEf6hIj9lMn2pQr5tUv8xYz1Bc4D9' }, 'key'],
  ])('cannot be made, nor changed, with %j (item 54)', async (wrong, path) => {
    const refused = await ask(api, 'POST', '', owner.headers, { name: 'x', scopes: ['read'], ...wrong });
    expect(refused.json()).toMatchObject({ status: 422, code: 'validation_failed', errors: wrongAt(path) });
    const { id } = await makeApiKey(api.database, owner);
    expect((await ask(api, 'PUT', `/${id}`, owner.headers, wrong)).json()).toMatchObject({ status: 422, errors: wrongAt(path) });
  });

  it('has no more requests an hour than the plan gives', async () => {
    expect(await makeKey(api, owner.headers, { limitPerHour: 100 })).toMatchObject({ limitPerHour: 100 });
    const refused = await ask(api, 'POST', '', owner.headers, { name: 'x', scopes: ['read'], limitPerHour: 101 });
    expect(refused.json()).toMatchObject({
      status: 422,
      code: 'api_key_limit_above_plan',
      detail: 'The plan free allows a key 100 requests an hour. Ask for no more, or leave limitPerHour out.',
      limit: 100,
    });
  });

  it('has no scope above the role of whoever makes it', async () => {
    const member = await joinAs(api, owner, 'member');
    expect(await makeKey(api, member.headers, { scopes: ['read', 'write'] })).toMatchObject({ scopes: ['read', 'write'] });
    const refused = await ask(api, 'POST', '', member.headers, { name: 'x', scopes: ['read', 'admin'] });
    expect(refused.json()).toMatchObject({
      status: 403,
      code: 'api_key_scope_above_role',
      detail: expect.stringMatching(/^The scope admin is above your role member: /),
    });
    const { id } = await makeKey(api, member.headers);
    expect((await ask(api, 'PUT', `/${id}`, member.headers, { scopes: ['admin'] })).json()).toMatchObject({ status: 403 });
  });

  it('is one of at most 100 living ones of the workspace, also when many are made at once', async () => {
    const full = await api.register();
    const past = new Date(Date.now() - 1_000);
    await makeApiKey(api.database, { ...full, revokedAt: past });
    await makeApiKey(api.database, { ...full, expiresAt: past });
    for (let count = 0; count < 95; count += 1) await makeApiKey(api.database, full);
    const payload = { name: 'x', scopes: ['read'] };
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(api, 'POST', '', full.headers, payload)));
    expect(answers.filter(({ statusCode }) => statusCode === 201)).toHaveLength(5);
    const refused = answers.filter(({ statusCode }) => statusCode !== 201);
    expect(refused.map((answer) => answer.json<{ code: string }>().code)).toEqual(Array(15).fill('too_many_api_keys'));
    const [some] = (await ask(api, 'GET', '?status=active', full.headers)).json<{ data: MadeKey[] }>().data;
    expect((await ask(api, 'DELETE', `/${some?.id}`, full.headers)).statusCode).toBe(204);
    expect((await ask(api, 'POST', '', full.headers, payload)).statusCode).toBe(201);
  });
});

describe('the text of a key', () => {
  it('is kept as its SHA-256 and nowhere else: in no row, no other answer and no log line (item 53, item 56)', async () => {
    const made = await makeKey(api, owner.headers);
    const rotated = (await ask(api, 'POST', `/${made.id}/rotate`, owner.headers)).json<MadeKey>();
    expect((await meOf(api, rotated.key)).statusCode).toBe(200);
    await meOf(api, rotated.key, { 'x-workspace-id': '019aa3a1-2b3c-7d4e-8f50-617283940a1b' });
    const answers = [
      await ask(api, 'GET', '', owner.headers),
      await ask(api, 'GET', `/${made.id}`, owner.headers),
      await ask(api, 'PUT', `/${made.id}`, owner.headers, { name: 'Another name' }),
      await ask(api, 'GET', `/${made.id}/usage`, owner.headers),
    ].map(({ body }) => body);
    const rows = await rowsOf<{ row: object }>(
      `SELECT to_jsonb(k) AS row FROM api_keys k WHERE id = $1 UNION ALL SELECT to_jsonb(a) FROM audit_log a
       UNION ALL SELECT to_jsonb(i) FROM idempotency_keys i`,
      [made.id],
    );
    expect(rows[0]?.row).toMatchObject({
      key_hash: createHash('sha256').update(rotated.key).digest('hex'),
      previous_key_hash: createHash('sha256').update(made.key).digest('hex'),
    });
    const everything = [...answers, JSON.stringify(rows), JSON.stringify(api.logged)].join('\n');
    expect(everything).toContain(made.prefix);
    for (const { key } of [made, rotated]) {
      expect(everything).not.toContain(key);
      expect(everything).not.toContain(key.slice(8, -4));
    }
    expect(answers.join('\n')).not.toMatch(/[0-9a-f]{64}/);
  });
});

describe('the keys of a workspace', () => {
  it('are seen and changed by whoever made them; admins see all and may end them', async () => {
    const head = await api.register();
    const [admin, member, other] = [
      await joinAs(api, head, 'admin'),
      await joinAs(api, head, 'member'),
      await joinAs(api, head, 'member'),
    ];
    const { id } = await makeKey(api, member.headers);
    const idsFor = async ({ headers }: SignedInUser) =>
      (await ask(api, 'GET', '', headers)).json<{ data: MadeKey[] }>().data.map((key) => key.id);
    expect(await idsFor(member)).toEqual([id]);
    expect(await idsFor(admin)).toEqual([id]);
    expect(await idsFor(other)).toEqual([]);

    for (const [method, path, payload] of [
      ['GET', '', undefined],
      ['GET', '/usage', undefined],
      ['PUT', '', { name: 'x' }],
      ['POST', '/rotate', {}],
      ['DELETE', '', undefined],
    ] as const) {
      const refused = await ask(api, method, `/${id}${path}`, other.headers, payload);
      expect(refused.json()).toMatchObject({ status: 404, code: 'api_key_not_found' });
    }
    for (const [method, path] of [
      ['PUT', ''],
      ['POST', '/rotate'],
    ] as const) {
      const refused = await ask(api, method, `/${id}${path}`, admin.headers, {});
      expect(refused.json()).toMatchObject({ status: 403, code: 'api_key_not_yours' });
    }
    expect((await ask(api, 'GET', `/${id}/usage`, admin.headers)).statusCode).toBe(200);
    expect((await ask(api, 'DELETE', `/${id}`, admin.headers)).statusCode).toBe(204);
    expect((await ask(api, 'GET', `/${id}`, member.headers)).json()).toMatchObject({ status: 'revoked' });
  });

  it('are not for viewers', async () => {
    const viewer = await joinAs(api, owner, 'viewer');
    expect((await ask(api, 'GET', '', viewer.headers)).json()).toMatchObject({ status: 403, code: 'permission_denied' });
    const payload = { name: 'x', scopes: ['read'] };
    expect((await ask(api, 'POST', '', viewer.headers, payload)).json()).toMatchObject({
      status: 403,
      code: 'permission_denied',
    });
  });

  it('are listed newest first, by status and by pages', async () => {
    const user = await api.register();
    const past = new Date(Date.now() - 1_000);
    const rows = [{}, { revokedAt: past }, { expiresAt: past }, { expiresAt: past, revokedAt: past }, {}];
    const ids: string[] = [];
    for (const row of rows) ids.push((await makeApiKey(api.database, { ...user, ...row })).id);
    const list = async (query: string) =>
      (await ask(api, 'GET', query, user.headers)).json<{ data: MadeKey[]; nextCursor: string }>();
    const idsOf = ({ data }: { data: MadeKey[] }) => data.map(({ id }) => ids.indexOf(id));
    expect(idsOf(await list(''))).toEqual([4, 3, 2, 1, 0]);
    expect((await list('')).data.map(({ status }) => status)).toEqual(['active', 'revoked', 'expired', 'revoked', 'active']);
    expect(await list('?status=active')).toMatchObject({ total: 2 });
    expect(idsOf(await list('?status=active'))).toEqual([4, 0]);
    expect(idsOf(await list('?status=revoked'))).toEqual([3, 1]);
    expect(idsOf(await list('?status=expired'))).toEqual([2]);
    const first = await list('?limit=2');
    expect(idsOf(await list(`?limit=2&cursor=${first.nextCursor}`))).toEqual([2, 1]);
    expect(idsOf(await list('?limit=2&page=3'))).toEqual([0]);
    expect((await ask(api, 'GET', '?status=living', user.headers)).json()).toMatchObject({ status: 422 });
  });
});

describe('a change', () => {
  it('holds for what is given and leaves the rest', async () => {
    const expiresAt = IN_AN_HOUR();
    const made = await makeKey(api, owner.headers, { scopes: ['read', 'write'], limitPerHour: 10, expiresAt });
    const change = async (payload: object) => (await ask(api, 'PUT', `/${made.id}`, owner.headers, payload)).json<object>();
    expect(await change({ name: 'New' })).toMatchObject({ name: 'New', scopes: ['read', 'write'], limitPerHour: 10, expiresAt });
    expect(await change({ scopes: ['read'], limitPerHour: null })).toMatchObject({
      name: 'New',
      scopes: ['read'],
      limitPerHour: null,
    });
    expect(await change({ expiresAt: null })).toMatchObject({ expiresAt: null, limitPerHour: null });
    expect(await change({})).toMatchObject({ name: 'New', scopes: ['read'] });
  });

  it.each(['revokedAt', 'expiresAt'] as const)('is too late once it has ended by %s, and so is a rotation', async (end) => {
    const { id } = await makeApiKey(api.database, { ...owner, [end]: new Date(Date.now() - 1_000) });
    const refusals = [
      await ask(api, 'PUT', `/${id}`, owner.headers, { expiresAt: null }),
      await ask(api, 'POST', `/${id}/rotate`, owner.headers, {}),
    ];
    for (const refused of refusals) expect(refused.json()).toMatchObject({ status: 409, code: 'api_key_ended' });
  });

  it.each([-1, 604_801, 1.5, '60', null])(
    'cannot let the old text of a rotation go on for %p seconds',
    async (overlapSeconds) => {
      const { id } = await makeApiKey(api.database, owner);
      const refused = await ask(api, 'POST', `/${id}/rotate`, owner.headers, { overlapSeconds });
      expect(refused.json()).toMatchObject({ status: 422, errors: wrongAt('overlapSeconds') });
    },
  );
});

describe('the record', () => {
  it('says who made, changed, rotated and ended a key', async () => {
    const user = await api.register('Grace Hopper');
    const { id } = await makeKey(api, user.headers, { scopes: ['read', 'write'] });
    await ask(api, 'PUT', `/${id}`, user.headers, { name: 'Weekly import', limitPerHour: 5 });
    await ask(api, 'PUT', `/${id}`, user.headers, {});
    await ask(api, 'POST', `/${id}/rotate`, user.headers, { overlapSeconds: 60 });
    await ask(api, 'DELETE', `/${id}`, user.headers);
    await ask(api, 'DELETE', `/${id}`, user.headers);
    const rows = await rowsOf<{ action: string; details: object; actor_id: string; actor_name: string }>(
      `SELECT action, details, actor_id, actor_name FROM audit_log WHERE workspace_id = $1 AND target_kind = 'api_key' AND target_id = $2 ORDER BY id`,
      [user.workspaceId, id],
    );
    expect(rows.map(({ action }) => action)).toEqual([
      'api_key.created',
      'api_key.changed',
      'api_key.rotated',
      'api_key.revoked',
    ]);
    expect(rows[0]).toMatchObject({ actor_id: user.userId, actor_name: 'Grace Hopper', details: { scopes: ['read', 'write'] } });
    expect(rows[1]?.details).toMatchObject({ name: 'Weekly import', changed: ['name', 'limitPerHour'] });
    expect(rows[2]?.details).toMatchObject({ overlapSeconds: 60 });
  });
});

describe('a key', () => {
  it('cannot make, change, rotate or end keys, whatever its scopes', async () => {
    const { id, key } = await makeKey(api, owner.headers, { scopes: ['admin'] });
    const refusals = [
      await ask(api, 'POST', '', bearer(key), { name: 'x', scopes: ['read'] }),
      await ask(api, 'PUT', `/${id}`, bearer(key), { name: 'x' }),
      await ask(api, 'POST', `/${id}/rotate`, bearer(key), {}),
      await ask(api, 'DELETE', `/${id}`, bearer(key)),
    ];
    for (const refused of refusals)
      expect(refused.json()).toMatchObject({
        status: 403,
        code: 'permission_denied',
        detail: expect.stringMatching(/no API key has/),
      });
    expect((await ask(api, 'GET', `/${id}`, bearer(key))).statusCode).toBe(200);
  });

  it('with a limit of its own is told when to come back (item 12)', async () => {
    const { key, id } = await makeKey(api, owner.headers, { limitPerHour: 2 });
    for (let turn = 0; turn < 2; turn += 1) expect((await meOf(api, key)).statusCode).toBe(200);
    const refused = await meOf(api, key);
    expect(refused.json()).toMatchObject({ status: 429, code: 'too_many_requests', policy: 'key', limit: 2 });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    await ask(api, 'PUT', `/${id}`, owner.headers, { limitPerHour: 3 });
    expect((await meOf(api, key)).statusCode).toBe(200);
    expect((await meOf(api, key)).statusCode).toBe(429);
  });
});
