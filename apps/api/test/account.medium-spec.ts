import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OutsideAccounts } from '#identity';
import { makeMembership, makeWorkspace } from '#testing/factories';
import { audited } from './audited.js';
import { AuthClient } from './auth-client.js';
import { lettersTo, type MailingApi, startMailingApi, tokenFor } from './letters.js';
import { PASSWORD, type SignedInUser } from './test-api.js';

let api: MailingApi;
let auth: AuthClient;
beforeAll(async () => {
  api = await startMailingApi();
  auth = new AuthClient(api);
});
afterAll(() => api.stop());

/** Until a transaction waits for the lock of another. */
async function waitUntilSomebodyWaits({ database }: MailingApi): Promise<void> {
  const waiting = 'SELECT 1 FROM pg_locks WHERE NOT granted';
  while ((await database.asSystem((tx) => tx.query(waiting))).length === 0) await sleep(20);
}

async function actionsOf({ workspaceId }: SignedInUser): Promise<string[]> {
  return (await audited(api, workspaceId)).map(({ action }) => action);
}

describe('the profile', () => {
  it('shows the account', async () => {
    const user = await api.register('Ada Lovelace');
    expect((await auth.as(user).get('profile')).json()).toEqual({
      id: user.userId,
      email: user.email,
      emailVerified: false,
      pendingEmail: null,
      name: 'Ada Lovelace',
      hasPassword: true,
      createdAt: expect.stringMatching(/Z$/),
    });
  });

  it('takes another name, which the next request knows', async () => {
    const user = await api.register('Ada Byron');
    expect((await auth.as(user).get('me')).statusCode).toBe(200);
    expect((await auth.as(user).patch('profile', { name: 'Ada Lovelace' })).json()).toMatchObject({ name: 'Ada Lovelace' });
    expect((await auth.as(user).get('me')).json()).toMatchObject({ user: { name: 'Ada Lovelace' } });
    expect(await actionsOf(user)).toContain('account.profile_changed');
  });

  it.each(['id', 'platformRole', 'plan', 'role', 'emailVerified', 'emailVerifiedAt', 'workspaceId', 'createdAt', 'hasPassword'])(
    'does not let anybody write %s (item 38)',
    async (field) => {
      const user = await api.register();
      const response = await auth.as(user).patch('profile', { name: 'Ada', [field]: 'admin' });
      expect(response.json()).toMatchObject({ status: 422, errors: [{ path: field, code: 'unknown_field' }] });
      expect((await auth.as(user).get('profile')).json()).toMatchObject({ name: 'Ada Lovelace' });
    },
  );

  it.each([
    [{ name: '  ' }, 'name'],
    [{ name: null }, 'name'],
    [{ email: 'nobody' }, 'email'],
    [{ email: 'new@example.com' }, 'currentPassword'],
  ])('refuses %j', async (changes, path) => {
    const user = await api.register();
    const response = await auth.as(user).patch('profile', changes);
    expect(response.json()).toMatchObject({ status: 422, errors: expect.arrayContaining([expect.objectContaining({ path })]) });
  });
});

describe('another e-mail address', () => {
  it('is taken once it is confirmed; the old one is told', async () => {
    const user = await api.register();
    const email = `new-${user.email}`;
    const asked = await auth.as(user).patch('profile', { email, currentPassword: PASSWORD });
    expect(asked.json()).toMatchObject({ email: user.email, pendingEmail: email });
    expect((await lettersTo(api, user.email)).at(-1)).toMatchObject({
      subject: 'Your e-mail address is about to change',
      text: expect.stringContaining(email),
    });
    expect((await auth.login(email, PASSWORD)).statusCode).toBe(401);
    expect((await auth.post('verify-email', { token: await tokenFor(api, email) })).statusCode).toBe(204);
    expect((await auth.as(user).get('profile')).json()).toMatchObject({ email, emailVerified: true, pendingEmail: null });
    expect((await auth.as(user).get('me')).json()).toMatchObject({ user: { email } });
    expect((await auth.login(email, PASSWORD)).statusCode).toBe(200);
    expect((await auth.login(user.email, PASSWORD)).statusCode).toBe(401);
    expect(await actionsOf(user)).toContain('account.email_changed');
  });

  it('makes what was sent to the old one void', async () => {
    const user = await api.register();
    const verification = await tokenFor(api, user.email);
    await auth.post('forgot-password', { email: user.email });
    const reset = await tokenFor(api, user.email);
    const email = `new-${user.email}`;
    await auth.as(user).patch('profile', { email, currentPassword: PASSWORD });
    await auth.post('verify-email', { token: await tokenFor(api, email) });
    expect((await auth.post('verify-email', { token: verification })).statusCode).toBe(422);
    expect((await auth.post('reset-password', { token: reset, password: 'a third sentence, also good' })).statusCode).toBe(422);
  });

  it('wants the password, and one that nobody has', async () => {
    const [user, other] = [await api.register(), await api.register()];
    const ask = (email: string, currentPassword: string) => auth.as(user).patch('profile', { email, currentPassword });
    expect((await ask('new@example.com', 'not the password')).json()).toMatchObject({ status: 403, code: 'wrong_password' });
    expect((await ask(other.email, PASSWORD)).json()).toMatchObject({ status: 409, code: 'email_taken' });
    const email = `late-${user.email}`;
    await ask(email, PASSWORD);
    await auth.post('register', { email, password: PASSWORD, name: 'Quicker' });
    const token = new URL((await lettersTo(api, email))[0]?.url ?? '').searchParams.get('token');
    expect((await auth.post('verify-email', { token })).json()).toMatchObject({ status: 409, code: 'email_taken' });
  });

  it('is forgotten when the password is changed: whoever asked knew only the old one', async () => {
    const user = await api.register();
    const email = `new-${user.email}`;
    await auth.as(user).patch('profile', { email, currentPassword: PASSWORD });
    const token = await tokenFor(api, email);
    const change = { currentPassword: PASSWORD, newPassword: 'a third sentence, also good' };
    expect((await auth.as(user).post('change-password', change)).statusCode).toBe(204);
    expect((await auth.post('verify-email', { token })).json()).toMatchObject({ status: 422, code: 'token_invalid' });
    expect((await auth.as(user).get('profile')).json()).toMatchObject({ email: user.email, pendingEmail: null });
  });

  it('is forgotten when the old one is asked for again, and when the password was reset', async () => {
    const user = await api.register();
    const email = `new-${user.email}`;
    const ask = (wanted: string) => auth.as(user).patch('profile', { email: wanted, currentPassword: PASSWORD });
    await ask(email);
    expect((await ask(user.email)).json()).toMatchObject({ pendingEmail: null });
    await ask(email);
    await auth.post('forgot-password', { email: user.email });
    await auth.post('reset-password', { token: await tokenFor(api, user.email), password: 'a third sentence, also good' });
    expect((await auth.post('verify-email', { token: await tokenFor(api, email) })).statusCode).toBe(422);
  });
});

describe('sessions', () => {
  it('are listed, and end one by one (item 34)', async () => {
    const user = await api.register();
    const phone = auth.as(
      (await auth.with({ 'user-agent': 'Phone/1.0 \u0007' }).login(user.email, PASSWORD)).json<SignedInUser>(),
    );
    const list = (await phone.get('sessions')).json<{
      total: number;
      data: { id: string; device: string; current: boolean }[];
    }>();
    expect(list).toMatchObject({ total: 2, page: 1, nextCursor: null });
    expect(list.data[0]).toEqual({
      id: expect.any(String),
      device: 'Phone/1.0',
      address: '127.0.0.1',
      createdAt: expect.stringMatching(/Z$/),
      lastUsedAt: expect.stringMatching(/Z$/),
      current: true,
    });
    expect(list.data[1]).toMatchObject({ current: false });
    expect((await auth.as(user).get('me')).statusCode).toBe(200);
    expect((await phone.delete(`sessions/${list.data[1]?.id}`)).statusCode).toBe(204);
    expect((await auth.as(user).get('me')).json()).toMatchObject({ status: 401, code: 'access_token_invalid' });
    expect((await auth.post('refresh', { refreshToken: user.refreshToken })).statusCode).toBe(401);
    expect((await phone.delete(`sessions/${list.data[1]?.id}`)).json()).toMatchObject({ status: 404, code: 'session_not_found' });
    expect((await phone.get('sessions')).json()).toMatchObject({ total: 1 });
    expect(await audited(api, user.workspaceId)).toContainEqual({
      action: 'session.ended',
      details: { reason: 'ended_by_user' },
    });
  });

  it('of others are as if they were not there (item 37)', async () => {
    const [user, stranger] = [await api.register(), await api.register()];
    const [theirs] = (await auth.as(stranger).get('sessions')).json<{ data: { id: string }[] }>().data;
    const bodies = await Promise.all(
      [theirs?.id, '00000000-0000-7000-8000-000000000000'].map(async (id) => {
        const response = await auth.as(user).delete(`sessions/${id}`);
        return { ...response.json<object>(), instance: '', requestId: '' };
      }),
    );
    expect(bodies[0]).toMatchObject({ status: 404, code: 'session_not_found' });
    expect(bodies[0]).toEqual(bodies[1]);
    expect((await auth.as(stranger).get('me')).statusCode).toBe(200);
  });

  it('come in pages', async () => {
    const user = await api.register();
    for (let turn = 0; turn < 4; turn += 1) await auth.login(user.email, PASSWORD);
    const first = (await auth.as(user).get('sessions?limit=3')).json<{ data: { id: string }[]; nextCursor: string }>();
    const rest = (await auth.as(user).get(`sessions?limit=3&cursor=${first.nextCursor}`)).json<{ data: { id: string }[] }>();
    expect([first.data.length, rest.data.length]).toEqual([3, 2]);
    expect(new Set([...first.data, ...rest.data].map(({ id }) => id)).size).toBe(5);
  });

  it('of somebody who is kept out end with the next request (item 34)', async () => {
    const user = await api.register();
    expect((await auth.as(user).get('me')).statusCode).toBe(200);
    await api.database.asSystem((tx) => api.app.get(OutsideAccounts, { strict: false }).setDisabled(tx, user.userId, true));
    expect((await auth.as(user).get('me')).statusCode).toBe(401);
    expect((await auth.post('refresh', { refreshToken: user.refreshToken })).statusCode).toBe(401);
    expect((await auth.login(user.email, PASSWORD)).json()).toMatchObject({ status: 403, code: 'account_disabled' });
    expect((await auth.login(user.email, 'not the password')).json()).toMatchObject({ status: 401, code: 'wrong_credentials' });
    await auth.post('forgot-password', { email: user.email });
    expect((await lettersTo(api, user.email)).map(({ subject }) => subject)).not.toContain('Choose a new password');
  });
});

describe('deleting the account', () => {
  const deletedAgo = async ({ userId, workspaceId }: SignedInUser, days: number): Promise<void> => {
    await api.database.asSystem(async (tx) => {
      await tx.execute('UPDATE users SET deleted_at = now() - make_interval(days => $2) WHERE id = $1', [userId, days]);
      await tx.execute('UPDATE workspaces SET deleted_at = now() - make_interval(days => $2) WHERE id = $1', [workspaceId, days]);
    });
  };
  const jobsOf = ({ userId }: SignedInUser) =>
    api.database.asSystem((tx) =>
      tx.query(`SELECT name, extract(epoch FROM due_at - now())::float8 / 86400 AS days FROM jobs WHERE subject_id = $1`, [
        userId,
      ]),
    );

  it('ends everything at once, and signing in within the grace brings it back (item 34)', async () => {
    const user = await api.register();
    const other = (await auth.login(user.email, PASSWORD)).json<SignedInUser>();
    expect((await auth.as(user).delete('account', { password: 'not the password' })).json()).toMatchObject({
      code: 'wrong_password',
    });
    expect((await auth.as(user).delete('account', { password: PASSWORD })).statusCode).toBe(204);
    for (const session of [user, other]) {
      expect((await auth.as(session).get('me')).statusCode).toBe(401);
      expect((await auth.post('refresh', { refreshToken: session.refreshToken })).statusCode).toBe(401);
    }
    expect(await jobsOf(user)).toEqual([{ name: 'account.purge', days: expect.closeTo(30, 2) }]);
    expect((await lettersTo(api, user.email)).at(-1)?.subject).toBe('Your account was deleted');
    expect((await auth.login(user.email, 'not the password')).statusCode).toBe(401);
    await deletedAgo(user, 29);
    const back = (await auth.login(user.email, PASSWORD)).json<SignedInUser>();
    expect((await auth.as(back).get('me')).json()).toMatchObject({ workspace: { id: user.workspaceId, role: 'owner' } });
    expect(await jobsOf(user)).toEqual([]);
    expect(await actionsOf(user)).toEqual(expect.arrayContaining(['account.deleted', 'account.restored']));
    expect((await auth.as(back).delete('account', { password: PASSWORD })).statusCode).toBe(204);
    expect(await jobsOf(user)).toHaveLength(1);
  });

  it('is final after the grace', async () => {
    const user = await api.register();
    await auth.as(user).delete('account', { password: PASSWORD });
    await deletedAgo(user, 31);
    expect((await auth.login(user.email, PASSWORD)).json()).toMatchObject({ status: 401, code: 'wrong_credentials' });
    const before = (await lettersTo(api, user.email)).length;
    await auth.post('forgot-password', { email: user.email });
    expect(await lettersTo(api, user.email)).toHaveLength(before);
  });

  it('is refused to the last owner of a team, and names it', async () => {
    const [user, colleague] = [await api.register(), await api.register()];
    const alone = await makeWorkspace(api.database, { name: 'Analytical engines' });
    const shared = await makeWorkspace(api.database, { name: 'Difference engines' });
    await makeMembership(api.database, alone.id, user.userId, 'owner');
    await makeMembership(api.database, alone.id, colleague.userId, 'admin');
    for (const { userId } of [user, colleague]) await makeMembership(api.database, shared.id, userId, 'owner');
    const refused = await auth.as(user).delete('account', { password: PASSWORD });
    expect(refused.json()).toMatchObject({
      status: 409,
      code: 'last_owner',
      workspaces: ['Analytical engines'],
      detail: expect.stringContaining('"Analytical engines"'),
    });
    expect((await auth.as(user).get('me')).statusCode).toBe(200);
    await api.database.asSystem((tx) => tx.execute('UPDATE workspaces SET deleted_at = now() WHERE id = $1', [alone.id]));
    expect((await auth.as(user).delete('account', { password: PASSWORD })).statusCode).toBe(204);
  });

  it('is refused to the last owner who stays, beside one whose account is deleted', async () => {
    const [user, gone] = [await api.register(), await api.register()];
    const team = await makeWorkspace(api.database, { deletedAt: new Date() });
    for (const { userId } of [user, gone]) await makeMembership(api.database, team.id, userId, 'owner');
    expect((await auth.as(gone).delete('account', { password: PASSWORD })).statusCode).toBe(204);
    await api.database.asSystem((tx) => tx.execute('UPDATE workspaces SET deleted_at = NULL WHERE id = $1', [team.id]));
    expect((await auth.as(user).delete('account', { password: PASSWORD })).json()).toMatchObject({ code: 'last_owner' });
  });

  it('waits for an invitation that is just being accepted, and neither fails', async () => {
    const user = await api.register();
    const team = await makeWorkspace(api.database);
    await makeMembership(api.database, team.id, user.userId, 'member');
    let deletion: ReturnType<AuthClient['delete']> | undefined;
    await api.database.asSystem(async (tx) => {
      // As accepting does: first the account, then the workspace.
      await tx.query('SELECT 1 FROM users WHERE id = $1 FOR UPDATE', [user.userId]);
      deletion = auth.as(user).delete('account', { password: PASSWORD });
      await waitUntilSomebodyWaits(api);
      await tx.query('SELECT 1 FROM workspaces WHERE id = $1 FOR NO KEY UPDATE', [team.id]);
    });
    expect((await deletion)?.statusCode).toBe(204);
  });

  it('leaves a team with one of two owners who delete their accounts at once', async () => {
    const owners = [await api.register(), await api.register()];
    const team = await makeWorkspace(api.database);
    for (const { userId } of owners) await makeMembership(api.database, team.id, userId, 'owner');
    const answers = await Promise.all(owners.map((owner) => auth.as(owner).delete('account', { password: PASSWORD })));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([204, 409]);
    const left = await api.database.asSystem((tx) => tx.query('SELECT role FROM memberships WHERE workspace_id = $1', [team.id]));
    expect(left).toEqual([{ role: 'owner' }]);
  });
});
