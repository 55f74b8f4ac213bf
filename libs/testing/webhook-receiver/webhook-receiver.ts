import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** An event as it is sent. */
interface Event {
  id: string;
  type: string;
  timestamp: string;
  data: Record<string, unknown> & { sequence: number };
}

/** What a receiver got. */
export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  event: Event;
  at: number;
}

/** An endpoint on this machine, with what it got. */
export interface Receiver {
  url: string;
  received: Received[];
  /** Says how it answers from now on; 200 at first. */
  answer(how: (got: Received, response: ServerResponse) => void | Promise<void>): void;
  reset(): void;
  close(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const ok = (_: Received, response: ServerResponse): void => void response.writeHead(200).end('thanks');
  let answer: (got: Received, response: ServerResponse) => void | Promise<void> = ok;
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const event = JSON.parse(body) as Event;
      const got = { path: request.url ?? '', headers: request.headers, body, event, at: Date.now() };
      received.push(got);
      return answer(got, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answer: (how) => {
      answer = how;
    },
    reset: () => {
      received.length = 0;
      answer = ok;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
