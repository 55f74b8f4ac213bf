import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { AUTHORITY, CERTIFICATES } from '#testing/certificates';
import {
  clientFor,
  fetchText,
  INSIDE,
  LIMITS,
  NetworkDouble,
  OUTSIDE,
  type Site,
  startRawSite,
  startSite,
  startTlsSite,
} from './site.fixture.js';

const network = new NetworkDouble(() => []);
const client = clientFor(network);
const sites: Site[] = [];
afterEach(() => {
  for (const site of sites.splice(0)) site.close();
});

async function site(answer: RequestListener, host = OUTSIDE): Promise<Site & { url: string }> {
  const started = await startSite(answer, host);
  sites.push(started);
  return { ...started, url: `http://${host}:${started.port}` };
}

/** A site that never hears of its clients again once they have what they want. */
function endless(response: ServerResponse, piece: Buffer, pauseMs: number): void {
  const timer = setInterval(() => response.write(piece), pauseMs);
  response.once('close', () => clearInterval(timer));
}

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])('%i to an inner host is a failure, not followed (S4)', async (status) => {
    const sink = await site((_, response) => response.end('inner secret'), INSIDE);
    const { url } = await site((_, response) => response.writeHead(status, { location: `${sink.url}/admin` }).end());
    const refusal = fetchText(client, `${url}/recording`);
    await expect(refusal).rejects.toMatchObject({ code: 'redirect_refused' });
    await expect(refusal).rejects.not.toMatchObject({ message: expect.stringContaining(INSIDE) });
    expect(sink.hits()).toBe(0);
  });

  it.each([
    '//127.0.0.1/',
    'http://0x7f.1/',
    'http://[::1]/',
    'file:///etc/passwd',
    'http://user@example.com/',
    'http://',
    '\\\\127.0.0.1\\x',
  ])('to %s is a failure (S4)', async (location) => {
    const { url } = await site((_, response) => response.writeHead(302, { location }).end());
    await expect(fetchText(client, url)).rejects.toMatchObject({ code: 'redirect_refused' });
  });

  it('to a name is looked up and judged like the first address (S4)', async () => {
    const sink = await site((_, response) => response.end('inner secret'), INSIDE);
    const named = new NetworkDouble(() => [INSIDE]);
    const { url } = await site((_, response) =>
      response.writeHead(302, { location: `http://inside.example:${sink.port}/` }).end(),
    );
    const refusal = fetchText(clientFor(named, [sink.port]), url);
    await expect(refusal).rejects.toMatchObject({ code: 'redirect_refused' });
    expect([named.asked.get('inside.example'), sink.hits()]).toEqual([1, 0]);
  });

  it('is followed five times, over a connection of its own each time (S4)', async () => {
    const hops = (request: IncomingMessage) => Number(request.url?.slice(1));
    const running = await site((request, response) =>
      hops(request) === 0
        ? response.end('there')
        : response.writeHead(302, { location: `/${hops(request) - 1}`, 'set-cookie': 'a=b' }).end('moved'),
    );
    expect(await fetchText(client, `${running.url}/5`)).toBe('there');
    expect([running.hits(), running.paths]).toEqual([6, ['/5', '/4', '/3', '/2', '/1', '/0']]);
    await expect(fetchText(client, `${running.url}/6`)).rejects.toMatchObject({ code: 'redirect_refused' });
  });

  it('is not followed where none is allowed, nor without an address (S4)', async () => {
    const { url, hits } = await site((request, response) =>
      response.writeHead(302, request.url === '/nowhere' ? {} : { location: '/there' }).end(),
    );
    await expect(fetchText(client, url, { redirects: 0 })).rejects.toMatchObject({ code: 'redirect_refused' });
    expect(hits()).toBe(1);
    await expect(fetchText(client, `${url}/nowhere`)).rejects.toMatchObject({ code: 'redirect_refused' });
  });
});

describe('an answer', () => {
  it('is asked for as it is, without anything of ours', async () => {
    let headers: IncomingMessage['headers'] = {};
    const { url } = await site((request, response) => {
      headers = request.headers;
      response.writeHead(200, { 'content-length': 9 }).end('recording');
    });
    const answer = await client.get(`${url}/a?b=c#d`, LIMITS, new AbortController().signal);
    expect([answer.bytes, await text(answer.body)]).toEqual([9, 'recording']);
    expect(headers).toEqual({
      host: url.slice('http://'.length),
      connection: 'keep-alive',
      accept: '*/*',
      'accept-encoding': 'identity',
      'user-agent': 'Steno',
    });
  });

  it.each([
    [404, 'source_refused', undefined],
    [401, 'source_refused', undefined],
    [304, 'source_refused', undefined],
    [500, 'source_unavailable', undefined],
    [503, 'source_unavailable', 7],
    [429, 'source_unavailable', 7],
  ])('%i is %s', async (status, code, retryAfterSeconds) => {
    const { url } = await site((_, response) => response.writeHead(status, { 'retry-after': '7' }).end('its inner words'));
    const refusal = fetchText(client, url);
    await expect(refusal).rejects.toMatchObject({ code, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) });
    await expect(refusal).rejects.not.toMatchObject({ message: expect.stringContaining('inner words') });
  });

  it('that says it is too large is not read (S7)', async () => {
    let sent = 0;
    const { url } = await site((_, response) => {
      response.writeHead(200, { 'content-length': 5_000_000_000 });
      response.write(Buffer.alloc(1_000), () => (sent += 1_000));
    });
    await expect(fetchText(client, url)).rejects.toMatchObject({ code: 'answer_too_large' });
    expect(sent).toBeLessThanOrEqual(1_000);
  });

  it('that never ends is cut at the limit (S7)', async () => {
    const closed = Promise.withResolvers<void>();
    const { url } = await site((_, response) => {
      response.once('close', closed.resolve);
      endless(response, Buffer.alloc(100_000), 1);
    });
    await expect(fetchText(client, url)).rejects.toMatchObject({ code: 'answer_too_large' });
    await closed.promise;
  });

  it('that trickles ends when the time is over (S7)', async () => {
    const { url } = await site((_, response) => endless(response, Buffer.from('x'), 20));
    const started = performance.now();
    await expect(fetchText(client, url, { totalSeconds: 0.3 })).rejects.toMatchObject({ code: 'answer_too_slow' });
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  it('that stands still ends before (S7)', async () => {
    const { url } = await site((_, response) => void response.write('some'));
    await expect(fetchText(client, url, { idleSeconds: 0.2 })).rejects.toMatchObject({ code: 'answer_interrupted' });
  });

  it('that never begins ends, too (S7)', async () => {
    const { url } = await site(() => undefined);
    await expect(fetchText(client, url, { idleSeconds: 0.2 })).rejects.toMatchObject({ code: 'host_unreachable' });
    await expect(fetchText(client, url, { totalSeconds: 0.2 })).rejects.toMatchObject({ code: 'answer_too_slow' });
  });

  it('that comes compressed is not unpacked (S7)', async () => {
    const bomb = gzipSync(Buffer.alloc(100_000_000));
    const { url } = await site((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb));
    await expect(fetchText(client, url)).rejects.toMatchObject({ code: 'answer_not_understood' });
  });

  it('with 10 MB of headers is cut off (S7)', async () => {
    const raw = await startRawSite((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      socket.write(`x-filler: ${'a'.repeat(10_000_000)}\r\n\r\n`);
    }, OUTSIDE);
    sites.push(raw);
    await expect(fetchText(client, `http://${OUTSIDE}:${raw.port}/`)).rejects.toMatchObject({ code: 'answer_not_understood' });
  });

  it.each([
    ['with its length', `content-length: ${64 * 1024}\r\n`],
    ['as long as the connection', ''],
  ])('%s is complete though the host hung up before it was read', async (_, length) => {
    const raw = await startRawSite((socket) => {
      socket.once('data', () => socket.end(`HTTP/1.0 200 OK\r\n${length}connection: close\r\n\r\n${'a'.repeat(64 * 1024)}`));
    }, OUTSIDE);
    sites.push(raw);
    const { body } = await client.get(`http://${OUTSIDE}:${raw.port}/`, LIMITS, new AbortController().signal);
    await sleep(300);
    expect(await text(body)).toHaveLength(64 * 1024);
  });

  it('that is no HTTP is refused, and not repeated (S7)', async () => {
    const raw = await startRawSite((socket) => void socket.once('data', () => socket.write('SSH-2.0-OpenSSH_9.9\r\n')), OUTSIDE);
    sites.push(raw);
    const refusal = fetchText(client, `http://${OUTSIDE}:${raw.port}/`);
    await expect(refusal).rejects.toMatchObject({ code: 'answer_not_understood' });
    await expect(refusal).rejects.not.toMatchObject({ message: expect.stringContaining('SSH') });
  });

  it.each([{ 'content-length': 100 }, { 'transfer-encoding': 'chunked' }])(
    'that breaks off is incomplete: %j',
    async (headers) => {
      const { url } = await site((_, response) => {
        response.writeHead(200, headers);
        response.write('a part', () => setImmediate(() => response.destroy()));
      });
      await expect(fetchText(client, url)).rejects.toMatchObject({ code: 'answer_interrupted' });
    },
  );

  it('of a host that is down is missing', async () => {
    const { url, close } = await site(() => undefined);
    close();
    await expect(fetchText(client, url)).rejects.toMatchObject({ code: 'host_unreachable' });
  });

  it('that nobody wants any more gives its connection back', async () => {
    const closed = Promise.withResolvers<void>();
    const { url } = await site((_, response) => {
      response.once('close', closed.resolve);
      endless(response, Buffer.from('x'), 5);
    });
    const { body } = await client.get(url, LIMITS, new AbortController().signal);
    body.destroy();
    await closed.promise;
  });

  it('ends with the words of whoever stops it, before it began and after', async () => {
    const { url } = await site((request, response) => {
      if (request.url === '/begun') endless(response, Buffer.from('x'), 5);
    });
    for (const path of ['/begun', '/waiting']) {
      const controller = new AbortController();
      const fetched = fetchText(client, url + path, {}, controller.signal).catch((error: unknown) => error);
      await sleep(50);
      controller.abort(new Error('The worker is shutting down.'));
      expect(await fetched).toBe(controller.signal.reason);
    }
  });
});

describe('TLS', () => {
  const trusted = getCACertificates('default');
  // The certificates are for 127.0.0.1, which therefore is allowed here.
  const toLoopback = clientFor(network, [443], INSIDE);
  beforeAll(() => setDefaultCACertificates([...trusted, AUTHORITY]));
  afterAll(() => setDefaultCACertificates(trusted));

  async function tlsSite(cert: string, answer: RequestListener) {
    const started = await startTlsSite(answer, cert, INSIDE);
    sites.push(started);
    return `https://${INSIDE}:${started.port}/`;
  }

  it('with a good certificate is taken', async () => {
    const url = await tlsSite(CERTIFICATES.good, (_, response) => response.end('recording'));
    expect(await fetchText(toLoopback, url)).toBe('recording');
  });

  it.each([
    ['expired', 'has expired'],
    ['selfSigned', 'signed by nobody but itself'],
    ['wrongHost', 'for another host'],
  ] as const)('with a certificate that is %s is refused (S8)', async (name, words) => {
    let asked = 0;
    const url = await tlsSite(CERTIFICATES[name], () => (asked += 1));
    await expect(fetchText(toLoopback, url)).rejects.toMatchObject({
      code: 'certificate_refused',
      message: expect.stringContaining(words),
    });
    expect(asked).toBe(0);
  });

  it('is not left for plain HTTP by a redirect (S8)', async () => {
    const plain = await site((_, response) => response.end('recording'), INSIDE);
    const url = await tlsSite(CERTIFICATES.good, (_, response) => response.writeHead(302, { location: plain.url }).end());
    await expect(fetchText(toLoopback, url)).rejects.toMatchObject({ code: 'redirect_refused' });
    expect(plain.hits()).toBe(0);
  });

  it('of a server that speaks plain HTTP is refused (S8)', async () => {
    const { port } = await site((_, response) => response.end('recording'), INSIDE);
    const refusal = fetchText(toLoopback, `https://${INSIDE}:${port}/`);
    await expect(refusal).rejects.toMatchObject({ code: 'answer_not_understood' });
  });
});
