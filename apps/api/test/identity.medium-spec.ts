import { createHmac, hkdfSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { makeMembership } from '#testing/factories';
import { PASSWORD, type SignedInUser, startTestApi, type TestApi } from './test-api.js';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.stop());

async function post(route: string, payload: object, headers: Record<string, string> = {}) {
  return api.app.inject({ method: 'POST', url: `/api/v1/auth/${route}`, payload, headers });
}

async function me(headers: Record<string, string>) {
  return api.app.inject({ method: 'GET', url: '/api/v1/auth/me', headers });
}

function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

describe('registering', () => {
  it('makes an account with a workspace of its own, signed in', async () => {
    const response = await post('register', { email: 'Grace@Example.com', password: PASSWORD, name: 'Grace Hopper' });
    expect(response.statusCode).toBe(201);
    expect(response.json()).toEqual({
      user: { id: expect.any(String), email: 'grace@example.com', name: 'Grace Hopper' },
      workspace: { id: expect.any(String), name: "Grace Hopper's workspace", role: 'owner' },
      accessToken: expect.any(String),
      refreshToken: expect.any(String),
      expiresIn: 900,
    });
    const again = await post('register', { email: 'gRACE@example.com', password: PASSWORD, name: 'Grace' });
    expect(again.json()).toMatchObject({ status: 409, code: 'email_taken' });
  });

  it('stores no password and no refresh token that could be read', async () => {
    const user = await api.register();
    const [row] = await api.database.asSystem((tx) =>
      tx.query<{ hash: string; token: string }>(
        'SELECT u.password_hash AS hash, s.token_hash AS token FROM users u JOIN sessions s ON s.user_id = u.id WHERE u.id = $1',
        [user.userId],
      ),
    );
    expect(row?.hash).toMatch(/^\$2[aby]\$/);
    expect(row?.token).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(api.logged)).not.toContain(PASSWORD);
  });

  it.each([
    ['73 bytes of password', { password: 'p'.repeat(73) }, 'password', 'password_bytes'],
    ['73 bytes in 37 letters', { password: `${'é'.repeat(36)}p` }, 'password', 'password_bytes'],
    ['a short password', { password: 'short' }, 'password', 'min_length'],
    ['no address', { email: 'nobody' }, 'email', 'is_email'],
    ['a blank name', { name: '   ' }, 'name', 'matches'],
    ['an unknown field', { role: 'owner' }, 'role', 'unknown_field'],
  ])('refuses %s', async (_, wrong, path, code) => {
    const response = await post('register', { email: 'new@example.com', password: PASSWORD, name: 'New', ...wrong });
    expect(response.statusCode).toBe(422);
    expect(response.json()).toMatchObject({ code: 'validation_failed', errors: [{ path, code }] });
  });

  it('takes 72 bytes of password, and reads all of them', async () => {
    const password = 'p'.repeat(71);
    const body = { email: 'long@example.com', name: 'Long' };
    expect((await post('register', { ...body, password: `${password}x` })).statusCode).toBe(201);
    expect((await post('login', { email: body.email, password: `${password}y` })).statusCode).toBe(401);
    expect((await post('login', { email: body.email, password: `${password}x` })).statusCode).toBe(200);
  });

  it('makes one account of two requests at once', async () => {
    const body = { email: 'twice@example.com', password: PASSWORD, name: 'Twice' };
    const statuses = (await Promise.all([post('register', body), post('register', body)])).map(({ statusCode }) => statusCode);
    expect(statuses.sort()).toEqual([201, 409]);
  });
});

describe('signing in', () => {
  it('gives a session that me knows', async () => {
    const { email, userId, workspaceId } = await api.register('Ada Lovelace');
    const response = await post('login', { email: email.toUpperCase(), password: PASSWORD });
    expect(response.statusCode).toBe(200);
    expect((await me(bearer(response.json<{ accessToken: string }>().accessToken))).json()).toEqual({
      user: { id: userId, email, name: 'Ada Lovelace' },
      workspace: { id: workspaceId, name: "Ada Lovelace's workspace", role: 'owner' },
    });
  });

  it('does not tell a wrong password from an unknown address', async () => {
    const { email } = await api.register();
    const [wrong, unknown] = await Promise.all([
      post('login', { email, password: 'not the password' }),
      post('login', { email: 'nobody@example.com', password: 'not the password' }),
    ]);
    expect([wrong.statusCode, unknown.statusCode]).toEqual([401, 401]);
    const bodyOf = ({ requestId: _, ...body }: Record<string, unknown>): object => body;
    expect(bodyOf(unknown.json())).toEqual(bodyOf(wrong.json()));
    expect(wrong.json()).toMatchObject({ code: 'wrong_credentials' });
  });
});

async function exchangedSecondsAgo({ userId }: SignedInUser, seconds: number): Promise<void> {
  await api.database.asSystem((tx) =>
    tx.execute('UPDATE sessions SET refreshed_at = now() - make_interval(secs => $2) WHERE user_id = $1', [userId, seconds]),
  );
}

describe('refreshing', () => {
  it('gives a new pair of the same session', async () => {
    const user = await api.register();
    const response = await post('refresh', { refreshToken: user.refreshToken });
    const next = response.json<{ accessToken: string; refreshToken: string }>();
    expect(response.statusCode).toBe(200);
    expect(next.refreshToken).not.toBe(user.refreshToken);
    expect((await me(bearer(next.accessToken))).statusCode).toBe(200);
    expect((await post('refresh', { refreshToken: next.refreshToken })).statusCode).toBe(200);
  });

  it('gives the same token again to a client that lost the answer, for ten seconds (item 46)', async () => {
    const user = await api.register();
    const first = (await post('refresh', { refreshToken: user.refreshToken })).json<SignedInUser>();
    const again = (await post('refresh', { refreshToken: user.refreshToken })).json<SignedInUser>();
    expect(again.refreshToken).toBe(first.refreshToken);
    await exchangedSecondsAgo(user, 11);
    const late = await post('refresh', { refreshToken: user.refreshToken });
    expect(late.json()).toMatchObject({ status: 401, code: 'refresh_token_reused' });
  });

  it('ends the session when an earlier token than the last comes back, however soon (item 46)', async () => {
    const user = await api.register();
    const first = (await post('refresh', { refreshToken: user.refreshToken })).json<SignedInUser>();
    const second = (await post('refresh', { refreshToken: first.refreshToken })).json<SignedInUser>();
    expect((await me(bearer(second.accessToken))).statusCode).toBe(200);
    const stolen = await post('refresh', { refreshToken: user.refreshToken });
    expect(stolen.json()).toMatchObject({ status: 401, code: 'refresh_token_reused' });
    for (const { refreshToken } of [first, second])
      expect((await post('refresh', { refreshToken })).json()).toMatchObject({ status: 401, code: 'refresh_token_invalid' });
    expect((await me(bearer(second.accessToken))).json()).toMatchObject({ status: 401, code: 'access_token_invalid' });
  });

  it('makes one new token of twenty requests at once', async () => {
    const { refreshToken } = await api.register();
    const responses = await Promise.all(Array.from({ length: 20 }, () => post('refresh', { refreshToken })));
    expect(responses.map(({ statusCode }) => statusCode)).toEqual(Array(20).fill(200));
    expect(new Set(responses.map((response) => response.json<SignedInUser>().refreshToken)).size).toBe(1);
  });

  it('lets nobody end a session with a token that was made up', async () => {
    const { refreshToken, headers } = await api.register();
    const [sessionId] = refreshToken.split('.');
    for (const turn of [0, 1, 7])
      expect((await post('refresh', { refreshToken: `${sessionId}.${turn}.${'a'.repeat(43)}` })).json()).toMatchObject({
        code: 'refresh_token_invalid',
      });
    expect((await me(headers)).statusCode).toBe(200);
    expect((await post('refresh', { refreshToken })).statusCode).toBe(200);
  });

  it.each(['', 'nonsense', `019aa3a0-7c1e-7b52-9d4f-0a1b2c3d4e5f.0.${'a'.repeat(43)}`, `${'-'.repeat(36)}.0.${'a'.repeat(43)}`])(
    'knows no token %p',
    async (refreshToken) => {
      expect((await post('refresh', { refreshToken })).json()).toMatchObject({ status: 401, code: 'refresh_token_invalid' });
    },
  );

  it('is over when the session is', async () => {
    const { userId, refreshToken, headers } = await api.register();
    await api.database.asSystem((tx) => tx.execute('UPDATE sessions SET expires_at = now() WHERE user_id = $1', [userId]));
    expect((await post('refresh', { refreshToken })).statusCode).toBe(401);
    expect((await me(headers)).statusCode).toBe(401);
  });
});

describe('signing out', () => {
  it('ends the tokens of this session with the next request, and those of no other (item 34)', async () => {
    const { email, refreshToken, headers } = await api.register();
    const other = (await post('login', { email, password: PASSWORD })).json<SignedInUser>();
    expect((await post('logout', {}, headers)).statusCode).toBe(204);
    expect((await me(headers)).json()).toMatchObject({ status: 401, code: 'access_token_invalid' });
    expect((await post('refresh', { refreshToken })).statusCode).toBe(401);
    expect((await me(bearer(other.accessToken))).statusCode).toBe(200);
  });
});

describe('an access token', () => {
  let user: SignedInUser;
  let claims: Record<string, unknown>;
  beforeAll(async () => {
    user = await api.register();
    claims = JSON.parse(Buffer.from(user.accessToken.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
  });

  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

  function sign(header: object, payload: object, hash: string, key: Buffer | string): string {
    const text = `${part(header)}.${part(payload)}`;
    return `${text}.${createHmac(hash, key).update(text).digest('base64url')}`;
  }

  /** Signed as the API does, so that only the changed claims can be at fault. */
  function signed(changes: Record<string, unknown>): string {
    const key = Buffer.from(hkdfSync('sha256', api.secret, '', 'steno access token v1', 32));
    return sign({ alg: 'HS256', typ: 'JWT' }, { ...claims, ...changes }, 'sha256', key);
  }

  it('is good when it is signed with the key and says what ours say', async () => {
    expect((await me(bearer(signed({})))).statusCode).toBe(200);
  });

  it('holds no more than ids', () => {
    expect(Object.keys(claims).sort()).toEqual(['aud', 'exp', 'iat', 'iss', 'sid', 'sub', 'typ', 'wid']);
  });

  const past = Math.floor(Date.now() / 1_000) - 10;
  it.each([
    ['without a signature', () => `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.`],
    ['signed with another key', () => sign({ alg: 'HS256' }, claims, 'sha256', 'another key')],
    ['signed with the secret itself', () => sign({ alg: 'HS256' }, claims, 'sha256', api.secret)],
    [
      'of another algorithm',
      () =>
        sign({ alg: 'HS512' }, claims, 'sha512', Buffer.from(hkdfSync('sha256', api.secret, '', 'steno access token v1', 32))),
    ],
    ['that expired', () => signed({ exp: past })],
    ['that is not good yet', () => signed({ nbf: past + 600 })],
    ['of another issuer', () => signed({ iss: 'somebody' })],
    ['for another audience', () => signed({ aud: 'steno-web' })],
    ['of no type', () => signed({ typ: undefined })],
    ['of another type', () => signed({ typ: 'refresh' })],
    ['of an unknown session', () => signed({ sid: '00000000-0000-7000-8000-000000000000' })],
    ['that was cut', () => user.accessToken.slice(0, -5)],
    ['that is the refresh token', () => user.refreshToken],
  ])('is refused %s', async (_, token) => {
    const response = await me(bearer(token()));
    expect(response.json()).toMatchObject({ status: 401, code: 'access_token_invalid' });
  });

  it('is asked for where there is none', async () => {
    const attempts: Record<string, string>[] = [{}, { authorization: 'Basic YTpi' }, { authorization: user.accessToken }];
    for (const headers of attempts) {
      expect((await me(headers)).json()).toMatchObject({ status: 401, code: 'authentication_required' });
    }
  });

  it('does not count in a query', async () => {
    const response = await api.app.inject({ method: 'GET', url: `/api/v1/auth/me?access_token=${user.accessToken}` });
    expect(response.statusCode).toBe(401);
  });
});

describe('the sign-in routes', () => {
  it('answer without their version, too', async () => {
    const { email, headers } = await api.register();
    const payload = { email, password: PASSWORD };
    expect((await api.app.inject({ method: 'POST', url: '/api/auth/login', payload })).statusCode).toBe(200);
    expect((await api.app.inject({ method: 'GET', url: '/api/auth/me', headers })).statusCode).toBe(200);
    expect((await api.app.inject({ method: 'GET', url: '/api/audio', headers })).statusCode).toBe(404);
  });
});

describe('a request with an access token', () => {
  it('asks the database for nothing to know who makes it', async () => {
    const { headers } = await api.register();
    expect((await me(headers)).statusCode).toBe(200);
    const queries = [jest.spyOn(api.database, 'asSystem'), jest.spyOn(api.database, 'inWorkspace')];
    for (let turn = 0; turn < 3; turn += 1) expect((await me(headers)).statusCode).toBe(200);
    expect(queries.map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
    jest.restoreAllMocks();
  });
});

describe('X-Workspace-Id', () => {
  it('chooses a workspace one belongs to', async () => {
    const [owner, guest] = await Promise.all([api.register('Owner'), api.register('Guest')]);
    await makeMembership(api.database, owner.workspaceId, guest.userId, 'viewer');
    const response = await me({ ...guest.headers, 'x-workspace-id': owner.workspaceId });
    expect(response.json()).toMatchObject({
      user: { id: guest.userId },
      workspace: { id: owner.workspaceId, name: "Owner's workspace", role: 'viewer' },
    });
  });

  it("answers a stranger's workspace as one that does not exist", async () => {
    const [user, stranger] = await Promise.all([api.register(), api.register()]);
    const bodies: unknown[] = [];
    for (const id of [stranger.workspaceId, '00000000-0000-7000-8000-000000000000', 'not-an-id', "' OR true --"]) {
      const response = await me({ ...user.headers, 'x-workspace-id': id });
      expect(response.statusCode).toBe(404);
      bodies.push({ ...response.json<object>(), requestId: '' });
    }
    expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1);
    expect(bodies[0]).toMatchObject({ code: 'workspace_not_found' });
  });
});

describe('the request id', () => {
  it("is the caller's or a new one, and the same in header, problem and log, with a body over a real connection too", async () => {
    await api.app.listen(0, '127.0.0.1');
    for (const given of ['req_given_by_caller', undefined]) {
      const response = await fetch(`${await api.app.getUrl()}/api/v1/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(given === undefined ? {} : { 'x-request-id': given }) },
        body: JSON.stringify({ email: 'nobody@example.com', password: 'wrong' }),
      });
      const { requestId } = (await response.json()) as { requestId: string };
      expect(requestId).toBe(response.headers.get('x-request-id'));
      if (given !== undefined) expect(requestId).toBe(given);
      expect(api.logged).toContainEqual(expect.objectContaining({ message: 'Request served', requestId, status: 401 }));
    }
  });
});
