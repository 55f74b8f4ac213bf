import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { AUTHORITY, CERTIFICATES, SERVER_KEY } from '#testing/certificates';
import { openConnection } from '#provider-calls';
import { checkOpenAiKey } from './openai/check-key.js';

const KEY = 'sk-of-a-workspace-0123456789';
const trusted = getCACertificates('default');

/** A provider over TLS, with one of the certificates; says which keys reached it. */
async function startServer(cert: string) {
  const keys: (string | undefined)[] = [];
  const server = createServer({ key: SERVER_KEY, cert }, (request, response) => {
    keys.push(request.headers.authorization);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"object":"list","data":[]}');
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `https://127.0.0.1:${port}/v1`, keys, close: () => server.close() };
}

describe('a connection over TLS', () => {
  const connection = openConnection(10);
  let end: () => void = () => undefined;

  beforeAll(() => setDefaultCACertificates([...trusted, AUTHORITY]));
  afterEach(() => end());
  afterAll(async () => {
    setDefaultCACertificates(trusted);
    await connection.close();
  });

  async function check(cert: string) {
    const server = await startServer(cert);
    end = server.close;
    return { verdict: await checkOpenAiKey(connection, server.url, KEY, new AbortController().signal), keys: server.keys };
  }

  it('reaches a server with a good certificate', async () => {
    expect(await check(CERTIFICATES.good)).toEqual({ verdict: { outcome: 'good' }, keys: [`Bearer ${KEY}`] });
  });

  it.each(['selfSigned', 'expired', 'wrongHost'] as const)(
    'shows a server with a %s certificate no key (item 50)',
    async (name) => {
      const { verdict, keys } = await check(CERTIFICATES[name]);
      expect(verdict).toMatchObject({ outcome: 'not_checkable', code: 'connection' });
      expect(keys).toEqual([]);
    },
  );
});
