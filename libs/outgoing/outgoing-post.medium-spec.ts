import type { RequestListener } from 'node:http';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { OutgoingReply } from './outgoing-line.js';
import { clientFor, INSIDE, LIMITS, NetworkDouble, OUTSIDE, type Site, startSite } from './site.fixture.js';

const network = new NetworkDouble((_, before) => [before === 0 ? OUTSIDE : INSIDE]);
const sites: Site[] = [];
afterEach(() => {
  for (const site of sites.splice(0)) site.close();
});

async function site(answer: RequestListener, host = OUTSIDE): Promise<Site & { url: string }> {
  const started = await startSite(answer, host);
  sites.push(started);
  return { ...started, url: `http://${host}:${started.port}` };
}

function post(url: string, limits: Partial<typeof LIMITS> = {}, signal = new AbortController().signal): Promise<OutgoingReply> {
  const message = { headers: { 'content-type': 'application/json', 'x-event': 'a' }, body: '{"text":"Grüße"}' };
  const ports = [Number(new URL(url).port)];
  return clientFor(network, ports).post(url, message, { ...LIMITS, ...limits }, signal);
}

describe('a message', () => {
  it('arrives as it was given, and its answer comes back whatever its status', async () => {
    let got: unknown;
    const { url } = await site((request, response) => {
      void text(request).then((body) => {
        got = { method: request.method, path: request.url, body, headers: request.headers };
        response.writeHead(503, { 'retry-after': '7' }).end('later');
      });
    });
    expect(await post(`${url}/a?b=c`)).toEqual({ status: 503, retryAfterSeconds: 7, text: 'later' });
    expect(got).toEqual({
      method: 'POST',
      path: '/a?b=c',
      body: '{"text":"Grüße"}',
      headers: {
        host: url.slice('http://'.length),
        connection: 'keep-alive',
        accept: '*/*',
        'accept-encoding': 'identity',
        'user-agent': 'Steno',
        'content-type': 'application/json',
        'content-length': '18',
        'x-event': 'a',
      },
    });
  });

  it.each([301, 302, 303, 307, 308])('does not follow a redirect (%i) inside (S4)', async (status) => {
    const sink = await site((_, response) => response.end('inner secret'), INSIDE);
    const { url } = await site((_, response) => response.writeHead(status, { location: `${sink.url}/admin` }).end());
    expect(await post(url)).toEqual({ status, text: '' });
    expect(sink.hits()).toBe(0);
  });

  it.each(['http://127.0.0.1/', 'http://0x7f.1/', 'http://[::1]/', 'http://169.254.169.254/', 'file:///etc/passwd'])(
    'is not sent to %s (S1, S5)',
    async (url) => {
      await expect(
        clientFor(network).post(url, { headers: {}, body: '' }, LIMITS, AbortSignal.timeout(5_000)),
      ).rejects.toMatchObject({ code: expect.stringMatching(/^(host_not_public|address_invalid)$/) });
    },
  );

  it('goes to what its name was judged by, and nowhere when the name leads inside later (S3)', async () => {
    const outer = await site((_, response) => response.end('outer'));
    const sink = await startSite((_, response) => response.end('inner'), INSIDE, outer.port);
    sites.push(sink);
    const named = `http://rebinding.example:${outer.port}/`;
    expect(await post(named)).toMatchObject({ text: 'outer' });
    await expect(post(named)).rejects.toMatchObject({ code: 'host_not_public' });
    expect(sink.hits()).toBe(0);
  });

  it('is answered at length, and little of it is read (S7)', async () => {
    const closed = Promise.withResolvers<void>();
    const { url } = await site((_, response) => {
      const timer = setInterval(() => response.write(Buffer.alloc(10_000, 'x')), 1);
      response.once('close', () => {
        clearInterval(timer);
        closed.resolve();
      });
    });
    expect(await post(url, { maxBytes: 1_000 })).toEqual({ status: 200, text: 'x'.repeat(1_000) });
    await closed.promise;
  });

  it('that has its status has its answer, though the rest trickles, breaks off, or is compressed (S7)', async () => {
    const slow = await site((_, response) => void response.writeHead(200).write('some'));
    expect(await post(slow.url, { totalSeconds: 0.3 })).toEqual({ status: 200, text: 'some' });
    const broken = await site((_, response) => {
      response.writeHead(202, { 'content-length': 100 });
      response.write('a part', () => setImmediate(() => response.destroy()));
    });
    expect(await post(broken.url)).toEqual({ status: 202, text: 'a part' });
    const bomb = gzipSync(Buffer.alloc(10_000_000));
    const zipped = await site((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb));
    expect((await post(zipped.url, { maxBytes: 100 })).text.length).toBeLessThanOrEqual(100);
  });

  it('that nobody answers is given up', async () => {
    const { url } = await site(() => undefined);
    const detail = `${OUTSIDE} did not answer within 0.2 seconds.`;
    await expect(post(url, { totalSeconds: 0.2 })).rejects.toMatchObject({ code: 'answer_too_slow', message: detail });
  });

  it('ends with the words of whoever stops it', async () => {
    const controller = new AbortController();
    const { url } = await site(() => controller.abort(new Error('The worker is shutting down.')));
    await expect(post(url, {}, controller.signal)).rejects.toThrow('The worker is shutting down.');
  });
});

describe('messages over one line', () => {
  const MESSAGE = { headers: {}, body: '{}' };

  it('share connections, and each is an answer of its own', async () => {
    let count = 0;
    const { hits, port } = await site((_, response) => void response.writeHead(200).end(String((count += 1))));
    const named = `http://named.example.com:${port}`;
    const line = clientFor(network, [port]).line(named, LIMITS);
    const answers = [];
    for (let sent = 0; sent < 5; sent += 1) answers.push(await line.post(MESSAGE, AbortSignal.timeout(5_000)));
    expect(answers.map(({ text: said }) => said)).toEqual(['1', '2', '3', '4', '5']);
    expect(network.asked.get('named.example.com')).toBe(1);
    await Promise.all(Array.from({ length: 4 }, () => line.post(MESSAGE, AbortSignal.timeout(5_000))));
    expect(hits()).toBeLessThanOrEqual(6);
    await line.close();
  });

  it('get through to a host that ends connections without a word', async () => {
    const { url } = await site((request, response) => {
      response.writeHead(200, { connection: 'keep-alive' }).end('yes');
      response.once('finish', () => setTimeout(() => request.socket.destroy(), 1));
    });
    const line = clientFor(network).line(url, LIMITS);
    for (let sent = 0; sent < 50; sent += 1)
      expect(await line.post(MESSAGE, AbortSignal.timeout(5_000))).toMatchObject({ text: 'yes' });
    await line.close();
  });
});
