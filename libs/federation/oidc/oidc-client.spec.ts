import { beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { OidcProvider } from '#config';
import { OidcClient, type SignInSecrets } from './oidc-client.js';
import { personOfClaims } from './person-of-claims.js';

const REDIRECT = 'https://steno.example/api/v1/auth/x/callback';
const SECRETS: SignInSecrets = { state: 's'.repeat(43), nonce: 'n'.repeat(43), codeVerifier: 'v'.repeat(43) };
const TENANT = '11111111-2222-4333-8444-555555555555';

const GOOGLE: OidcProvider = {
  id: 'google',
  kind: 'google',
  issuer: 'https://accounts.google.com',
  clientId: 'client',
  clientSecret: 'secret',
};
const MICROSOFT: OidcProvider = {
  id: 'microsoft',
  kind: 'microsoft',
  issuer: 'https://login.microsoftonline.com/common/v2.0',
  clientId: 'client',
  clientSecret: 'secret',
};

let keys: Awaited<ReturnType<typeof generateKeyPair>>;
let jwk: object;
beforeAll(async () => {
  keys = await generateKeyPair('RS256', { extractable: true });
  jwk = { ...(await exportJWK(keys.publicKey)), kid: 'k', alg: 'RS256', use: 'sig' };
});

const json = (body: object): Response => new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' } });

/** The vendor's endpoints, answering with one ID token. Counts how often the code was exchanged. */
function vendor(metadataIssuer: string, claims: Record<string, unknown>): { request: typeof fetch; exchanges: () => number } {
  let exchanges = 0;
  const request = async (input: unknown): Promise<Response> => {
    const { pathname } = new URL(String(input));
    if (pathname.endsWith('/.well-known/openid-configuration'))
      return json({
        issuer: metadataIssuer,
        authorization_endpoint: 'https://vendor.example/authorize',
        token_endpoint: 'https://vendor.example/token',
        jwks_uri: 'https://vendor.example/keys',
        id_token_signing_alg_values_supported: ['RS256'],
        authorization_response_iss_parameter_supported: metadataIssuer === GOOGLE.issuer,
      });
    if (pathname === '/keys') return json({ keys: [jwk] });
    exchanges += 1;
    const idToken = await new SignJWT({ nonce: SECRETS.nonce, ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'k' })
      .setIssuedAt()
      .setExpirationTime('5m')
      .setAudience('client')
      .sign(keys.privateKey);
    return json({ access_token: 'at', token_type: 'Bearer', id_token: idToken });
  };
  return { request, exchanges: () => exchanges };
}

async function claimsOf(provider: OidcProvider, { request }: { request: typeof fetch }, iss?: string) {
  const client = new OidcClient(provider, REDIRECT, (url, options) => request(url, options));
  const query = new URLSearchParams({ code: 'code', state: SECRETS.state, ...(iss === undefined ? {} : { iss }) });
  return client.claims(query.toString(), SECRETS);
}

describe('Google', () => {
  it.each(['https://accounts.google.com', 'accounts.google.com'])('is known by the issuer %s, and is one', async (iss) => {
    const google = vendor(GOOGLE.issuer, { iss, sub: 'ada', email: 'ada@example.com', email_verified: true });
    const person = personOfClaims(GOOGLE, await claimsOf(GOOGLE, google, GOOGLE.issuer));
    expect(person).toMatchObject({ issuer: 'https://accounts.google.com', subject: 'ada', verifiedEmail: 'ada@example.com' });
    expect(google.exchanges()).toBe(1);
  });

  it.each(['https://evil.example', 'accounts.google.com.evil.example', 'http://accounts.google.com'])(
    'is not %s',
    async (iss) => {
      await expect(claimsOf(GOOGLE, vendor(GOOGLE.issuer, { iss, sub: 'ada' }), GOOGLE.issuer)).rejects.toThrow();
    },
  );

  it('has its other checks made with either issuer', async () => {
    const google = vendor(GOOGLE.issuer, { iss: 'accounts.google.com', sub: 'ada', nonce: 'another' });
    await expect(claimsOf(GOOGLE, google, GOOGLE.issuer)).rejects.toThrow();
    const mixedUp = vendor(GOOGLE.issuer, { iss: 'accounts.google.com', sub: 'ada' });
    await expect(claimsOf(GOOGLE, mixedUp, 'https://evil.example')).rejects.toThrow();
    expect(mixedUp.exchanges()).toBe(0);
  });
});

describe('Microsoft', () => {
  const TEMPLATE = 'https://login.microsoftonline.com/{tenantid}/v2.0';
  const issuerOf = (tenant: string): string => `https://login.microsoftonline.com/${tenant}/v2.0`;

  it('writes the tenant into the issuer of its tokens', async () => {
    const claims = await claimsOf(
      MICROSOFT,
      vendor(TEMPLATE, { iss: issuerOf(TENANT), tid: TENANT, sub: 'x', email: 'x@y.example' }),
    );
    expect(personOfClaims(MICROSOFT, claims)).toMatchObject({ issuer: issuerOf(TENANT), subject: 'x' });
  });

  it('is not one tenant in another’s name', async () => {
    const other = '99999999-2222-4333-8444-555555555555';
    await expect(claimsOf(MICROSOFT, vendor(TEMPLATE, { iss: issuerOf(other), tid: TENANT, sub: 'x' }))).rejects.toThrow();
  });

  it.each([
    [{}, undefined, null],
    [{ email_verified: true }, undefined, null],
    [{ xms_edov: true }, undefined, 'x@y.example'],
    [{ xms_edov: '1' }, undefined, 'x@y.example'],
    [{ xms_edov: false }, undefined, null],
    [{}, [TENANT], 'x@y.example'],
  ])('vouches for an address with %j, tenants %j: %s', (claims, allowedTenants, verifiedEmail) => {
    const token = { iss: issuerOf(TENANT), sub: 'x', tid: TENANT, email: 'x@y.example', ...claims };
    expect(personOfClaims({ ...MICROSOFT, allowedTenants }, token).verifiedEmail).toBe(verifiedEmail);
  });

  it('is told by its tenant', () => {
    const token = { iss: issuerOf(TENANT), sub: 'x', tid: TENANT };
    expect(() => personOfClaims({ ...MICROSOFT, allowedTenants: ['another'] }, token)).toThrow(/may not sign in/);
  });
});
