import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { makeMembership } from '#testing/factories';
import { ask, makeTeam, recorded, type Team } from './team.fixture.js';
import { type SignedInUser, startTestApi, type TestApi } from './test-api.js';

let api: TestApi;
let other: TestApi;
let team: Team;
let stranger: SignedInUser;

beforeAll(async () => {
  api = await startTestApi();
  other = await startTestApi({ DATABASE_URL: api.databaseUrl });
  stranger = await api.register('A stranger');
});
afterAll(async () => {
  await other.stop();
  await api.stop();
});
beforeEach(async () => {
  team = await makeTeam(api);
});

const member = (user: SignedInUser) => team.url(`/members/${user.userId}`);
const roles = async () => {
  const { body } = await ask(api, team.viewer, 'GET', team.url('/members'));
  const members = body['data'] as { userId: string; role: string }[];
  return Object.fromEntries(members.map(({ userId, role }) => [userId, role]));
};

describe('a workspace', () => {
  it('is made by anybody, who owns it and sees it among theirs', async () => {
    const made = await ask(api, stranger, 'POST', '/api/v1/workspaces', { name: 'Difference engines' });
    expect(made).toMatchObject({
      status: 201,
      headers: { location: `/api/v1/workspaces/${String(made.body['id'])}` },
      body: { name: 'Difference engines', kind: 'team', plan: 'free', role: 'owner', deletedAt: null, restorableUntil: null },
    });
    const list = await ask(api, stranger, 'GET', '/api/v1/workspaces');
    expect(list.body).toMatchObject({
      total: 2,
      data: [made.body, { id: stranger.workspaceId, kind: 'personal', role: 'owner' }],
    });
    expect(await recorded(api, String(made.body['id']))).toMatchObject([
      { action: 'workspace.created', actor: stranger.userId, details: { name: 'Difference engines' } },
    ]);
  });

  it('is made once by fifty requests with one key', async () => {
    const maker = await api.register();
    const headers = { ...maker.headers, 'idempotency-key': uuidv7() };
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => ask(api, { headers }, 'POST', '/api/v1/workspaces', { name: 'Once' })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ body }) => body['id'])).size).toBe(1);
    expect((await ask(api, maker, 'GET', '/api/v1/workspaces')).body).toMatchObject({ total: 2 });
  });

  it('is not made for an account that is just being deleted: nobody would own it', async () => {
    const maker = await api.register();
    let making: ReturnType<typeof ask> | undefined;
    await api.database.asSystem(async (tx) => {
      await tx.execute('UPDATE users SET deleted_at = now() WHERE id = $1', [maker.userId]);
      making = ask(api, maker, 'POST', '/api/v1/workspaces', { name: 'Orphaned' });
      await Promise.race([making, sleep(500)]);
    });
    expect(await making).toMatchObject({ status: 401, body: { code: 'access_token_invalid' } });
    const left = await api.database.asSystem((tx) => tx.query(`SELECT 1 FROM workspaces WHERE name = 'Orphaned'`));
    expect(left).toEqual([]);
  });

  it('says each member their own role', async () => {
    for (const role of ['owner', 'admin', 'member', 'viewer'] as const)
      expect((await ask(api, team[role], 'GET', team.url())).body).toMatchObject({ id: team.id, role });
  });

  it('has a new name everywhere with the next request', async () => {
    const headers = { ...team.viewer.headers, 'x-workspace-id': team.id };
    await ask(api, { headers }, 'GET', '/api/v1/auth/me');
    expect(await ask(api, team.admin, 'PATCH', team.url(), { name: 'New' })).toMatchObject({
      status: 200,
      body: { name: 'New' },
    });
    expect((await ask(api, { headers }, 'GET', '/api/v1/auth/me')).body).toMatchObject({ workspace: { name: 'New' } });
    expect(await recorded(api, team.id)).toMatchObject([{ action: 'workspace.changed', details: { name: 'New' } }]);
  });

  it('keeps things as long as its admins say, and records what they said', async () => {
    const change = (retention: object) => ask(api, team.admin, 'PATCH', team.url(), { retention });
    expect(await change({ audioDays: 30 })).toMatchObject({
      status: 200,
      body: { name: 'Analytical engines', retention: { audioDays: 30, transcriptDays: null } },
    });
    expect((await change({ audioDays: null, transcriptDays: 365 })).body).toMatchObject({
      retention: { audioDays: null, transcriptDays: 365 },
    });
    expect(await recorded(api, team.id)).toMatchObject([
      { action: 'workspace.changed', details: { audioDaysBefore: null, audioDays: 30 } },
      { action: 'workspace.changed', details: { audioDaysBefore: 30, audioDays: null, transcriptDays: 365 } },
    ]);
    for (const audioDays of [0, 3_651, 1.5])
      expect(await change({ audioDays })).toMatchObject({ status: 422, body: { errors: [{ path: 'retention.audioDays' }] } });
  });

  it.each(['plan', 'kind', 'role', 'id', 'deletedAt', 'workspaceId'])('takes no %s from a body (item 38)', async (field) => {
    const { status, body } = await ask(api, team.owner, 'PATCH', team.url(), { name: 'New', [field]: 'enterprise' });
    expect({ status, body }).toMatchObject({ status: 422, body: { errors: [{ path: field, code: 'unknown_field' }] } });
  });

  it('is not named by an id that is none, whoever asks', async () => {
    expect(await ask(api, team.owner, 'GET', '/api/v1/workspaces/1%20OR%201=1')).toMatchObject({
      status: 400,
      body: { code: 'malformed_request' },
    });
  });
});

describe('roles', () => {
  it('are given and taken up to one’s own, and hold with the next request', async () => {
    expect(await ask(api, team.admin, 'PATCH', member(team.viewer), { role: 'admin' })).toMatchObject({
      status: 200,
      body: { userId: team.viewer.userId, role: 'admin' },
    });
    expect(await ask(api, team.viewer, 'PATCH', team.url(), { name: 'By the new admin' })).toMatchObject({ status: 200 });
    expect(await recorded(api, team.id)).toMatchObject([
      { action: 'member.role_changed', actor: team.admin.userId, details: { before: 'viewer', role: 'admin' } },
      { action: 'workspace.changed' },
    ]);
  });

  it('above one’s own are neither given nor taken', async () => {
    const before = await roles();
    for (const [user, role] of [
      [team.viewer, 'owner'],
      [team.admin, 'owner'],
      [team.owner, 'viewer'],
    ] as const) {
      expect(await ask(api, team.admin, 'PATCH', member(user), { role })).toMatchObject({
        status: 403,
        body: { code: 'role_above_yours', detail: expect.stringContaining('As admin') },
      });
    }
    expect(await ask(api, team.admin, 'DELETE', member(team.owner))).toMatchObject({
      status: 403,
      body: { code: 'role_above_yours' },
    });
    expect(await roles()).toEqual(before);
  });

  it('of nobody cannot be changed', async () => {
    const foreign = await ask(api, team.owner, 'PATCH', member(stranger), { role: 'viewer' });
    expect(foreign).toMatchObject({ status: 404, body: { code: 'member_not_found' } });
  });

  it('end in a second process with the next request after a second (item 39)', async () => {
    const headers = { ...team.member.headers, 'x-workspace-id': team.id };
    const write = () => ask(other, { headers }, 'PATCH', team.url(), { name: 'By a former admin' });
    await ask(api, team.owner, 'PATCH', member(team.member), { role: 'admin' });
    await eventually(async () => expect(await write()).toMatchObject({ status: 200 }));
    await ask(api, team.owner, 'PATCH', member(team.member), { role: 'viewer' });
    await eventually(async () => expect(await write()).toMatchObject({ status: 403 }), 1_000);
    await ask(api, team.owner, 'DELETE', member(team.member));
    await eventually(async () => expect(await write()).toMatchObject({ status: 404 }), 1_000);
  });

  it('are what the rows say when two changes meet, not what the guard remembered', async () => {
    const both = await Promise.all([
      ask(api, team.owner, 'PATCH', member(team.admin), { role: 'viewer' }),
      ...Array.from({ length: 8 }, () => ask(api, team.admin, 'PATCH', member(team.member), { role: 'admin' })),
    ]);
    expect(both[0]).toMatchObject({ status: 200 });
    expect(await ask(api, team.admin, 'PATCH', member(team.viewer), { role: 'admin' })).toMatchObject({ status: 403 });
  });
});

describe('memberships', () => {
  it('are ended by oneself, and by those who may', async () => {
    expect(await ask(api, team.viewer, 'DELETE', member(team.viewer))).toMatchObject({ status: 204 });
    expect(await ask(api, team.viewer, 'GET', team.url())).toMatchObject({ status: 404, body: { code: 'workspace_not_found' } });
    expect(await ask(api, team.member, 'DELETE', member(team.admin))).toMatchObject({
      status: 403,
      body: { code: 'permission_denied' },
    });
    expect(await ask(api, team.admin, 'DELETE', member(team.member))).toMatchObject({ status: 204 });
    expect(await ask(api, team.member, 'GET', team.url())).toMatchObject({ status: 404 });
    expect(await recorded(api, team.id)).toMatchObject([
      { action: 'member.left', actor: team.viewer.userId, details: { role: 'viewer' } },
      { action: 'member.removed', actor: team.admin.userId, details: { role: 'member' } },
    ]);
  });

  it('of the last owner end neither way', async () => {
    for (const [method, payload] of [
      ['DELETE', undefined],
      ['PATCH', { role: 'admin' }],
    ] as const)
      expect(await ask(api, team.owner, method, member(team.owner), payload)).toMatchObject({
        status: 409,
        body: { code: 'last_owner' },
      });
    expect(await roles()).toMatchObject({ [team.owner.userId]: 'owner' });
  });

  it.each([
    ['DELETE', 'DELETE'],
    ['PATCH', 'PATCH'],
    ['DELETE', 'PATCH'],
  ] as const)('of two owners who go at once (%s, %s): one stays', async (first, second) => {
    for (let round = 0; round < 5; round += 1) {
      const fresh = await makeTeam(api);
      const heir = await api.register();
      await makeMembership(api.database, fresh.id, heir.userId, 'owner');
      const go = (who: SignedInUser, method: 'DELETE' | 'PATCH', through: TestApi) =>
        ask(through, who, method, fresh.url(`/members/${who.userId}`), method === 'PATCH' ? { role: 'viewer' } : undefined);
      const answers = await Promise.all([go(fresh.owner, first, api), go(heir, second, other)]);
      expect(answers.filter(({ status }) => status === 409)).toHaveLength(1);
      const owners = await api.database.asSystem((tx) =>
        tx.query(`SELECT 1 FROM memberships WHERE workspace_id = $1 AND role = 'owner'`, [fresh.id]),
      );
      expect(owners).toHaveLength(1);
    }
  });

  it('are listed page by page', async () => {
    const first = await ask(api, team.viewer, 'GET', team.url('/members?limit=3'));
    expect(first.body).toMatchObject({ total: 4, totalPages: 2, nextCursor: expect.any(String) });
    const rest = await ask(api, team.viewer, 'GET', team.url(`/members?limit=3&cursor=${String(first.body['nextCursor'])}`));
    const ids = [...(first.body['data'] as object[]), ...(rest.body['data'] as object[])].map(
      (one) => (one as { userId: string }).userId,
    );
    expect(new Set(ids)).toEqual(new Set([team.owner, team.admin, team.member, team.viewer].map(({ userId }) => userId)));
  });
});

describe('ownership', () => {
  it('goes over whole: the old owner is admin, the new one owner', async () => {
    const given = await ask(api, team.owner, 'POST', team.url('/transfer-ownership'), { userId: team.viewer.userId });
    expect(given).toMatchObject({ status: 200, body: { userId: team.viewer.userId, role: 'owner' } });
    expect(await roles()).toMatchObject({ [team.owner.userId]: 'admin', [team.viewer.userId]: 'owner' });
    expect(await ask(api, team.owner, 'DELETE', team.url())).toMatchObject({ status: 403 });
    expect(await recorded(api, team.id)).toMatchObject([
      { action: 'workspace.ownership_transferred', details: { from: team.owner.userId } },
    ]);
  });

  it('goes to one of two at once', async () => {
    const answers = await Promise.all(
      [team.admin, team.member].map(({ userId }) => ask(api, team.owner, 'POST', team.url('/transfer-ownership'), { userId })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 403]);
    expect(Object.values(await roles()).filter((role) => role === 'owner')).toHaveLength(1);
  });

  it.each([
    ['a stranger', () => stranger.userId, 404, 'member_not_found'],
    ['nobody', () => uuidv7(), 404, 'member_not_found'],
    ['oneself', () => team.owner.userId, 409, 'already_owner'],
  ])('does not go to %s', async (_, id, status, code) => {
    expect(await ask(api, team.owner, 'POST', team.url('/transfer-ownership'), { userId: id() })).toMatchObject({
      status,
      body: { code },
    });
  });
});

describe('a personal workspace', () => {
  it.each([
    ['DELETE', '', undefined],
    ['POST', '/invitations', { email: 'grace@example.com', role: 'member' }],
    ['POST', '/transfer-ownership', { userId: '019aa3a0-6f00-7d10-8a55-0f1e2d3c4b5a' }],
    ['PATCH', '/members/019aa3a0-6f00-7d10-8a55-0f1e2d3c4b5a', { role: 'viewer' }],
  ] as const)('stays with its owner: %s %s', async (method, path, payload) => {
    const answer = await ask(api, stranger, method, `/api/v1/workspaces/${stranger.workspaceId}${path}`, payload);
    expect(answer).toMatchObject({ status: 409, body: { code: 'personal_workspace' } });
  });

  it('is not left', async () => {
    const url = `/api/v1/workspaces/${stranger.workspaceId}/members/${stranger.userId}`;
    expect(await ask(api, stranger, 'DELETE', url)).toMatchObject({ status: 409, body: { code: 'personal_workspace' } });
  });
});

/** Looks again until it holds. */
async function eventually(look: () => Promise<void>, withinMs = 5_000): Promise<void> {
  for (const deadline = performance.now() + withinMs; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
    try {
      return await look();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
  }
}
