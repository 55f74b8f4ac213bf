import { Agent, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request as requestPlain } from 'node:http';
import { Agent as TlsAgent, request as requestOverTls } from 'node:https';
import { AnswerStalled, AnswerTooLong, MAX_ANSWER_BYTES } from './answer-limits.js';

/** What is posted out of memory. */
export interface HeldRequest {
  headers: Record<string, string>;
  /** Sent one after the other; a copy into one would cost as much as sending it. */
  body: readonly Uint8Array[];
  signal: AbortSignal;
}

/** An answer that has come whole. */
export interface WholeAnswer {
  status: number;
  headers: ReceivedHeaders;
  body: Buffer;
}

/** Headers as Node gives them, read as those of `fetch` are. */
export class ReceivedHeaders {
  constructor(private readonly fields: IncomingHttpHeaders) {}

  /** @param name in small letters */
  get(name: string): string | null {
    const value = this.fields[name];
    return Array.isArray(value) ? value.join(', ') : (value ?? null);
  }
}

/** An idle socket is given up before a server thinks of it; most wait for 5 s or longer. */
const IDLE_SOCKET_MS = 4_000;

interface Limits {
  connectMs: number;
  /** How long an answer may send nothing in its middle. */
  idleSeconds: number;
}

/**
 * Posts what lies in memory and reads the whole answer. As `fetch`, without its streams and copies: for a short recording they take longer
 * than all else together. By Node's own client and not by undici, whose clients keep the requests of the past in the young generation until
 * all of the heap is collected, several times a second (decision 26).
 */
export class Exchanges {
  private readonly plain = new Agent({ keepAlive: true, timeout: IDLE_SOCKET_MS });
  /** Said aloud, so that no environment variable turns it off: every request carries a key. */
  private readonly overTls = new TlsAgent({ keepAlive: true, timeout: IDLE_SOCKET_MS, rejectUnauthorized: true });

  constructor(private readonly limits: Limits) {}

  /**
   * How long the provider may think is the signal's to say.
   * @throws AnswerTooLong, AnswerStalled; TypeError for a redirect; the signal's reason; of Node, when the connection fails
   */
  async post(url: string, { headers, body, signal }: HeldRequest): Promise<WholeAnswer> {
    const length = body.reduce((sum, piece) => sum + piece.length, 0);
    const options = { method: 'POST', headers: { ...headers, 'content-length': length } };
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const request = url.startsWith('https:')
        ? requestOverTls(url, { ...options, agent: this.overTls })
        : requestPlain(url, { ...options, agent: this.plain });
      const end = (settle: () => void): void => {
        signal.removeEventListener('abort', giveUp);
        settle();
      };
      const fail = (error: Error): void => {
        end(() => reject(error));
        request.destroy();
      };
      const giveUp = (): void => fail(signal.reason as Error);
      signal.addEventListener('abort', giveUp, { once: true });
      request.on('error', fail);
      request.once('socket', (socket) => {
        if (socket.connecting) boundConnecting(request, this.limits.connectMs, fail);
      });
      request.once('response', (response) => {
        new AnswerGatherer(response, this.limits.idleSeconds, (answer) => end(() => resolve(answer)), fail).begin();
      });
      send(request, body);
    });
  }

  close(): void {
    this.plain.destroy();
    this.overTls.destroy();
  }
}

/** All of it in one write. */
function send(request: ClientRequest, body: readonly Uint8Array[]): void {
  request.cork();
  for (const piece of body) request.write(piece);
  request.end();
  request.uncork();
}

function boundConnecting(request: ClientRequest, connectMs: number, fail: (error: Error) => void): void {
  const timer = setTimeout(() => fail(new Error(`No connection within ${connectMs / 1_000} seconds.`)), connectMs);
  const stop = (): void => clearTimeout(timer);
  request.socket?.once('connect', stop);
  request.once('close', stop);
}

/** Takes one answer as it comes. */
class AnswerGatherer {
  private readonly pieces: Buffer[] = [];
  private size = 0;
  private readonly silence: NodeJS.Timeout;

  constructor(
    private readonly response: IncomingMessage,
    idleSeconds: number,
    private readonly resolve: (answer: WholeAnswer) => void,
    private readonly reject: (error: Error) => void,
  ) {
    this.silence = setTimeout(() => this.fail(new AnswerStalled(idleSeconds)), idleSeconds * 1_000);
  }

  begin(): void {
    const { response } = this;
    response.on('error', (error) => this.fail(error));
    if (Number(response.headers['content-length'] ?? 0) > MAX_ANSWER_BYTES) this.fail(new AnswerTooLong());
    else if (isRedirect(response)) this.fail(new TypeError('The provider redirects, which no API does.'));
    else response.on('data', (piece: Buffer) => this.take(piece)).once('end', () => this.end());
  }

  private take(piece: Buffer): void {
    this.silence.refresh();
    this.size += piece.length;
    if (this.size > MAX_ANSWER_BYTES) this.fail(new AnswerTooLong());
    else this.pieces.push(piece);
  }

  private end(): void {
    clearTimeout(this.silence);
    const { statusCode = 0, headers } = this.response;
    this.resolve({ status: statusCode, headers: new ReceivedHeaders(headers), body: Buffer.concat(this.pieces) });
  }

  private fail(error: Error): void {
    clearTimeout(this.silence);
    this.reject(error);
  }
}

function isRedirect({ statusCode = 0, headers }: IncomingMessage): boolean {
  return statusCode >= 300 && statusCode < 400 && headers.location !== undefined;
}
