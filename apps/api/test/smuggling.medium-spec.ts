import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SECURITY_HEADERS } from '../src/security-headers.js';
import { exchange, type RawAnswer, RawConnection } from './raw-exchange.fixture.js';
import { startTestApi, type TestApi } from './test-api.js';

let api: TestApi;
let port: number;
beforeAll(async () => {
  api = await startTestApi();
  await api.app.listen(0, '127.0.0.1');
  port = Number(new URL(await api.app.getUrl()).port);
});
afterAll(() => api.stop());

const NOTHING: RawAnswer = { status: 0, headers: {}, body: '' };

const HOST = 'Host: steno';
/** What an attacker would like to have answered as a request of its own. */
const SMUGGLED = 'GET /live?smuggled HTTP/1.1\r\nHost: steno\r\n\r\n';

const get = (...lines: string[]) => `GET /live HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
const post = (lines: string[], body: string) =>
  `POST /api/v1/auth/login HTTP/1.1\r\n${[HOST, 'Content-Type: application/json', ...lines].join('\r\n')}\r\n\r\n${body}`;
const chunked = (size: string) => post(['Transfer-Encoding: chunked'], `${size}\r\n{}\r\n0\r\n\r\n${SMUGGLED}`);

describe('a request that two servers could read in two ways', () => {
  it.each<[string, string]>([
    ['Content-Length and Transfer-Encoding', post(['Content-Length: 4', 'Transfer-Encoding: chunked'], `0\r\n\r\n${SMUGGLED}`)],
    ['Transfer-Encoding and Content-Length', post(['Transfer-Encoding: chunked', 'Content-Length: 4'], `0\r\n\r\n${SMUGGLED}`)],
    ['two Content-Lengths that differ', post(['Content-Length: 2', 'Content-Length: 48'], `{}${SMUGGLED}`)],
    ['two Content-Lengths that agree', post(['Content-Length: 2', 'Content-Length: 2'], `{}${SMUGGLED}`)],
    ['a list of Content-Lengths', post(['Content-Length: 2, 2'], `{}${SMUGGLED}`)],
    ['a negative Content-Length', post(['Content-Length: -1'], SMUGGLED)],
    ['a Content-Length with a plus', post(['Content-Length: +2'], `{}${SMUGGLED}`)],
    ['a hexadecimal Content-Length', post(['Content-Length: 0x2'], `{}${SMUGGLED}`)],
    ['a Content-Length beyond all numbers', post(['Content-Length: 99999999999999999999999'], SMUGGLED)],
    ['an empty Content-Length', post(['Content-Length: '], SMUGGLED)],
    ['Transfer-Encoding: xchunked', post(['Transfer-Encoding: xchunked'], `0\r\n\r\n${SMUGGLED}`)],
    ['Transfer-Encoding: chunked, identity', post(['Transfer-Encoding: chunked, identity'], `0\r\n\r\n${SMUGGLED}`)],
    ['Transfer-Encoding: identity', post(['Transfer-Encoding: identity'], `0\r\n\r\n${SMUGGLED}`)],
    ['two Transfer-Encodings', post(['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], `0\r\n\r\n${SMUGGLED}`)],
    ['Transfer-Encoding behind a vertical tab', post(['Transfer-Encoding:\x0bchunked'], `0\r\n\r\n${SMUGGLED}`)],
    ['Transfer-Encoding with a space before its colon', post(['Transfer-Encoding : chunked'], `0\r\n\r\n${SMUGGLED}`)],
    ['a folded Transfer-Encoding', post(['Transfer-Encoding:', ' chunked'], `0\r\n\r\n${SMUGGLED}`)],
    ['a folded header', get(HOST, 'X-Long: one', ' two')],
    ['a first header with a space before it', get(' X-First: 1', HOST)],
    ['a bare LF between headers', `GET /live HTTP/1.1\r\n${HOST}\nX-More: 1\r\n\r\n`],
    ['bare LFs alone', `GET /live HTTP/1.1\n${HOST}\n\n`],
    ['a bare CR in a header', get(HOST, 'X-More: a\rX-Other: b')],
    ['NUL in a header', get(HOST, 'X-More: a\0b')],
    ['NUL in the name of a header', get(HOST, 'X-\0More: a')],
    ['a space before the colon', get(HOST, 'X-More : a')],
    ['a header without a name', get(HOST, ': a')],
    ['a header without a colon', get(HOST, 'X-More')],
    ['a chunk of no size', chunked('')],
    ['a chunk of negative size', chunked('-2')],
    ['a chunk size with 0x', chunked('0x2')],
    ['a chunk size with an underscore', chunked('1_0')],
    ['a chunk size beyond all numbers', chunked('fffffffffffffffff')],
    ['a chunk that is longer than it says', post(['Transfer-Encoding: chunked'], `1\r\n{}\r\n0\r\n\r\n${SMUGGLED}`)],
    ['a chunk size before a bare LF', post(['Transfer-Encoding: chunked'], `2\n{}\r\n0\r\n\r\n${SMUGGLED}`)],
    ['an absolute target', `GET http://steno/live HTTP/1.1\r\n${HOST}\r\n\r\n`],
    ['an absolute target of elsewhere', `GET http://169.254.169.254/latest HTTP/1.1\r\n${HOST}\r\n\r\n`],
    ['an authority for a target', `CONNECT steno:443 HTTP/1.1\r\n${HOST}\r\n\r\n`],
    ['an authority for a target of GET', `GET steno:443 HTTP/1.1\r\n${HOST}\r\n\r\n`],
    ['an asterisk for a target', `OPTIONS * HTTP/1.1\r\n${HOST}\r\n\r\n`],
    ['a target without a slash', `GET live HTTP/1.1\r\n${HOST}\r\n\r\n`],
    ['a space in its target', `GET /live smuggled HTTP/1.1\r\n${HOST}\r\n\r\n`],
    ['a tab in its target', `GET /live\tx HTTP/1.1\r\n${HOST}\r\n\r\n`],
    ['a lone % in its target', `GET /%zz HTTP/1.1\r\n${HOST}\r\n\r\n`],
    ['HTTP/0.9', 'GET /live\r\n\r\n'],
    ['HTTP/0.9 by name', `GET /live HTTP/0.9\r\n${HOST}\r\n\r\n`],
    ['HTTP/1.2', `GET /live HTTP/1.2\r\n${HOST}\r\n\r\n`],
    ['HTTP/2.0', `GET /live HTTP/2.0\r\n${HOST}\r\n\r\n`],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['another protocol', `GET /live ICE/1.0\r\n${HOST}\r\n\r\n`],
    ['a version in lower case', `GET /live http/1.1\r\n${HOST}\r\n\r\n`],
    ['no Host', get('X-More: a')],
    ['two Hosts', get(HOST, 'Host: evil.example')],
    ['a method of nobody', `SMUGGLE /live HTTP/1.1\r\n${HOST}\r\n\r\n`],
    ['a method in lower case', `get /live HTTP/1.1\r\n${HOST}\r\n\r\n`],
    ['the greeting of TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ])('is refused and hung up on: %s (item 20)', async (_, bytes) => {
    const { answers, ended } = await exchange(port, bytes);
    expect(answers.map(({ status }) => status)).toEqual([400]);
    expect(ended).toBe(true);
    const [{ headers, body } = NOTHING] = answers;
    expect(JSON.parse(body)).toMatchObject({ status: 400, code: 'malformed_request', requestId: headers['x-request-id'] });
    expect(headers).toMatchObject({
      ...SECURITY_HEADERS,
      'content-type': 'application/problem+json; charset=utf-8',
      connection: 'close',
    });
  });

  it.each([
    ['100 KB in one header', get(HOST, `X-Long: ${'a'.repeat(100_000)}`)],
    ['10 000 headers', get(HOST, ...Array.from({ length: 10_000 }, (_, number) => `X-${number}: a`))],
    ['101 headers', get(HOST, ...Array.from({ length: 100 }, (_, number) => `X-${number}: a`))],
    ['a target of 9 000 characters', `GET /${'a'.repeat(9_000)} HTTP/1.1\r\n${HOST}\r\n\r\n`],
    ['a target of 100 KB', `GET /${'a'.repeat(100_000)} HTTP/1.1\r\n${HOST}\r\n\r\n`],
  ])('is refused for its size and hung up on: %s (item 20)', async (_, bytes) => {
    const { answers, ended } = await exchange(port, bytes);
    expect(answers.map(({ status }) => status)).toEqual([431]);
    expect(ended).toBe(true);
    expect(JSON.parse(answers[0]?.body ?? '')).toMatchObject({ code: 'headers_too_large' });
    expect(answers[0]?.headers).toMatchObject(SECURITY_HEADERS);
  });

  it.each([
    ['too large', post(['Content-Length: 2000000'], SMUGGLED.repeat(10))],
    ['chunked and too large', post(['Transfer-Encoding: chunked'], `1e8480\r\n${SMUGGLED.repeat(30_000)}`)],
  ])(
    'never has a body answered that was refused: %s (item 20)',
    async (_, bytes) => {
      const { answers, ended } = await exchange(port, bytes, 8_000);
      expect(answers.map(({ status }) => status)).toEqual([413]);
      expect(ended).toBe(true);
    },
    15_000,
  );

  it('takes a body that looks like a request for a body, and goes on behind it (item 20)', async () => {
    const body = SMUGGLED;
    const bytes = `POST /api/v1/auth/login HTTP/1.1\r\n${HOST}\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const { answers } = await exchange(port, `${bytes}GET /live HTTP/1.1\r\n${HOST}\r\nConnection: close\r\n\r\n`);
    expect(answers.map(({ status }) => status)).toEqual([415, 200]);
  });

  it('does not answer for a request that is still being worked on when nonsense follows it (item 20)', async () => {
    const connection = await RawConnection.open(port);
    const login = JSON.stringify({ email: 'nobody@example.com', password: 'a wrong password' });
    connection.send(post([`Content-Length: ${login.length}`], `${login}\0\0\0 nonsense\r\n\r\n`));
    expect(await connection.ended(3_000)).toBe(true);
    expect(connection.answers().filter(({ status }) => status === 400)).toEqual([]);
  });

  it('is served in HTTP/1.0, and hung up on', async () => {
    const { answers, ended } = await exchange(port, 'GET /live HTTP/1.0\r\n\r\n');
    expect([answers.map(({ status }) => status), ended]).toEqual([[200], true]);
  });

  it('is served whatever it expects', async () => {
    const { answers } = await exchange(port, get(HOST, 'Expect: the unexpected', 'Connection: close'));
    expect(answers.map(({ status }) => status)).toEqual([200]);
  });
});
