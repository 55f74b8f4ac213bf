import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { DataSource } from 'typeorm';
import { type ChangedSubject, ChangeFeed } from '#database';
import { makeWorkspace } from '#testing/factories';
import { ask, bearer, joinAs, type MadeKey, makeKey, meOf } from './api-key.fixture.js';
import { type SignedInUser, startTestApi, type TestApi } from './test-api.js';

const UNKNOWN = 'stn_0000000000000000000000000000ZZZZ';
/** How long another process may take to hear of a change. */
const SECOND_MS = 1_000;

let api: TestApi;
/** Another process on the same database. */
let other: TestApi;
let owner: SignedInUser;
beforeAll(async () => {
  api = await startTestApi();
  other = await startTestApi({ DATABASE_URL: api.databaseUrl });
  owner = await api.register();
});
afterAll(async () => {
  await other.stop();
  await api.stop();
});

/** Changes rows the way the rooms do: announced in the same transaction. */
async function change(subject: ChangedSubject, sql: string, parameters: unknown[]): Promise<void> {
  await api.database.asSystem(async (tx) => {
    await tx.execute(sql, parameters);
    await api.app.get(ChangeFeed).announce(tx, subject);
  });
}

/** Milliseconds until a process answers a key with the status. */
async function millisecondsUntil(status: number, key: string, process = api, longestMs = 5_000): Promise<number> {
  const since = performance.now();
  while ((await meOf(process, key)).statusCode !== status) {
    if (performance.now() - since > longestMs) throw new Error(`Not ${status} after ${longestMs} ms.`);
    await sleep(20);
  }
  return performance.now() - since;
}

/** The problem of an answer without what is the request's own. */
function problemOf(response: Awaited<ReturnType<typeof meOf>>): object {
  return { ...response.json<object>(), requestId: '' };
}

function post(url: string, key: string, headers: object = {}) {
  return api.app.inject({ method: 'POST', url, headers: { ...bearer(key), ...headers }, payload: {} });
}

function databaseCalls(of = api): () => number {
  const spies = [jest.spyOn(of.database, 'asSystem'), jest.spyOn(of.database, 'inWorkspace')];
  const connections = jest.spyOn(of.app.get(DataSource), 'createQueryRunner');
  return () => [...spies, connections].reduce((sum, { mock }) => sum + mock.calls.length, 0);
}

describe('a request with a key', () => {
  it('acts for whoever made the key, in its workspace', async () => {
    const { key } = await makeKey(api, owner.headers);
    expect((await meOf(api, key)).json()).toMatchObject({ user: { id: owner.userId }, workspace: { id: owner.workspaceId } });
  });

  it.each(['Bearer', 'bearer', 'BEARER'])('may call the scheme %s', async (scheme) => {
    const { key } = await makeKey(api, owner.headers);
    expect((await meOf(api, key, { authorization: `${scheme} ${key}` })).statusCode).toBe(200);
  });

  it('asks the database for nothing once the key is known', async () => {
    const { key } = await makeKey(api, owner.headers);
    expect((await meOf(api, key)).statusCode).toBe(200);
    await millisecondsUntil(200, key);
    const calls = databaseCalls();
    for (let turn = 0; turn < 3; turn += 1) expect((await meOf(api, key)).statusCode).toBe(200);
    expect(calls()).toBe(0);
    jest.restoreAllMocks();
  });

  it.each([
    ['too short', UNKNOWN.slice(0, -1)],
    ['too long', `${UNKNOWN}0`],
    ['of other characters', UNKNOWN.replace('0', '-')],
    ['nothing but a beginning', 'stn_'],
  ])('is refused without a question to the database when the key is %s', async (_, key) => {
    const calls = databaseCalls();
    const response = await meOf(api, key);
    expect([response.statusCode, calls()]).toEqual([401, 0]);
    jest.restoreAllMocks();
    expect(problemOf(response)).toEqual(problemOf(await meOf(api, UNKNOWN)));
  });

  it('has the key in its Authorization header and nowhere else (item 53)', async () => {
    const { key } = await makeKey(api, owner.headers);
    const url = '/api/v1/auth/me';
    const attempts = [
      { url: `${url}?api_key=${key}&access_token=${key}&key=${key}` },
      { url, headers: { 'x-api-key': key } },
      { url, headers: { authorization: key } },
      { url, headers: { authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` } },
      { url, headers: { cookie: `access_token=${key}; api_key=${key}` } },
    ];
    for (const attempt of attempts) {
      const response = await api.app.inject({ method: 'GET', ...attempt });
      expect(response.json()).toMatchObject({ status: 401, code: 'authentication_required' });
    }
  });

  it('takes as long for a key of a known beginning as for a random one', async () => {
    const { prefix } = await makeKey(api, owner.headers);
    const random = () => Math.random().toString(36).slice(2).padEnd(32, '0').slice(0, 32);
    const time = async (key: string): Promise<number> => {
      const since = performance.now();
      expect((await meOf(api, key)).statusCode).toBe(401);
      return performance.now() - since;
    };
    const median = (times: number[]) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
    const measure = async (): Promise<number> => {
      const [known, unknown]: number[][] = [[], []];
      for (let turn = 0; turn < 500; turn += 1) {
        known?.push(await time(prefix + random().slice(4)));
        unknown?.push(await time(`stn_${random()}`));
      }
      return Math.abs(median(known ?? []) - median(unknown ?? []));
    };
    // A busy machine may spoil one measurement; a leak spoils all of them.
    const differences = [await measure()];
    while (Math.min(...differences) >= 1 && differences.length < 3) differences.push(await measure());
    expect(Math.min(...differences)).toBeLessThan(1);
  }, 60_000);
});

describe('a key that is not good', () => {
  const ends: [string, (made: MadeKey, maker: SignedInUser) => Promise<unknown>][] = [
    ['revoked', (made, maker) => ask(api, 'DELETE', `/${made.id}`, maker.headers)],
    ['expired', ({ id }) => change(`key:${id}`, `UPDATE api_keys SET expires_at = now() WHERE id = $1`, [id])],
    [
      'of somebody who was disabled',
      (_, { userId }) => change(`user:${userId}`, 'UPDATE users SET disabled_at = now() WHERE id = $1', [userId]),
    ],
    [
      'of somebody who is going',
      (_, { userId }) => change(`user:${userId}`, 'UPDATE users SET deleted_at = now() WHERE id = $1', [userId]),
    ],
    ['of somebody who is gone', (_, { userId }) => change(`user:${userId}`, 'DELETE FROM users WHERE id = $1', [userId])],
    [
      'of somebody who is no member any more',
      (_, { userId }) => change(`user:${userId}`, 'DELETE FROM memberships WHERE user_id = $1', [userId]),
    ],
    [
      'of a workspace that is being deleted',
      (_, { workspaceId }) =>
        change(`workspace:${workspaceId}`, 'UPDATE workspaces SET deleted_at = now() WHERE id = $1', [workspaceId]),
    ],
  ];

  it.each(ends)('because it is %s is refused within a second in every process, with the same words (item 34)', async (_, end) => {
    const maker = await api.register();
    const made = await makeKey(api, maker.headers);
    for (const process of [api, other]) expect((await meOf(process, made.key)).statusCode).toBe(200);
    await end(made, maker);
    expect((await meOf(api, made.key)).statusCode).toBe(401);
    expect(await millisecondsUntil(401, made.key, other)).toBeLessThan(SECOND_MS);
    const refused = await meOf(other, made.key);
    expect(problemOf(refused)).toEqual(problemOf(await meOf(api, UNKNOWN)));
    expect(refused.json()).toMatchObject({ code: 'api_key_invalid' });
  });

  it('ends by itself at its hour, also where it is remembered', async () => {
    const expiresAt = new Date(Date.now() + 1_500).toISOString();
    const made = await makeKey(api, owner.headers, { expiresAt });
    for (const process of [api, other]) expect((await meOf(process, made.key)).statusCode).toBe(200);
    await sleep(Date.parse(expiresAt) - Date.now() + 100);
    for (const process of [api, other]) expect((await meOf(process, made.key)).statusCode).toBe(401);
    expect((await ask(api, 'GET', `/${made.id}`, owner.headers)).json()).toMatchObject({ status: 'expired' });
  });
});

describe('what a key may do', () => {
  it.each([
    [['read'], 404, 403, 403],
    [['write'], 404, 422, 403],
    [['read', 'write'], 404, 422, 403],
    [['admin'], 404, 422, 200],
  ])(
    'with the scopes %j is reading %i, writing %i, administering %i (item 36)',
    async (scopes, reading, writing, administering) => {
      const { key } = await makeKey(api, owner.headers, { scopes });
      const read = await api.app.inject({
        method: 'GET',
        url: '/api/v1/audio/019aa3a1-2b3c-7d4e-8f50-617283940a1b',
        headers: bearer(key),
      });
      expect(read.statusCode).toBe(reading);
      expect((await post('/api/v1/transcriptions', key)).statusCode).toBe(writing);
      expect((await ask(api, 'GET', '', bearer(key))).statusCode).toBe(administering);
    },
  );

  it('changes with its scopes, in every process within a second', async () => {
    const { id, key } = await makeKey(api, owner.headers, { scopes: ['admin'] });
    expect((await ask(other, 'GET', '', bearer(key))).statusCode).toBe(200);
    expect((await ask(api, 'PUT', `/${id}`, owner.headers, { scopes: ['read'] })).statusCode).toBe(200);
    expect((await ask(api, 'GET', '', bearer(key))).statusCode).toBe(403);
    await sleep(SECOND_MS);
    expect((await ask(other, 'GET', '', bearer(key))).statusCode).toBe(403);
  });

  it('is never more than its maker may by now (item 39)', async () => {
    const maker = await joinAs(api, owner, 'admin');
    const { key } = await makeKey(api, maker.headers, { scopes: ['admin'] });
    const seen = async () => (await ask(api, 'GET', '', bearer(key))).json<{ total?: number; code?: string }>();
    const roleIs = (role: string) =>
      change(`user:${maker.userId}`, 'UPDATE memberships SET role = $3 WHERE user_id = $1 AND workspace_id = $2', [
        maker.userId,
        owner.workspaceId,
        role,
      ]);
    expect((await seen()).total).toBeGreaterThan(1);
    await roleIs('member');
    expect((await seen()).total).toBe(1);
    expect((await post('/api/v1/transcriptions', key)).statusCode).toBe(422);
    await roleIs('viewer');
    expect((await seen()).code).toBe('permission_denied');
    expect((await post('/api/v1/transcriptions', key)).json()).toMatchObject({ status: 403, code: 'permission_denied' });
    expect((await meOf(api, key)).statusCode).toBe(200);
    await roleIs('admin');
    expect((await seen()).total).toBeGreaterThan(1);
  });

  it('stays in its workspace, also when its maker belongs to others (item 37, item 40)', async () => {
    const maker = await api.register();
    const team = await makeWorkspace(api.database);
    await api.database.asSystem((tx) =>
      tx.execute(`INSERT INTO memberships (workspace_id, user_id, role) VALUES ($1, $2, 'owner')`, [team.id, maker.userId]),
    );
    const inTeam = { ...maker.headers, 'x-workspace-id': team.id };
    const [ofPerson, ofTeam] = [
      await makeKey(api, maker.headers, { scopes: ['admin'] }),
      await makeKey(api, inTeam, { scopes: ['admin'] }),
    ];
    expect((await meOf(api, ofTeam.key)).json()).toMatchObject({ workspace: { id: team.id } });
    expect((await meOf(api, ofTeam.key, { 'x-workspace-id': team.id.toUpperCase() })).statusCode).toBe(200);
    for (const wanted of [maker.workspaceId, owner.workspaceId, '019aa3a1-2b3c-7d4e-8f50-617283940a1b', 'none']) {
      const refused = await meOf(api, ofTeam.key, { 'x-workspace-id': wanted });
      expect(refused.json()).toMatchObject({ status: 404, code: 'workspace_not_found' });
    }
    const list = await ask(api, 'GET', '', bearer(ofTeam.key));
    expect(list.json<{ data: MadeKey[] }>().data.map(({ id }) => id)).toEqual([ofTeam.id]);
    for (const path of ['', '/usage']) {
      const foreign = await ask(api, 'GET', `/${ofPerson.id}${path}`, bearer(ofTeam.key));
      expect(foreign.json()).toMatchObject({ status: 404, code: 'api_key_not_found' });
    }
  });
});

describe('a rotation', () => {
  const rotate = async (id: string, payload: object = {}): Promise<string> =>
    (await ask(api, 'POST', `/${id}/rotate`, owner.headers, payload)).json<MadeKey>().key;
  const statusesOf = async (...keys: string[]) => Promise.all(keys.map(async (key) => (await meOf(api, key)).statusCode));

  it('lets the old text go on for a day, unless another time is asked for', async () => {
    const made = await makeKey(api, owner.headers);
    expect((await meOf(api, made.key)).statusCode).toBe(200);
    const answer = await ask(api, 'POST', `/${made.id}/rotate`, owner.headers);
    const rotated = answer.json<MadeKey & { previousUntil: string }>();
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(rotated).toMatchObject({ id: made.id, prefix: rotated.key.slice(0, 8), lastFour: rotated.key.slice(-4) });
    expect(Math.abs(Date.parse(rotated.previousUntil) - Date.now() - 86_400_000)).toBeLessThan(10_000);
    expect(await statusesOf(made.key, rotated.key)).toEqual([200, 200]);
  });

  it('ends the old text at once when asked to, in every process', async () => {
    const made = await makeKey(api, owner.headers);
    for (const process of [api, other]) expect((await meOf(process, made.key)).statusCode).toBe(200);
    const next = await rotate(made.id, { overlapSeconds: 0 });
    expect(await statusesOf(made.key, next)).toEqual([401, 200]);
    expect(await millisecondsUntil(401, made.key, other)).toBeLessThan(SECOND_MS);
    expect((await meOf(other, next)).statusCode).toBe(200);
  });

  it('ends the oldest text at once while another goes on', async () => {
    const made = await makeKey(api, owner.headers);
    const second = await rotate(made.id);
    expect(await statusesOf(made.key, second)).toEqual([200, 200]);
    const third = await rotate(made.id);
    expect(await statusesOf(made.key, second, third)).toEqual([401, 200, 200]);
  });

  it('ends the old text when its time is over, also where it is remembered', async () => {
    const made = await makeKey(api, owner.headers);
    const next = await rotate(made.id, { overlapSeconds: 1 });
    expect(await statusesOf(made.key)).toEqual([200]);
    await sleep(1_200);
    expect(await statusesOf(made.key, next)).toEqual([401, 200]);
    expect((await ask(api, 'GET', `/${made.id}`, owner.headers)).json()).toMatchObject({ previousUntil: null });
  });

  it('fifty times at once gives fifty texts, of which the last two work', async () => {
    const made = await makeKey(api, owner.headers);
    const texts = await Promise.all(Array.from({ length: 50 }, () => rotate(made.id)));
    expect(new Set(texts).size).toBe(50);
    const statuses = await statusesOf(...texts);
    expect(statuses.filter((status) => status === 200)).toHaveLength(2);
    expect(statuses.filter((status) => status === 401)).toHaveLength(48);
    const shown = (await ask(api, 'GET', `/${made.id}`, owner.headers)).json<MadeKey>();
    const last = texts.find((text) => text.startsWith(shown.prefix) && text.endsWith(shown.lastFour)) ?? '';
    expect(await statusesOf(last, made.key)).toEqual([200, 401]);
  });

  it('and a revocation at once leave no text that works', async () => {
    for (let turn = 0; turn < 5; turn += 1) {
      const made = await makeKey(api, owner.headers);
      const [rotated] = await Promise.all([
        ask(api, 'POST', `/${made.id}/rotate`, owner.headers),
        ask(api, 'DELETE', `/${made.id}`, owner.headers),
      ]);
      const texts = rotated.statusCode === 200 ? [rotated.json<MadeKey>().key] : [];
      expect(new Set(await statusesOf(made.key, ...texts))).toEqual(new Set([401]));
    }
  });

  it('with an Idempotency-Key has one effect', async () => {
    const made = await makeKey(api, owner.headers);
    const headers = { ...owner.headers, 'idempotency-key': 'rotate-once' };
    const [first, again] = [
      await ask(api, 'POST', `/${made.id}/rotate`, headers),
      await ask(api, 'POST', `/${made.id}/rotate`, headers),
    ];
    expect(again.json()).toEqual(first.json());
    expect(await statusesOf(made.key, first.json<MadeKey>().key)).toEqual([200, 200]);
  });
});
