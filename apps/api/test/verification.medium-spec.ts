import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { audited } from './audited.js';
import { AuthClient } from './auth-client.js';
import { lettersTo, type MailingApi, startMailingApi, tokenFor } from './letters.js';
import { PASSWORD, type SignedInUser } from './test-api.js';

const UNKNOWN_TOKEN = 'a'.repeat(43);

let api: MailingApi;
let auth: AuthClient;
beforeAll(async () => {
  api = await startMailingApi({ EMAIL_VERIFICATION: 'required', APP_URL: 'https://app.example.com/' });
  auth = new AuthClient(api);
});
afterAll(() => api.stop());

async function register(email: string): Promise<{ email: string; userId: string; workspaceId: string }> {
  const response = await auth.post('register', { email, password: PASSWORD, name: 'Ada' });
  expect(response.statusCode).toBe(202);
  const [row] = await api.database.asSystem((tx) =>
    tx.query<{ userId: string; workspaceId: string }>(
      'SELECT u.id AS "userId", m.workspace_id AS "workspaceId" FROM users u JOIN memberships m ON m.user_id = u.id WHERE u.email = $1',
      [email],
    ),
  );
  if (row === undefined) throw new Error('There is no such account.');
  return { email, ...row };
}

describe('registering where addresses must be verified', () => {
  it('sends a letter, and signs in only once its token came back', async () => {
    const { email, workspaceId } = await register('ada@example.com');
    const [letter] = await lettersTo(api, email);
    expect(letter?.subject).toBe('Confirm your e-mail address');
    expect(letter?.url).toMatch(/^https:\/\/app\.example\.com\/verify-email\?token=[\w-]{43}$/);
    expect((await auth.login(email, PASSWORD)).json()).toMatchObject({
      status: 403,
      code: 'email_not_verified',
      detail: expect.stringContaining('/auth/resend-verification'),
    });
    expect((await auth.login(email, 'not the password')).json()).toMatchObject({ status: 401, code: 'wrong_credentials' });
    expect((await auth.post('verify-email', { token: await tokenFor(api, email) })).statusCode).toBe(204);
    expect((await auth.login(email, PASSWORD)).statusCode).toBe(200);
    expect((await audited(api, workspaceId)).map(({ action }) => action)).toEqual([
      'account.registered',
      'session.refused',
      'session.refused',
      'account.email_verified',
      'session.started',
    ]);
  });

  it('answers the same for an address that has an account, whose owner alone hears of it (item 30)', async () => {
    const { email } = await register('taken@example.com');
    const attempts = [email, 'free@example.com'].map(async (address) =>
      auth.post('register', { email: address, password: PASSWORD, name: 'Eve' }),
    );
    const [taken, free] = await Promise.all(attempts);
    expect(taken?.json()).toEqual({ email, status: 'verification_sent' });
    expect(free?.json()).toEqual({ email: 'free@example.com', status: 'verification_sent' });
    expect([taken?.statusCode, free?.statusCode]).toEqual([202, 202]);
    expect(Object.keys(taken?.headers ?? {})).toEqual(Object.keys(free?.headers ?? {}));
    expect((await lettersTo(api, email)).map(({ subject }) => subject)).toEqual([
      'Confirm your e-mail address',
      'You have an account already',
    ]);
    expect((await lettersTo(api, email)).at(-1)?.url).toBeNull();
  });

  it('keeps no token that could be read (item 33)', async () => {
    const { email, userId } = await register('hash@example.com');
    const token = await tokenFor(api, email);
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    const rows = await api.database.asSystem((tx) => tx.query('SELECT * FROM one_time_tokens WHERE user_id = $1', [userId]));
    expect(JSON.stringify(rows)).not.toContain(token);
    expect(rows).toEqual([expect.objectContaining({ token_hash: expect.stringMatching(/^[0-9a-f]{64}$/) })]);
    expect(JSON.stringify(api.logged)).not.toContain(token);
  });
});

describe('the token of a verification letter', () => {
  it('is good once, also when it comes twenty times at once (item 31)', async () => {
    const { email } = await register('twenty@example.com');
    const token = await tokenFor(api, email);
    const answers = await Promise.all(Array.from({ length: 20 }, () => auth.post('verify-email', { token })));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([204, ...Array<number>(19).fill(422)]);
    expect((await auth.post('verify-email', { token })).json()).toMatchObject({ status: 422, code: 'token_invalid' });
  });

  it('is void when a newer letter was sent', async () => {
    const { email } = await register('newer@example.com');
    const older = await tokenFor(api, email);
    expect((await auth.post('resend-verification', { email: email.toUpperCase() })).statusCode).toBe(202);
    const newer = await tokenFor(api, email);
    expect(newer).not.toBe(older);
    expect((await auth.post('verify-email', { token: older })).statusCode).toBe(422);
    expect((await auth.post('verify-email', { token: newer })).statusCode).toBe(204);
  });

  it.each([
    ['after a day', `UPDATE one_time_tokens SET expires_at = created_at`],
    ['when the account has another address', `UPDATE users SET email = 'moved-' || email`],
    ['when the account is disabled', 'UPDATE users SET disabled_at = now()'],
  ])('is void %s', async (when, change) => {
    const { email, userId } = await register(`${when.replaceAll(' ', '-')}@example.com`);
    const column = change.startsWith('UPDATE users') ? 'id' : 'user_id';
    const [row] = await api.database.asSystem((tx) =>
      tx.query<{ hours: number }>(
        'SELECT extract(epoch FROM expires_at - created_at)::float8 / 3600 AS hours FROM one_time_tokens WHERE user_id = $1',
        [userId],
      ),
    );
    expect(row?.hours).toBe(24);
    await api.database.asSystem((tx) => tx.execute(`${change} WHERE ${column} = $1`, [userId]));
    expect((await auth.post('verify-email', { token: await tokenFor(api, email) })).json()).toMatchObject({
      code: 'token_invalid',
    });
  });

  it('cannot set a password, and one for a password cannot verify', async () => {
    const { email } = await register('purposes@example.com');
    const verification = await tokenFor(api, email);
    const reset = { token: verification, password: 'another good long password' };
    expect((await auth.post('reset-password', reset)).json()).toMatchObject({ code: 'token_invalid' });
    await auth.post('forgot-password', { email });
    expect((await auth.post('verify-email', { token: await tokenFor(api, email) })).json()).toMatchObject({
      code: 'token_invalid',
    });
    expect((await auth.post('verify-email', { token: verification })).statusCode).toBe(204);
  });
});

describe('asking for the letter again', () => {
  it('sends nothing to a verified account or to nobody, and says the same (item 30)', async () => {
    const { email } = await register('verified@example.com');
    await auth.post('verify-email', { token: await tokenFor(api, email) });
    for (const address of [email, 'nobody@example.com']) {
      const before = (await lettersTo(api, address)).length;
      const response = await auth.post('resend-verification', { email: address });
      expect([response.statusCode, response.json()]).toEqual([202, { email: address, status: 'requested' }]);
      expect(await lettersTo(api, address)).toHaveLength(before);
    }
  });
});

describe('the pages that letters lead to', () => {
  const page = async (method: 'GET' | 'POST', path: string, form?: Record<string, string>) =>
    api.app.inject({
      method,
      url: `/${path}`,
      ...(form === undefined
        ? {}
        : {
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
            payload: new URLSearchParams(form).toString(),
          }),
    });

  it('verify an address by their button, not by being opened', async () => {
    const { email } = await register('page@example.com');
    const token = await tokenFor(api, email);
    for (let turn = 0; turn < 3; turn += 1) {
      const shown = await page('GET', `verify-email?token=${token}`);
      expect([shown.statusCode, shown.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
      expect(shown.body).toContain(`name="token" value="${token}"`);
      expect(shown.body).toContain('<form method="post" action="verify-email">');
    }
    expect((await auth.login(email, PASSWORD)).statusCode).toBe(403);
    expect((await page('POST', 'verify-email', { token })).body).toContain('Your address is confirmed');
    expect((await auth.login(email, PASSWORD)).statusCode).toBe(200);
    const again = await page('POST', 'verify-email', { token });
    expect([again.statusCode, again.body.includes('was used before')]).toEqual([422, true]);
  });

  it.each(['verify-email', 'reset-password', 'accept-invitation'])(
    'show %s with their own style, and no script',
    async (path) => {
      const { headers, body } = await page('GET', `${path}?token=${encodeURIComponent('"><script>alert(1)</script>')}`);
      const style = /<style>([\s\S]*)<\/style>/.exec(body)?.[1] ?? '';
      const hash = createHash('sha256').update(style).digest('base64');
      expect(headers['content-security-policy']).toContain(`style-src 'sha256-${hash}'`);
      expect(headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
      expect(body).not.toContain('<script');
    },
  );

  it('set a password, and tell on the page what is wrong with one', async () => {
    const { email } = await register('page-reset@example.com');
    await auth.post('forgot-password', { email });
    const token = await tokenFor(api, email);
    expect((await page('GET', `reset-password?token=${token}`)).body).toContain(`value="${token}"`);
    const short = await page('POST', 'reset-password', { token, password: 'short' });
    expect([short.statusCode, short.headers['content-type']]).toEqual([422, 'text/html; charset=utf-8']);
    expect(short.body).toMatch(/role="alert">.*10 characters/);
    const password = 'a new password from the page';
    expect((await page('POST', 'reset-password', { token, password })).statusCode).toBe(200);
    expect((await auth.login(email, password)).statusCode).toBe(200);
  });

  it('run no script, load nothing, are kept nowhere, and escape what their address says (item 1)', async () => {
    const payloads = [
      `"><script>alert(1)</script>`,
      `' onfocus=alert(1) autofocus '`,
      '</title><svg/onload=alert(1)>',
      '&quot;><b>',
    ];
    for (const path of ['verify-email', 'reset-password']) {
      for (const payload of payloads) {
        const { body, headers } = await page('GET', `${path}?token=${encodeURIComponent(payload)}`);
        expect(body).not.toContain(payload);
        expect(body).not.toMatch(/<script|<svg|<b>|' onfocus/);
        expect(headers['content-security-policy']).toMatch(
          /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
        );
        expect(headers['referrer-policy']).toBe('no-referrer');
        expect(headers['cache-control']).toBe('no-store');
      }
    }
  });
});

describe('registering where addresses need not be verified', () => {
  let open: MailingApi;
  let user: SignedInUser;
  beforeAll(async () => {
    open = await startMailingApi({ EMAIL_VERIFICATION: 'optional' });
    user = await open.register();
  });
  afterAll(() => open.stop());

  it('signs in at once, and sends the letter all the same', async () => {
    const client = new AuthClient(open).as(user);
    expect((await client.get('profile')).json()).toMatchObject({ email: user.email, emailVerified: false });
    expect((await lettersTo(open, user.email)).map(({ url }) => url)).toEqual([
      expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/verify-email\?token=/),
    ]);
    expect((await client.post('verify-email', { token: await tokenFor(open, user.email) })).statusCode).toBe(204);
    expect((await client.get('profile')).json()).toMatchObject({ emailVerified: true });
  });

  it('knows no token that was made up', async () => {
    for (const token of [UNKNOWN_TOKEN, '', 'x'])
      expect((await new AuthClient(open).post('verify-email', { token })).json()).toMatchObject({ status: 422 });
  });
});
