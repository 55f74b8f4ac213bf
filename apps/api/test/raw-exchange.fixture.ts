import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** An answer as it came over the wire. */
export interface RawAnswer {
  status: number;
  /** By name in lower case. */
  headers: Record<string, string>;
  body: string;
}

/** A connection that sends whatever it is told, well-formed or not. */
export class RawConnection {
  private readonly pieces: Buffer[] = [];
  private readonly started = performance.now();
  /** Milliseconds from the connection to its end; undefined while it lives. */
  endedAfterMs?: number;

  private constructor(readonly socket: Socket) {
    socket.on('data', (piece) => this.pieces.push(piece));
    socket.on('error', () => undefined); // a reset is an end as well
    socket.on('close', () => (this.endedAfterMs = performance.now() - this.started));
  }

  static async open(port: number): Promise<RawConnection> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new RawConnection(socket);
  }

  send(bytes: string | Buffer): void {
    this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  /** Waits until the server has ended the connection; false when it did not in time. */
  async ended(withinMs: number): Promise<boolean> {
    if (this.endedAfterMs === undefined) {
      const late = new AbortController();
      await Promise.race([once(this.socket, 'close'), sleep(withinMs, undefined, { signal: late.signal })]);
      late.abort();
    }
    return this.endedAfterMs !== undefined;
  }

  /** Every answer that came so far. */
  answers(): RawAnswer[] {
    const answers: RawAnswer[] = [];
    let rest = Buffer.concat(this.pieces).toString('latin1');
    while (rest !== '') {
      const [head = '', ...others] = rest.split('\r\n\r\n');
      const [first = '', ...lines] = head.split('\r\n');
      const headers = Object.fromEntries(
        lines.map((line) => line.split(/: (.*)/s)).map(([name = '', value = '']) => [name.toLowerCase(), value]),
      );
      const after = others.join('\r\n\r\n');
      const length = Number(headers['content-length'] ?? 0);
      answers.push({ status: Number(first.split(' ')[1]), headers, body: after.slice(0, length) });
      rest = after.slice(length);
    }
    return answers;
  }

  close(): void {
    this.socket.destroy();
  }
}

/** Sends bytes over a connection of their own and gives what came back until the server hung up, or time was up. */
export async function exchange(
  port: number,
  bytes: string | Buffer,
  withinMs = 3_000,
): Promise<{ answers: RawAnswer[]; ended: boolean }> {
  const connection = await RawConnection.open(port);
  connection.send(bytes);
  const ended = await connection.ended(withinMs);
  connection.close();
  return { answers: connection.answers(), ended };
}
