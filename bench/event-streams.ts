import { once } from 'node:events';
import { Agent, type ClientRequest, get, type IncomingMessage } from 'node:http';

/** What the id of an event is over the count of chunks, for the first run of a transcription that is being transcribed. */
const BASE = 11_000_001;

/** Streams of events of one API, all read by this process. */
export class EventStreams implements Disposable {
  /** Is told the count of chunks in each event but the first of a stream. */
  heard: (count: number) => void = () => undefined;
  private readonly requests: ClientRequest[] = [];
  private readonly agent = new Agent({ maxSockets: Infinity });
  private readonly origin: string;

  constructor(origin: string) {
    this.origin = origin;
  }

  /** Opens one more. Returns when its first event is here. */
  async open(path: string, token: string): Promise<void> {
    const request = get(this.origin + path, { agent: this.agent, headers: { authorization: `Bearer ${token}` } });
    this.requests.push(request);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    if (response.statusCode !== 200) throw new Error(`GET ${path} was answered with ${response.statusCode}.`);
    // Ended by this side in the end.
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    response.setEncoding('utf8');
    let first = true;
    await new Promise<void>((resolve) => {
      response.on('data', (piece: string) => {
        for (const [, id] of piece.matchAll(/^id: (\d+)$/gm)) {
          if (!first) this.heard(Number(id) - BASE);
          first = false;
          resolve();
        }
      });
    });
  }

  [Symbol.dispose](): void {
    for (const request of this.requests) request.destroy();
    this.agent.destroy();
  }
}
