import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ask, makeTeam, type Team } from './team.fixture.js';
import { startTestApi, type TestApi } from './test-api.js';

let api: TestApi;
let team: Team;

beforeAll(async () => {
  api = await startTestApi();
  team = await makeTeam(api);
  for (const name of ['One', 'Two', '=cmd()']) await ask(api, team.admin, 'PATCH', team.url(), { name });
  await ask(api, team.owner, 'PATCH', team.url(`/members/${team.viewer.userId}`), { role: 'member' });
  await ask(api, team.owner, 'PATCH', team.url(`/members/${team.viewer.userId}`), { role: 'viewer' });
});
afterAll(() => api.stop());

const read = (query = '', who = team.admin) => ask(api, who, 'GET', team.url(`/audit-log${query}`));
const actions = ({ body }: Awaited<ReturnType<typeof read>>) =>
  (body['data'] as { action: string }[]).map(({ action }) => action);

describe('the audit log', () => {
  it('says who did what, to what, from where, newest first', async () => {
    const { status, body } = await read();
    expect(status).toBe(200);
    expect(body).toMatchObject({
      total: 5,
      data: [
        {
          action: 'member.role_changed',
          actorKind: 'user',
          actorId: team.owner.userId,
          actorName: 'The owner',
          targetKind: 'user',
          targetId: team.viewer.userId,
          details: { before: 'member', role: 'viewer' },
          address: '127.0.0.1',
          device: expect.any(String),
          requestId: expect.any(String),
          at: expect.stringMatching(/^\d{4}-.*Z$/),
        },
        { action: 'member.role_changed' },
        { action: 'workspace.changed', details: { before: 'Two', name: '=cmd()' } },
        {},
        {},
      ],
    });
  });

  it('is for admins and owners', async () => {
    expect(await read('', team.owner)).toMatchObject({ status: 200 });
    for (const who of [team.member, team.viewer])
      expect(await read('', who)).toMatchObject({ status: 403, body: { code: 'permission_denied' } });
    expect(await ask(api, await api.register(), 'GET', team.url('/audit-log'))).toMatchObject({ status: 404 });
  });

  it.each([
    ['action=workspace.changed', 3],
    ['actorId=OWNER', 2],
    ['targetKind=user&targetId=VIEWER', 2],
    ['targetKind=workspace', 3],
    ['from=2999-01-01T00:00:00Z', 0],
    ['to=2999-01-01T00:00:00Z&actorId=OWNER', 2],
    ['to=2000-01-01', 0],
  ])('is filtered by %s', async (query, total) => {
    const { body } = await read(`?${query.replace('OWNER', team.owner.userId).replace('VIEWER', team.viewer.userId)}`);
    expect(body).toMatchObject({ total });
  });

  it('is read page by page, by number and by cursor', async () => {
    const first = await read('?limit=2');
    const second = await read(`?limit=2&cursor=${String(first.body['nextCursor'])}`);
    expect(actions(first)).toEqual(['member.role_changed', 'member.role_changed']);
    expect(actions(second)).toEqual(actions(await read('?limit=2&page=2')));
  });

  it.each(['action=made.up', 'actorId=1', 'from=yesterday', 'format=xml', 'workspaceId=1'])('refuses %s', async (query) => {
    expect(await read(`?${query}`)).toMatchObject({ status: 422, body: { code: 'validation_failed' } });
  });

  it('is exported whole, with no formula in it, and that is recorded (item 4)', async () => {
    const csv = await read('?format=csv&action=workspace.changed');
    expect(csv).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/csv; charset=utf-8', 'content-disposition': 'attachment; filename="audit-log.csv"' },
    });
    expect(csv.text.trimEnd().split('\r\n')).toHaveLength(4);
    const json = await ask(api, team.owner, 'GET', team.url('/audit-log?format=json&targetKind=user'));
    expect(JSON.parse(json.text)).toMatchObject([{ action: 'member.role_changed' }, { action: 'member.role_changed' }]);
    const { body } = await read('?action=audit_log.exported');
    expect(body).toMatchObject({
      data: [
        { actorId: team.owner.userId, details: { format: 'json', targetKind: 'user' } },
        { actorId: team.admin.userId, details: { format: 'csv', action: 'workspace.changed' } },
      ],
    });
  });
});
