import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a server that can be cut and mended. */
export interface CutOffProxy {
  /** The server's URL, through the proxy. */
  url: string;
  /** Ends all connections; new ones are closed at once. */
  cut(): void;
  /** Ends all connections; new ones are taken and never answered. */
  silence(): void;
  /** Keeps all connections and swallows what goes through them: a dead way that nobody notices. */
  stall(): void;
  /** Lets connections through again. */
  mend(): void;
  stop(): Promise<void>;
}

/** Puts a proxy on 127.0.0.1 before the server of a URL. */
export async function startCutOffProxy(target: string): Promise<CutOffProxy> {
  const url = new URL(target);
  const [host, port] = [url.hostname, Number(url.port)];
  const sockets = new Set<Socket>();
  let mode: 'open' | 'cut' | 'silent' | 'stalled' = 'open';
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
  };
  const join = (client: Socket): void => {
    const upstream = connect(port, host);
    keep(upstream);
    const pass = (to: Socket) => (bytes: Buffer) => mode === 'stalled' || to.write(bytes);
    client.on('data', pass(upstream)).on('close', () => upstream.destroy());
    upstream.on('data', pass(client)).on('close', () => client.destroy());
  };
  const server = createServer((client) => {
    keep(client);
    if (mode === 'cut') client.destroy();
    if (mode === 'open') join(client);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url.port = String((server.address() as AddressInfo).port);
  const become = (next: typeof mode): void => {
    mode = next;
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    cut: () => become('cut'),
    silence: () => become('silent'),
    stall: () => (mode = 'stalled'),
    mend: () => become('open'),
    stop: async () => {
      become('cut');
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}
