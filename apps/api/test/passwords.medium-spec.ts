import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hash } from '@node-rs/bcrypt';
import { makeKey, meOf } from './api-key.fixture.js';
import { audited } from './audited.js';
import { AuthClient } from './auth-client.js';
import { lettersTo, type MailingApi, startMailingApi, tokenFor } from './letters.js';
import { PASSWORD, type SignedInUser } from './test-api.js';

const NEW_PASSWORD = 'another sentence is good as well';

let api: MailingApi;
let auth: AuthClient;
beforeAll(async () => {
  api = await startMailingApi({ PASSWORD_COST: '5' });
  auth = new AuthClient(api);
});
afterAll(() => api.stop());

async function signInAgain({ email }: SignedInUser, password = PASSWORD): Promise<AuthClient> {
  return auth.as((await auth.login(email, password)).json<{ accessToken: string }>());
}

async function storedHash({ userId }: SignedInUser): Promise<string> {
  const [row] = await api.database.asSystem((tx) =>
    tx.query<{ hash: string }>('SELECT password_hash AS hash FROM users WHERE id = $1', [userId]),
  );
  return row?.hash ?? '';
}

async function store({ userId }: SignedInUser, hashed: string | null): Promise<void> {
  await api.database.asSystem((tx) => tx.execute('UPDATE users SET password_hash = $2 WHERE id = $1', [userId, hashed]));
}

describe('a new password', () => {
  it.each([
    ['1234567890', 'password_common'],
    ['PassWord123', 'password_common'],
    ['steno-20261121', 'password_guessable'],
    ['Steno123456', 'password_guessable'],
    ['grace.hopper', 'password_guessable'],
    ['1906Grace.Hopper1992!', 'password_guessable'],
    ['grace.hopper@example.com', 'password_guessable'],
  ])('%s is refused: %s (item 28)', async (password, code) => {
    const response = await auth.post('register', { email: 'grace.hopper@example.com', password, name: 'Grace' });
    expect(response.json()).toMatchObject({ status: 422, code: 'validation_failed', errors: [{ path: 'password', code }] });
  });

  it('may have 64 characters and more, of any kind, and every byte counts (item 28)', async () => {
    const [one, other] = ['a', 'b'].map((last) => `${'x y '.repeat(16)}☃ é${last}`);
    expect(one).toHaveLength(68);
    const body = { email: 'sixty-four@example.com', name: 'Long' };
    expect((await auth.post('register', { ...body, password: one })).statusCode).toBe(201);
    expect((await auth.login(body.email, other ?? '')).statusCode).toBe(401);
    expect((await auth.login(body.email, (one ?? '').normalize('NFD'))).statusCode).toBe(401);
    expect((await auth.login(body.email, one ?? '')).statusCode).toBe(200);
  });
});

describe('the hash of a password', () => {
  it('has the cost of the configuration', async () => {
    expect(await storedHash(await api.register())).toMatch(/^\$2[aby]\$05\$/);
  });

  it('is made again at sign-in when it was made at less cost (item 48)', async () => {
    const user = await api.register();
    await store(user, await hash(PASSWORD, 4));
    expect((await auth.login(user.email, 'not the password')).statusCode).toBe(401);
    expect(await storedHash(user)).toMatch(/^\$2[aby]\$04\$/);
    expect((await auth.login(user.email, PASSWORD)).statusCode).toBe(200);
    const renewed = await storedHash(user);
    expect(renewed).toMatch(/^\$2[aby]\$05\$/);
    expect((await auth.login(user.email, PASSWORD)).statusCode).toBe(200);
    expect(await storedHash(user)).toBe(renewed);
  });

  it('stays when it was made at more', async () => {
    const user = await api.register();
    const dear = await hash(PASSWORD, 6);
    await store(user, dear);
    expect((await auth.login(user.email, PASSWORD)).statusCode).toBe(200);
    expect(await storedHash(user)).toBe(dear);
  });
});

describe('a forgotten password', () => {
  it('is replaced by the token of the letter: all sessions end, and the address is verified', async () => {
    const user = await api.register();
    const asked = await auth.post('forgot-password', { email: user.email });
    expect([asked.statusCode, asked.json()]).toEqual([202, { email: user.email, status: 'requested' }]);
    expect((await lettersTo(api, user.email)).at(-1)).toMatchObject({
      subject: 'Choose a new password',
      url: expect.stringContaining('/reset-password?token='),
    });
    const token = await tokenFor(api, user.email);
    expect((await auth.post('reset-password', { token, password: NEW_PASSWORD })).statusCode).toBe(204);
    expect((await auth.as(user).get('me')).statusCode).toBe(401);
    expect((await auth.post('refresh', { refreshToken: user.refreshToken })).statusCode).toBe(401);
    expect((await auth.login(user.email, PASSWORD)).statusCode).toBe(401);
    const again = await signInAgain(user, NEW_PASSWORD);
    expect((await again.get('profile')).json()).toMatchObject({ emailVerified: true });
    expect((await lettersTo(api, user.email)).at(-1)?.subject).toBe('Your password was changed');
    expect((await audited(api, user.workspaceId)).map(({ action }) => action)).toEqual(
      expect.arrayContaining(['session.ended', 'account.password_reset']),
    );
  });

  it('is replaced once, also when the token comes twenty times at once (item 31)', async () => {
    const { email } = await api.register();
    await auth.post('forgot-password', { email });
    const token = await tokenFor(api, email);
    const passwords = Array.from({ length: 20 }, (_, index) => `${NEW_PASSWORD} ${index}`);
    const answers = await Promise.all(passwords.map((password) => auth.post('reset-password', { token, password })));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([204, ...Array<number>(19).fill(422)]);
    const winner = passwords[answers.findIndex(({ statusCode }) => statusCode === 204)] ?? '';
    expect((await auth.login(email, winner)).statusCode).toBe(200);
  });

  it('leaves the token good when the new password is refused', async () => {
    const { email } = await api.register();
    await auth.post('forgot-password', { email });
    const token = await tokenFor(api, email);
    const weak = await auth.post('reset-password', { token, password: 'steno-1234567' });
    expect(weak.json()).toMatchObject({ code: 'validation_failed' });
    expect((await auth.post('reset-password', { token, password: NEW_PASSWORD })).statusCode).toBe(204);
  });

  it.each([
    ['after half an hour', `UPDATE one_time_tokens SET expires_at = created_at WHERE user_id = $1`],
    ['when the account has another address', `UPDATE users SET email = 'moved-' || email WHERE id = $1`],
  ])('is not replaced %s', async (_, change) => {
    const { email, userId } = await api.register();
    await auth.post('forgot-password', { email });
    const token = await tokenFor(api, email);
    const [row] = await api.database.asSystem((tx) =>
      tx.query<{ minutes: number }>(
        `SELECT extract(epoch FROM expires_at - created_at)::float8 / 60 AS minutes FROM one_time_tokens
         WHERE user_id = $1 AND purpose = 'reset_password'`,
        [userId],
      ),
    );
    expect(row?.minutes).toBe(30);
    await api.database.asSystem((tx) => tx.execute(change, [userId]));
    expect((await auth.post('reset-password', { token, password: NEW_PASSWORD })).json()).toMatchObject({
      code: 'token_invalid',
    });
  });

  it('is no way in for an earlier sign-in that was slow', async () => {
    const user = await api.register();
    await auth.post('forgot-password', { email: user.email });
    const token = await tokenFor(api, user.email);
    await Promise.all([
      ...Array.from({ length: 10 }, () => auth.login(user.email, PASSWORD)),
      auth.post('reset-password', { token, password: NEW_PASSWORD }),
    ]);
    const [row] = await api.database.asSystem((tx) =>
      tx.query<{ open: number }>('SELECT count(*)::int AS open FROM sessions WHERE user_id = $1 AND ended_at IS NULL', [
        user.userId,
      ]),
    );
    expect(row?.open).toBe(0);
  });
});

describe('changing the password', () => {
  it('ends all other sessions at once, and this one goes on (item 35)', async () => {
    const user = await api.register();
    const [here, there] = [auth.as(user), await signInAgain(user)];
    const body = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
    expect((await here.post('change-password', body)).statusCode).toBe(204);
    expect((await here.get('me')).statusCode).toBe(200);
    expect((await there.get('me')).statusCode).toBe(401);
    expect((await auth.login(user.email, PASSWORD)).statusCode).toBe(401);
    expect((await auth.login(user.email, NEW_PASSWORD)).statusCode).toBe(200);
    expect((await lettersTo(api, user.email)).at(-1)?.subject).toBe('Your password was changed');
    expect(await audited(api, user.workspaceId)).toContainEqual({
      action: 'account.password_changed',
      details: { endOtherSessions: true },
    });
  });

  it('leaves other sessions alone when told so (item 35)', async () => {
    const user = await api.register();
    const there = await signInAgain(user);
    const body = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD, endOtherSessions: false };
    expect((await auth.as(user).post('change-password', body)).statusCode).toBe(204);
    expect((await there.get('me')).statusCode).toBe(200);
  });

  it('wants the current one, and a good new one', async () => {
    const user = await api.register();
    const change = (currentPassword: string, newPassword: string) =>
      auth.as(user).post('change-password', { currentPassword, newPassword });
    expect((await change('not the password', NEW_PASSWORD)).json()).toMatchObject({ status: 403, code: 'wrong_password' });
    expect((await change(PASSWORD, 'qwertyuiop')).json()).toMatchObject({
      status: 422,
      errors: [{ path: 'newPassword', code: 'password_common' }],
    });
    await store(user, null);
    expect((await change(PASSWORD, NEW_PASSWORD)).json()).toMatchObject({ status: 403, code: 'wrong_password' });
  });

  it('makes a letter for a forgotten one void', async () => {
    const user = await api.register();
    await auth.post('forgot-password', { email: user.email });
    const token = await tokenFor(api, user.email);
    await auth.as(user).post('change-password', { currentPassword: PASSWORD, newPassword: NEW_PASSWORD });
    expect((await auth.post('reset-password', { token, password: 'a third sentence, also good' })).statusCode).toBe(422);
  });
});

describe('API keys', () => {
  it('that were made before anybody proved the address end when its owner chooses a password; later ones stay', async () => {
    const squatted = await api.register();
    const { key } = await makeKey(api, squatted.headers);
    expect((await meOf(api, key)).statusCode).toBe(200);
    await auth.post('forgot-password', { email: squatted.email });
    await auth.post('reset-password', { token: await tokenFor(api, squatted.email), password: NEW_PASSWORD });
    expect((await meOf(api, key)).statusCode).toBe(401);
    expect((await audited(api, squatted.workspaceId)).map(({ action }) => action)).toContain('api_key.revoked');

    const again = await auth.login(squatted.email, NEW_PASSWORD);
    const own = await makeKey(api, { authorization: `Bearer ${again.json<{ accessToken: string }>().accessToken}` });
    await auth.post('forgot-password', { email: squatted.email });
    await auth.post('reset-password', { token: await tokenFor(api, squatted.email), password: PASSWORD });
    expect((await meOf(api, own.key)).statusCode).toBe(200);
  });
});
