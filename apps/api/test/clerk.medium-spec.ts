import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { verifyToken } from '@clerk/backend';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { Webhook } from 'svix';
import { verifyAddress } from './team.fixture.js';
import { startTestApi, type TestApi } from './test-api.js';

const APP = 'https://app.example.com';
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

let api: TestApi;
let clerk: Server;
let issuer: string;
let keys: Awaited<ReturnType<typeof generateKeyPair>>;
let asked = 0;

beforeAll(async () => {
  keys = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'ins_1', alg: 'RS256', use: 'sig' };
  clerk = createServer((request, response) => {
    asked += 1;
    if (request.url !== '/.well-known/jwks.json') return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: [jwk] }));
  });
  await once(clerk.listen(0, '127.0.0.1'), 'listening');
  issuer = `http://127.0.0.1:${(clerk.address() as AddressInfo).port}`;
  api = await startTestApi({ CLERK_ISSUER: issuer, CLERK_AUTHORIZED_PARTIES: APP, CLERK_WEBHOOK_SIGNING_SECRET: SECRET });
});
afterAll(async () => {
  await api.stop();
  clerk.close();
});

interface TokenOptions {
  claims?: Record<string, unknown>;
  header?: Record<string, unknown>;
  key?: Parameters<SignJWT['sign']>[0];
  secondsLeft?: number;
}

/** A session token as Clerk makes them. */
async function token(sub: string, { claims = {}, header = {}, key = keys.privateKey, secondsLeft = 60 }: TokenOptions = {}) {
  const now = Math.floor(Date.now() / 1_000);
  const payload = { iss: issuer, sub, sid: 'sess_1', azp: APP, iat: now, nbf: now - 10, exp: now + secondsLeft, ...claims };
  return new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: 'ins_1', typ: 'JWT', ...header }).sign(key);
}

async function me(bearer: string) {
  return api.app.inject({ method: 'GET', url: '/api/v1/auth/me', headers: { authorization: `Bearer ${bearer}` } });
}

let deliveries = 0;

/** A webhook as Svix delivers it for Clerk. */
async function deliver(body: object, { id = `msg_${(deliveries += 1)}`, at = new Date(), change = '', secret = SECRET } = {}) {
  const payload = JSON.stringify(body);
  const headers = {
    'content-type': 'application/json',
    'svix-id': id,
    'svix-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'svix-signature': new Webhook(secret).sign(id, at, payload),
  };
  return api.app.inject({ method: 'POST', url: '/api/v1/integrations/clerk/webhook', headers, payload: payload + change });
}

function user(id: string, type: 'user.created' | 'user.updated', updatedAt: number, changes: Record<string, unknown> = {}) {
  return {
    type,
    object: 'event',
    data: {
      id,
      first_name: 'Grace',
      last_name: 'Hopper',
      primary_email_address_id: 'idn_1',
      email_addresses: [{ id: 'idn_1', email_address: `${id}@Corp.example`, verification: { status: 'verified' } }],
      updated_at: updatedAt,
      banned: false,
      ...changes,
    },
  };
}

describe('a session token of Clerk', () => {
  beforeAll(async () => {
    expect((await deliver(user('user_1', 'user.created', 1_000))).statusCode).toBe(204);
  });

  it('is accepted for the person Clerk announced, as it is by Clerk’s own library', async () => {
    const good = await token('user_1');
    const jwtKey = await exportSPKI(keys.publicKey);
    expect(await verifyToken(good, { jwtKey, authorizedParties: [APP] })).toMatchObject({ sub: 'user_1' });
    expect((await me(good)).json()).toMatchObject({
      user: { email: 'user_1@corp.example', name: 'Grace Hopper' },
      workspace: { role: 'owner' },
    });
  });

  it('is checked without asking Clerk again and again', async () => {
    await me(await token('user_1'));
    const before = asked;
    for (let turn = 0; turn < 5; turn += 1) expect((await me(await token('user_1'))).statusCode).toBe(200);
    expect(asked).toBe(before);
  });

  it('of somebody who was not announced is told apart', async () => {
    expect((await me(await token('user_unknown'))).json()).toMatchObject({ status: 401, code: 'clerk_user_unknown' });
  });

  it.each([
    ['for another app', { claims: { azp: 'https://evil.example' } }],
    ['for no app', { claims: { azp: undefined } }],
    ['that expired', { secondsLeft: -60 }],
    ['that is not good yet', { claims: { nbf: Math.floor(Date.now() / 1_000) + 600 } }],
    ['without an expiry', { claims: { exp: undefined } }],
    ['without a session', { claims: { sid: undefined } }],
    ['of nobody', { claims: { sub: undefined } }],
    ['with an unknown key', { header: { kid: 'ins_2' } }],
    ['with a key of its own (items 41, 42)', { header: { jku: 'https://evil.example/keys', kid: '../../dev/null' } }],
  ])('is refused %s', async (_, options: TokenOptions) => {
    expect((await me(await token('user_1', options))).json()).toMatchObject({ status: 401, code: 'access_token_invalid' });
  });

  it('is refused when another key signed it, be it our public one as a secret (item 41)', async () => {
    const other = await generateKeyPair('RS256');
    expect((await me(await token('user_1', { key: other.privateKey }))).statusCode).toBe(401);
    const confused = await token('user_1', {
      header: { alg: 'HS256' },
      key: new TextEncoder().encode(await exportSPKI(keys.publicKey)),
    });
    expect((await me(confused)).statusCode).toBe(401);
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const unsigned = `${part({ alg: 'none' })}.${part({ iss: issuer, sub: 'user_1', azp: APP, sid: 's' })}.`;
    expect((await me(unsigned)).statusCode).toBe(401);
  });
});

describe('a webhook of Clerk', () => {
  it.each([
    ['with another body', { change: ' ' }],
    ['of another secret', { secret: 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }],
    ['that is too old', { at: new Date(Date.now() - 600_000) }],
    ['from the future', { at: new Date(Date.now() + 600_000) }],
  ])('is refused %s', async (_, how) => {
    const response = await deliver(user('user_forged', 'user.created', 1), how);
    expect(response.json()).toMatchObject({ status: 401, code: 'webhook_refused' });
    expect((await me(await token('user_forged'))).json()).toMatchObject({ code: 'clerk_user_unknown' });
  });

  it('counts once', async () => {
    await deliver(user('user_2', 'user.created', 1_000), { id: 'msg_twice' });
    await api.database.asSystem((tx) => tx.execute(`UPDATE users SET name = 'Changed here' WHERE email LIKE 'user_2@%'`));
    expect((await deliver(user('user_2', 'user.updated', 5_000), { id: 'msg_twice' })).statusCode).toBe(204);
    expect((await me(await token('user_2'))).json()).toMatchObject({ user: { name: 'Changed here' } });
  });

  it('that comes late changes nothing that is newer', async () => {
    await deliver(user('user_3', 'user.updated', 3_000, { first_name: 'New' }));
    expect((await me(await token('user_3'))).json()).toMatchObject({ user: { name: 'New Hopper' } });
    await deliver(user('user_3', 'user.created', 1_000, { first_name: 'Old' }));
    expect((await me(await token('user_3'))).json()).toMatchObject({ user: { name: 'New Hopper' } });
    await deliver(user('user_3', 'user.updated', 4_000, { first_name: 'Newest' }));
    expect((await me(await token('user_3'))).json()).toMatchObject({ user: { name: 'Newest Hopper' } });
  });

  it('about a deletion ends access with the next request, also when the creation comes after it', async () => {
    await deliver(user('user_4', 'user.created', 1_000));
    expect((await me(await token('user_4'))).statusCode).toBe(200);
    await deliver({ type: 'user.deleted', object: 'event', data: { id: 'user_4', deleted: true } });
    expect((await me(await token('user_4'))).statusCode).toBe(401);
    await deliver(user('user_4', 'user.updated', 9_000));
    expect((await me(await token('user_4'))).statusCode).toBe(401);
    await deliver({ type: 'user.deleted', object: 'event', data: { id: 'user_5', deleted: true } });
    await deliver(user('user_5', 'user.created', 1_000));
    expect((await me(await token('user_5'))).json()).toMatchObject({ code: 'clerk_user_unknown' });
  });

  it('about a deletion ends access with the next request, also when the account has a password and stays', async () => {
    const { email, userId } = await api.register();
    await verifyAddress(api, { userId });
    const addresses = [{ id: 'idn_1', email_address: email, verification: { status: 'verified' } }];
    await deliver(user('user_8', 'user.created', 1_000, { email_addresses: addresses }));
    expect((await me(await token('user_8'))).json()).toMatchObject({ user: { id: userId } });
    await deliver({ type: 'user.deleted', object: 'event', data: { id: 'user_8', deleted: true } });
    expect((await me(await token('user_8'))).statusCode).toBe(401);
  });

  it('about a ban keeps the person out until it is lifted, and lifts no ban of ours', async () => {
    await deliver(user('user_6', 'user.created', 1_000));
    await deliver(user('user_6', 'user.updated', 2_000, { banned: true }));
    expect((await me(await token('user_6'))).statusCode).toBe(401);
    await deliver(user('user_6', 'user.updated', 3_000));
    expect((await me(await token('user_6'))).statusCode).toBe(200);
    await api.database.asSystem((tx) => tx.execute(`UPDATE users SET disabled_at = now() WHERE email LIKE 'user_6@%'`));
    await deliver(user('user_6', 'user.updated', 4_000, { first_name: 'Still' }));
    const [row] = await api.database.asSystem((tx) =>
      tx.query<{ disabled: boolean }>(`SELECT disabled_at IS NOT NULL AS disabled FROM users WHERE email LIKE 'user_6@%'`),
    );
    expect(row?.disabled).toBe(true);
  });

  it('about an address nobody verified makes no account', async () => {
    const addresses = [{ id: 'idn_1', email_address: 'user_7@corp.example', verification: { status: 'unverified' } }];
    await deliver(user('user_7', 'user.created', 1_000, { email_addresses: addresses }));
    expect((await me(await token('user_7'))).json()).toMatchObject({ code: 'clerk_user_unknown' });
    await deliver(user('user_7', 'user.updated', 2_000));
    expect((await me(await token('user_7'))).statusCode).toBe(200);
  });

  it.each([{ type: 'session.created', object: 'event', data: { id: 'sess_1' } }, { type: 'user.created' }, { data: null }, []])(
    'that concerns no user is taken and changes nothing: %j',
    async (body) => {
      expect((await deliver(body)).statusCode).toBe(204);
    },
  );
});
