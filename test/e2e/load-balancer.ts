import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';

const LOOK_MS = 100;

/** Requests go in turn to those that say they are ready, over connections that are kept; what fails is not tried again. */
export interface LoadBalancer {
  url: string;
  /** From now on this server gets requests while it is ready. */
  add(server: string): void;
  remove(server: string): void;
  stop(): Promise<void>;
}

/** A load balancer as they are: it asks `/ready` of each server and believes what it heard last. */
export async function startLoadBalancer(): Promise<LoadBalancer> {
  const servers = new Map<string, { ready: boolean }>();
  const agent = new Agent({ keepAlive: true });
  let turn = 0;

  const look = setInterval(() => {
    for (const [server, state] of servers) {
      fetch(`${server}/ready`, { signal: AbortSignal.timeout(2_000) }).then(
        async (response) => {
          await response.arrayBuffer();
          state.ready = response.ok;
        },
        () => (state.ready = false),
      );
    }
  }, LOOK_MS);

  const pass = (incoming: IncomingMessage, answer: ServerResponse): void => {
    const ready = [...servers].filter(([, state]) => state.ready).map(([server]) => server);
    const server = ready[(turn += 1) % ready.length];
    const refuse = (error?: Error): void => {
      if (!answer.headersSent) answer.writeHead(502).end(`${server ?? 'Nobody is ready'}: ${error?.message ?? ''}`);
      else answer.destroy();
    };
    if (server === undefined) return refuse();
    const { method, url = '/', headers } = incoming;
    const outgoing = request(new URL(url, server), { method, headers, agent });
    outgoing.on('error', refuse).on('response', (response) => {
      const { connection: _, 'keep-alive': __, ...kept } = response.headers;
      answer.writeHead(response.statusCode ?? 502, kept);
      pipeline(response, answer, () => undefined);
    });
    pipeline(incoming, outgoing, () => undefined);
  };
  const balancer = createServer({ keepAliveTimeout: 60_000 }, pass);
  await new Promise<void>((resolve) => balancer.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(balancer.address() as AddressInfo).port}`,
    add: (server) => servers.set(server, { ready: false }),
    remove: (server) => servers.delete(server),
    stop: async () => {
      clearInterval(look);
      agent.destroy();
      balancer.closeAllConnections();
      await new Promise((resolve) => balancer.close(resolve));
    },
  };
}
