import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type OidcProviderDouble, signInAtProvider, startOidcProvider } from '#testing/oidc-provider';
import { PASSWORD, startTestApi, type TestApi } from './test-api.js';

const HOME = 'http://127.0.0.1:1';
const APP = 'https://app.example.com/signed-in';
const TENANT = '11111111-2222-4333-8444-555555555555';

const PEOPLE = {
  grace: { email: 'Grace@Corp.example', email_verified: true, name: 'Grace Hopper' },
  twin: { email: 'grace@corp.example', email_verified: true, name: 'Another Grace' },
  unverified: { email: 'unverified@corp.example', email_verified: false },
  ada: { email: 'ada@corp.example', email_verified: true, hd: 'corp.example' },
  private: { email: 'private@corp.example', email_verified: true },
  stranger: { email: 'stranger@other.example', email_verified: true, hd: 'other.example' },
  colleague: { email: 'colleague@corp.example', tid: TENANT, name: 'Colleague' },
  outsider: { email: 'outsider@corp.example', tid: '99999999-2222-4333-8444-555555555555' },
};

let provider: OidcProviderDouble;
let api: TestApi;
beforeAll(async () => {
  // The provider complains at length that it is none for production.
  for (const method of ['info', 'warn'] as const) jest.spyOn(console, method).mockImplementation(() => undefined);
  const callback = (id: string): string => `${HOME}/api/v1/auth/${id}/callback`;
  provider = await startOidcProvider(
    { 'at-okta': callback('okta'), 'at-google': callback('google'), 'at-microsoft': callback('microsoft') },
    PEOPLE,
  );
  api = await startTestApi({
    PUBLIC_URL: HOME,
    SIGN_IN_RETURN_URLS: 'https://app.example.com',
    GOOGLE_ISSUER: provider.issuer,
    GOOGLE_CLIENT_ID: 'at-google',
    GOOGLE_CLIENT_SECRET: 'secret of at-google',
    GOOGLE_ALLOWED_DOMAINS: 'corp.example',
    MICROSOFT_ISSUER: provider.issuer,
    MICROSOFT_CLIENT_ID: 'at-microsoft',
    MICROSOFT_CLIENT_SECRET: 'secret of at-microsoft',
    MICROSOFT_ALLOWED_TENANTS: TENANT,
    OIDC_PROVIDERS: JSON.stringify([
      { id: 'okta', issuer: provider.issuer, clientId: 'at-okta', clientSecret: 'secret of at-okta' },
      { id: 'away', issuer: 'http://127.0.0.1:9', clientId: 'x', clientSecret: 'y' },
    ]),
  });
});
afterAll(async () => {
  await api.stop();
  await provider.stop();
  jest.restoreAllMocks();
});

async function get(url: string, cookie = '') {
  return api.app.inject({ method: 'GET', url, headers: { cookie } });
}

interface Begun {
  location: string;
  cookie: string;
}

async function begin(id: string, query = ''): Promise<Begun> {
  const response = await get(`/api/v1/auth/${id}/login${query}`);
  expect(response.statusCode).toBe(302);
  const [cookie = ''] = String(response.headers['set-cookie']).split(';', 1);
  return { location: String(response.headers['location']), cookie };
}

/** The whole way of a browser. */
async function signIn(id: keyof typeof PEOPLE, by = 'okta', query = '') {
  const { location, cookie } = await begin(by, query);
  const back = await signInAtProvider(location, id, HOME);
  return { back: back.slice(HOME.length), cookie, response: await get(back.slice(HOME.length), cookie) };
}

interface SignedIn {
  user: { id: string; email: string; name: string };
  accessToken: string;
}

describe('signing in by way of a provider', () => {
  it('makes an account at the first time and finds it at the next', async () => {
    const first = await signIn('grace');
    expect(first.response.statusCode).toBe(200);
    const { user, accessToken } = first.response.json<SignedIn>();
    expect(user).toMatchObject({ email: 'grace@corp.example', name: 'Grace Hopper' });
    const me = await api.app.inject({
      method: 'GET',
      url: '/api/v1/auth/me',
      headers: { authorization: `Bearer ${accessToken}` },
    });
    expect(me.json()).toMatchObject({ user: { id: user.id }, workspace: { role: 'owner' } });
    expect((await signIn('grace')).response.json<SignedIn>().user.id).toBe(user.id);
  });

  it('makes a new account for somebody whose earlier one was removed for good', async () => {
    const { user } = (await signIn('grace')).response.json<SignedIn>();
    await api.database.asSystem((tx) => tx.execute('DELETE FROM users WHERE id = $1', [user.id]));
    const again = await signIn('grace');
    expect(again.response.statusCode).toBe(200);
    expect(again.response.json<SignedIn>().user.id).not.toBe(user.id);
  });

  it('asks with PKCE, state and nonce, and for its own address exactly (items 43, 44)', async () => {
    const url = new URL((await begin('okta')).location);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      redirect_uri: `${HOME}/api/v1/auth/okta/callback`,
      response_type: 'code',
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    });
    const again = new URL((await begin('okta')).location);
    for (const name of ['code_challenge', 'state', 'nonce'])
      expect(again.searchParams.get(name)).not.toBe(url.searchParams.get(name));
  });

  it('gives a client app a code, which is good once', async () => {
    const { response } = await signIn('grace', 'okta', `?returnTo=${encodeURIComponent(`${APP}?kept=1`)}`);
    expect(response.statusCode).toBe(302);
    const location = new URL(String(response.headers['location']));
    expect(location.href).toMatch(/^https:\/\/app\.example\.com\/signed-in\?kept=1&code=[\w-]{43}$/);
    const exchange = () =>
      api.app.inject({ method: 'POST', url: '/api/v1/auth/exchange', payload: { code: location.searchParams.get('code') } });
    const responses = await Promise.all(Array.from({ length: 20 }, exchange));
    expect(responses.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1);
    expect(responses.find(({ statusCode }) => statusCode !== 200)?.json()).toMatchObject({ code: 'sign_in_code_invalid' });
  });

  it.each([
    'https://evil.example/',
    'https://app.example.com.evil.example/',
    'https://app.example.com@evil.example/',
    'https://user:pass@app.example.com/',
    'http://app.example.com/',
    'https://app.example.com:444/',
    '//evil.example',
    'javascript:alert(1)',
  ])('sends nobody to %s (item 44)', async (returnTo) => {
    const response = await get(`/api/v1/auth/okta/login?returnTo=${encodeURIComponent(returnTo)}`);
    expect(response.statusCode).toBe(422);
    expect(response.headers['location']).toBeUndefined();
  });
});

describe('coming back', () => {
  it('counts once', async () => {
    const { back, cookie } = await signIn('grace');
    expect((await get(back, cookie)).json()).toMatchObject({ status: 401, code: 'sign_in_not_completed' });
  });

  it('counts in the browser that went', async () => {
    const [{ location }, other] = [await begin('okta'), await begin('okta')];
    const back = (await signInAtProvider(location, 'grace', HOME)).slice(HOME.length);
    expect((await get(back, other.cookie)).json()).toMatchObject({ code: 'sign_in_not_completed' });
  });

  it.each([
    ['without a cookie', (back: string) => get(back)],
    ['with a state made up', (back: string, cookie: string) => get(back.replace(/state=[^&]+/, 'state=made-up'), cookie)],
    ['without a state', (back: string, cookie: string) => get(back.replace(/state=[^&]+/, ''), cookie)],
    ['with a code made up', (back: string, cookie: string) => get(back.replace(/code=[^&]+/, 'code=made-up'), cookie)],
    ['to another provider', (back: string, cookie: string) => get(back.replace('/okta/', '/google/'), cookie)],
    [
      'with an issuer mixed up',
      (back: string, cookie: string) => get(back.replace(/iss=[^&]+/, 'iss=https%3A%2F%2Fevil.example'), cookie),
    ],
    ['with an error', (back: string, cookie: string) => get(back.replace(/code=[^&]+/, 'error=access_denied'), cookie)],
  ])('does not count %s (item 43)', async (_, come) => {
    const { location, cookie } = await begin('okta');
    const back = (await signInAtProvider(location, 'grace', HOME)).slice(HOME.length);
    expect((await come(back, cookie)).json()).toMatchObject({ status: 401, code: 'sign_in_not_completed' });
  });

  it('does not count after ten minutes', async () => {
    const { location, cookie } = await begin('okta');
    const back = (await signInAtProvider(location, 'grace', HOME)).slice(HOME.length);
    await api.database.asSystem((tx) => tx.execute('UPDATE sign_in_attempts SET expires_at = now()'));
    expect((await get(back, cookie)).json()).toMatchObject({ code: 'sign_in_not_completed' });
  });

  it('leaves nothing in the database that could be used', async () => {
    const { location } = await begin('okta');
    const rows = await api.database.asSystem((tx) => tx.query('SELECT * FROM sign_in_attempts'));
    const { state, nonce, code_challenge: challenge } = Object.fromEntries(new URL(location).searchParams);
    for (const secret of [state, nonce, challenge]) expect(JSON.stringify(rows)).not.toContain(secret);
  });
});

describe('whose account it is', () => {
  it('is told by issuer and subject, never by the address alone (item 32)', async () => {
    const grace = (await signIn('grace')).response.json<SignedIn>();
    const twin = (await signIn('twin')).response.json<SignedIn>();
    // Verified here, and vouched for there: the same person. The subjects stay two.
    expect(twin.user.id).toBe(grace.user.id);
    const rows = await api.database.asSystem((tx) =>
      tx.query('SELECT subject FROM user_identities WHERE user_id = $1 ORDER BY subject', [grace.user.id]),
    );
    expect(rows).toEqual([{ subject: 'grace' }, { subject: 'twin' }]);
  });

  it('is not that of an account whose address nobody verified', async () => {
    const payload = { email: 'private@corp.example', password: PASSWORD, name: 'Squatter' };
    await api.app.inject({ method: 'POST', url: '/api/v1/auth/register', payload });
    expect((await signIn('private')).response.json()).toMatchObject({ status: 409, code: 'account_not_verified' });
    await api.database.asSystem((tx) =>
      tx.execute(`UPDATE users SET email_verified_at = now() WHERE email = 'private@corp.example'`),
    );
    expect((await signIn('private')).response.statusCode).toBe(200);
  });

  it('is not made for an address that the provider does not vouch for', async () => {
    expect((await signIn('unverified')).response.json()).toMatchObject({ status: 403, code: 'address_not_vouched_for' });
  });

  it('is one, however many browsers come at once for the first time', async () => {
    const browsers = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const { location, cookie } = await begin('google');
        return { cookie, back: (await signInAtProvider(location, 'ada', HOME)).slice(HOME.length) };
      }),
    );
    const responses = await Promise.all(browsers.map(({ back, cookie }) => get(back, cookie)));
    expect(responses.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200]);
    expect(new Set(responses.map((response) => response.json<SignedIn>().user.id)).size).toBe(1);
  });

  it('is closed when the operator keeps them out', async () => {
    const { user } = (await signIn('grace')).response.json<SignedIn>();
    await api.database.asSystem((tx) => tx.execute('UPDATE users SET disabled_at = now() WHERE id = $1', [user.id]));
    expect((await signIn('grace')).response.json()).toMatchObject({ status: 403, code: 'sign_in_refused' });
    await api.database.asSystem((tx) => tx.execute('UPDATE users SET disabled_at = NULL WHERE id = $1', [user.id]));
  });
});

describe('who may sign in', () => {
  it.each([
    ['google', 'ada', 200],
    ['google', 'stranger', 403],
    // A private account with a company's address is none of the company's.
    ['google', 'private', 403],
    ['microsoft', 'colleague', 200],
    ['microsoft', 'outsider', 403],
  ] as const)('by way of %s: %s (%i)', async (by, who, status) => {
    expect((await signIn(who, by)).response.statusCode).toBe(status);
  });
});

describe('a provider', () => {
  it('that is not there is named, with those that are', async () => {
    const response = await get('/api/v1/auth/facebook/login');
    expect(response.json()).toMatchObject({ status: 404, code: 'provider_unknown', detail: expect.stringContaining('okta') });
  });

  it('that does not answer is told apart from a refusal', async () => {
    const response = await get('/api/v1/auth/away/login');
    expect(response.json()).toMatchObject({ status: 503, code: 'provider_unreachable' });
    expect(response.headers['retry-after']).toBe('10');
  });
});

describe('the cookie', () => {
  it('is the browser’s alone, and bound to the host where the connection is safe (item 14)', async () => {
    const plain = await get('/api/v1/auth/okta/login');
    expect(plain.headers['set-cookie']).toMatch(/^steno-sign-in=[\w-]{43}; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/);
    const safe = await startTestApi({ PUBLIC_URL: 'https://steno.example', OIDC_PROVIDERS: okta(provider.issuer) });
    const response = await safe.app.inject({ method: 'GET', url: '/api/v1/auth/okta/login' });
    expect(response.headers['set-cookie']).toMatch(
      /^__Host-steno-sign-in=[\w-]{43}; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    await safe.stop();
  });
});

function okta(issuer: string): string {
  return JSON.stringify([{ id: 'okta', issuer, clientId: 'at-okta', clientSecret: 'secret of at-okta' }]);
}
