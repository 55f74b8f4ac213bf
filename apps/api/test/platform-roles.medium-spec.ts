import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PlatformRoles } from '#identity';
import { AuditLog } from '#audit';
import { ChangeFeed } from '#database';
import { ask, recorded } from './team.fixture.js';
import { startTestApi, type TestApi } from './test-api.js';

let api: TestApi;
let roles: PlatformRoles;

beforeAll(async () => {
  api = await startTestApi();
  roles = new PlatformRoles(api.database, api.app.get(AuditLog), api.app.get(ChangeFeed));
});
afterAll(() => api.stop());

const roleOf = async (userId: string) =>
  (
    await api.database.asSystem((tx) =>
      tx.query<{ role: string }>('SELECT platform_role AS role FROM users WHERE id = $1', [userId]),
    )
  )[0]?.role;

describe('a platform role', () => {
  it('is given by whoever has the database, recorded, and told what it was before', async () => {
    const user = await api.register();
    expect(await roles.grant(user.email.toUpperCase(), 'admin')).toBe('user');
    expect(await roles.grant(user.email, 'moderator')).toBe('admin');
    expect(await roleOf(user.userId)).toBe('moderator');
    expect(
      (await recorded(api, user.workspaceId)).filter(({ action }) => action === 'account.platform_role_changed'),
    ).toMatchObject([
      { actor: null, details: { before: 'user', role: 'admin' } },
      { actor: null, details: { before: 'admin', role: 'moderator' } },
    ]);
  });

  it('is given to nobody who is not there', async () => {
    expect(await roles.grant('nobody@example.com', 'admin')).toBeNull();
  });

  it('is nothing that a request gives (item 38)', async () => {
    const user = await api.register();
    for (const platformRole of ['admin', 'moderator'])
      expect(await ask(api, user, 'PATCH', '/api/v1/auth/profile', { name: 'Ada', platformRole })).toMatchObject({ status: 422 });
    expect(await roleOf(user.userId)).toBe('user');
  });
});
