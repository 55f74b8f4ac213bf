import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { Config } from '#config';
import { MailOutbox, type NewLetter } from '#mail';
import { buildOpenApiDocument } from '../src/openapi.js';
import { lettersTo, startMailingApi } from './letters.js';
import { sendOwedMail } from './owed-mail.fixture.js';
import { type SignedInUser, startTestApi, type TestApi } from './test-api.js';

interface ListedLetter {
  id: string;
  to: string;
  subject: string;
  text: string;
  messageId: string;
}

const PAYLOADS = [
  `<script>alert(1)</script>`,
  `<ScRiPt src=//evil.example/x.js></sCrIpT>`,
  `<img src=x onerror=alert(1)>`,
  `<svg/onload=alert(1)>`,
  `<svg><animate onbegin=alert(1) attributeName=x dur=1s>`,
  `"><script>alert(1)</script>`,
  `'><img src=x onerror='alert(1)'>`,
  `</title><script>alert(1)</script>`,
  `</pre><iframe src="javascript:alert(1)">`,
  `</style><script>alert(1)</script>`,
  `<!--><script>alert(1)</script-->`,
  `<a href="javascript:alert(1)">click</a>`,
  `javascript:alert(1)//https://ok.example/`,
  `https://a.example/"onmouseover="alert(1)`,
  `https://a.example/'onfocus='alert(1)`,
  `https://a.example/<script>alert(1)</script>`,
  `https://a.example/\`onerror=alert(1)\``,
  `&lt;script&gt;alert(1)&lt;/script&gt;`,
  `<meta http-equiv=refresh content="0;url=https://evil.example">`,
  `<base href=//evil.example><form action=x><input autofocus onfocus=alert(1)>`,
  `\u2028<details open ontoggle=alert(1)>`,
  `<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>`,
];

/** Every tag that the pages are made of; a payload that comes through makes another. */
const OWN_TAG =
  /^<(!doctype html|\/?(html|head|title|style|body|h1|p|pre|table|tr|th|td|a)|html lang="en"|meta charset="utf-8"|meta name="viewport" content="width=device-width, initial-scale=1"|p class="note"|a href="\/inbox(\/[0-9a-f-]{36})?"|a href="https?:\/\/[^"'<>\s`]+" rel="noreferrer noopener")>$/;

let api: TestApi;
let user: SignedInUser;
let origin: string;
beforeAll(async () => {
  api = await startTestApi();
  user = await api.register();
  await sendOwedMail(api.app);
  await api.app.listen(0, '127.0.0.1');
  origin = await api.app.getUrl();
});
afterAll(() => api.stop());

async function send(letter: Partial<NewLetter> = {}): Promise<string> {
  const { workspaceId } = user;
  const whole = { workspaceId, to: 'ada@example.com', subject: 'Hello', paragraphs: ['Hello'], ...letter };
  const id = await api.database.inWorkspace(workspaceId, (tx) => api.app.get(MailOutbox).add(tx, whole));
  expect(await sendOwedMail(api.app)).toBe(1);
  return id;
}

async function get(url: string, request: { remoteAddress?: string; headers?: Record<string, string> } = {}) {
  return api.app.inject({ method: 'GET', url, ...request });
}

function foreignTags(html: string): string[] {
  return (html.match(/<[a-z!/][^>]*>?/gi) ?? []).filter((tag) => !OWN_TAG.test(tag));
}

describe('the inbox', () => {
  it('shows letters, newest first, to browsers and to programs', async () => {
    const first = await send({ subject: 'The first' });
    const second = await send({ subject: 'The second', to: 'grace@example.com', paragraphs: ['Zażółć'] });
    const listed = (await get('/inbox.json')).json<ListedLetter[]>();
    expect(listed.slice(0, 2)).toMatchObject([
      { id: second, to: 'grace@example.com', subject: 'The second', text: 'Zażółć\n', messageId: `<${second}@localhost>` },
      { id: first, to: 'ada@example.com', subject: 'The first' },
    ]);
    const page = await get('/inbox');
    expect(page.statusCode).toBe(200);
    expect(page.body.indexOf(`href="/inbox/${second}"`)).toBeGreaterThan(0);
    expect(page.body.indexOf(`href="/inbox/${second}"`)).toBeLessThan(page.body.indexOf(`href="/inbox/${first}"`));
    expect(page.body).toContain('SMTP_URL is not set');
  });

  it('lets links be followed', async () => {
    const url = 'https://steno.example/verify?token=abc&next=%2F';
    const id = await send({ link: { label: 'Confirm', url } });
    const { body } = await get(`/inbox/${id}`);
    expect(body).toContain(`<a href="${url.replace('&', '&amp;')}" rel="noreferrer noopener">`);
  });

  it.each(['/inbox', '/inbox/letter', '/inbox.json'])('%s is kept nowhere, framed nowhere and runs nothing', async (path) => {
    const response = await fetch(`${origin}${path.replace('letter', await send())}`);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': path.endsWith('.json') ? 'application/json; charset=utf-8' : 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'content-security-policy': expect.stringMatching(
        /^default-src 'none'; style-src 'sha256-[\w+/]+={0,2}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
      ),
    });
  });

  it.each(PAYLOADS)('shows and does not obey %s (item 1)', async (payload) => {
    const id = await send({ subject: payload, paragraphs: [payload], link: { label: payload, url: 'https://a.example/' } });
    for (const url of ['/inbox', `/inbox/${id}`]) {
      const { statusCode, body } = await get(url);
      expect(statusCode).toBe(200);
      expect(foreignTags(body)).toEqual([]);
      expect(body).not.toMatch(/href="(?!https?:|\/inbox)/);
    }
    expect((await get('/inbox.json')).json<ListedLetter[]>()[0]?.text).toContain(payload);
  });

  it('shows a file that is no letter as one without anything', async () => {
    const { directory } = api.app.get(Config).mail;
    mkdirSync(directory, { recursive: true });
    const id = uuidv7();
    writeFileSync(join(directory, `${id}.eml`), Buffer.from([0, 255, 13, 10, 60]));
    writeFileSync(join(directory, 'notes.txt'), 'no letter');
    expect((await get(`/inbox/${id}`)).statusCode).toBe(200);
    expect((await get('/inbox')).body).toContain('(no subject)');
  });

  it.each(['..%2Fsecrets', '..%2f..%2f..%2fetc%2fpasswd', 'notes', uuidv7(), `${uuidv7()}.eml`])(
    'has no letter %s',
    async (id) => {
      expect((await get(`/inbox/${id}`)).json()).toMatchObject({ status: 404, code: 'letter_not_found' });
    },
  );

  it('is no part of the API document', async () => {
    const { paths } = await buildOpenApiDocument();
    expect(Object.keys(paths).filter((path) => path.includes('inbox'))).toEqual([]);
  });
});

describe('the inbox is for this machine alone', () => {
  it.each([
    ['another machine', { remoteAddress: '203.0.113.7' }],
    ['another machine of the network', { remoteAddress: '192.168.1.4' }],
    ['another machine by IPv6', { remoteAddress: '2001:db8::7' }],
    ['another machine that says it is this one', { remoteAddress: '203.0.113.7', headers: { 'x-forwarded-for': '127.0.0.1' } }],
    ['a proxy on this machine', { headers: { 'x-forwarded-for': '203.0.113.7' } }],
    ['a proxy on this machine that says Forwarded', { headers: { forwarded: 'for=203.0.113.7' } }],
    ['a proxy on this machine that says Via', { headers: { via: '1.1 proxy' } }],
    ['a proxy on this machine that says X-Real-IP', { headers: { 'x-real-ip': '203.0.113.7' } }],
    ['a page whose name leads here', { headers: { host: 'evil.example:3000' } }],
    ['a page whose name begins like this machine', { headers: { host: '127.0.0.1.evil.example' } }],
  ])('and not for %s', async (_, request) => {
    const id = await send();
    for (const url of ['/inbox', '/inbox.json', `/inbox/${id}`]) {
      const { statusCode, body } = await get(url, request);
      expect([statusCode, JSON.parse(body)]).toMatchObject([404, { code: 'route_not_found' }]);
    }
  });

  it.each([
    { remoteAddress: '127.0.0.1' },
    { remoteAddress: '::1', headers: { host: '[::1]:3000' } },
    { remoteAddress: '::ffff:127.0.0.1', headers: { host: 'localhost:3000' } },
  ])('as %j', async (request) => {
    expect((await get('/inbox', request)).statusCode).toBe(200);
  });

  it('does not exist in production', async () => {
    const production = await startTestApi({ NODE_ENV: 'production', ALLOW_EMBEDDED: 'true', PASSWORD_COST: '10' });
    try {
      const response = await production.app.inject({ method: 'GET', url: '/inbox' });
      expect(response.json()).toMatchObject({ status: 404, code: 'route_not_found' });
    } finally {
      await production.stop();
    }
  });

  it('does not exist where letters are sent, and does not know them', async () => {
    const sending = await startMailingApi();
    try {
      const { email } = await sending.register();
      expect(await lettersTo(sending, email)).not.toEqual([]);
      const response = await sending.app.inject({ method: 'GET', url: '/inbox.json' });
      expect(response.json()).toMatchObject({ status: 404, code: 'route_not_found' });
    } finally {
      await sending.stop();
    }
  });
});
