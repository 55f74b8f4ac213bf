import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import type { LookupAddress } from 'node:dns';
import { text } from 'node:stream/consumers';
import { SERVER_KEY } from '#testing/certificates';
import { testConfig } from '#testing/config';
import { NetworkView } from './network-view.js';
import { OutgoingClient } from './outgoing-client.js';
import type { OutgoingLimits } from './outgoing-limits.js';
import { Targets } from './targets.js';

/** Stands for the public internet: allowed by the configuration of these tests. */
export const OUTSIDE = '127.0.0.2';
/** Stands for the inner network. */
export const INSIDE = '127.0.0.1';

/** A server that counts what reaches it. */
export interface Site {
  port: number;
  /** Connections, whether or not a request came over them. */
  hits: () => number;
  paths: string[];
  close: () => void;
}

async function listen(
  server: Server | ReturnType<typeof createTcpServer>,
  host: string,
  port: number,
  paths: string[],
): Promise<Site> {
  const sockets = new Set<Socket>();
  let hits = 0;
  server.on('connection', (socket: Socket) => {
    hits += 1;
    sockets.add(socket.on('error', () => undefined).once('close', () => sockets.delete(socket)));
  });
  server.on('tlsClientError', () => undefined);
  server.listen(port, host);
  await once(server, 'listening');
  const close = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { port: (server.address() as AddressInfo).port, hits: () => hits, paths, close };
}

/** @param port picked by the system unless given */
export async function startSite(answer: RequestListener, host: string, port = 0): Promise<Site> {
  const paths: string[] = [];
  const server = createServer((request, response) => {
    paths.push(request.url ?? '');
    answer(request, response);
  });
  return listen(server, host, port, paths);
}

/** A site over TLS. */
export async function startTlsSite(answer: RequestListener, cert: string, host: string): Promise<Site> {
  return listen(createTlsServer({ key: SERVER_KEY, cert }, answer), host, 0, []);
}

/** A server that says what it wants, HTTP or not. */
export async function startRawSite(greet: (socket: Socket) => void, host: string): Promise<Site> {
  return listen(createTcpServer(greet), host, 0, []);
}

/** Names and own addresses as a test wants them. */
export class NetworkDouble extends NetworkView {
  /** How often each name was asked for. */
  readonly asked = new Map<string, number>();
  own: string[] = [];

  /** @param resolve the addresses of a name, given how often it was asked for before */
  constructor(private readonly resolve: (name: string, before: number) => string[] | Promise<string[]> = () => []) {
    super();
  }

  async addressesOf(name: string): Promise<LookupAddress[]> {
    const before = this.asked.get(name) ?? 0;
    this.asked.set(name, before + 1);
    return (await this.resolve(name, before)).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  }

  ownAddresses(): string[] {
    return this.own;
  }
}

/** A client for which `OUTSIDE` is reachable. @param ports of public hosts; given, for names have no port of their own */
export function clientFor(network: NetworkView, ports: number[] = [443], allowed = OUTSIDE): OutgoingClient {
  const config = testConfig({ OUTGOING_ALLOWED_HOSTS: allowed, OUTGOING_PORTS: ports.join(',') });
  return new OutgoingClient(new Targets(config, network));
}

export const LIMITS: OutgoingLimits = {
  schemes: ['https', 'http'],
  redirects: 5,
  connectSeconds: 5,
  idleSeconds: 5,
  totalSeconds: 10,
  maxBytes: 1_000_000,
};

/** Fetches and reads to the end. */
export async function fetchText(
  client: OutgoingClient,
  address: string,
  limits: Partial<OutgoingLimits> = {},
  signal = new AbortController().signal,
): Promise<string> {
  const { body } = await client.get(address, { ...LIMITS, ...limits }, signal);
  return text(body);
}
