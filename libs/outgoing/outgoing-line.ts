import type { Readable } from 'node:stream';
import type { Dispatcher, Pool } from 'undici';
import { codeOf } from './error-code.js';
import { answerFailure, noAnswer, secondsOf } from './outgoing-failure.js';
import type { OutgoingLimits } from './outgoing-limits.js';

/** What is sent to an address. */
export interface OutgoingMessage {
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** What the host said to a message, whatever its status. */
export interface OutgoingReply {
  status: number;
  /** When the host wants to be asked again, if it said so. */
  retryAfterSeconds?: number;
  /** The beginning of its body, for people; of a body that broke off what came of it. */
  text: string;
}

/** How a connection ends that the host had enough of. */
const BROKEN = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/**
 * A way to one address for messages that follow each other closely: its host is looked up once, and connections stay open between
 * them, as many as there are messages under way. Close it.
 */
export class OutgoingLine {
  private pool?: Promise<Pool>;
  /** Whether the host took something over it: an open connection may be one that the host closes just now. */
  private worked = false;

  /** @param open connects to what was judged; the headers are those of every message */
  constructor(
    private readonly url: URL,
    private readonly limits: Omit<OutgoingLimits, 'redirects'>,
    private readonly headers: Readonly<Record<string, string>>,
    private readonly open: (signal: AbortSignal) => Promise<Pool>,
  ) {}

  /**
   * Sends a message. A redirect is an answer like another one: it is not followed.
   * @param signal ends the call; its reason is thrown as it is
   * @throws FieldError of `outgoingErrors` when there was no answer
   */
  async post(message: OutgoingMessage, signal: AbortSignal): Promise<OutgoingReply> {
    const slow = AbortSignal.timeout(this.limits.totalSeconds * 1_000);
    try {
      const { statusCode: status, headers, body } = await this.request(message, AbortSignal.any([signal, slow]));
      this.worked = true;
      const retryAfterSeconds = secondsOf(headers['retry-after']);
      const text = await beginningOf(body, this.limits.maxBytes);
      signal.throwIfAborted();
      return { status, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }), text };
    } catch (error) {
      signal.throwIfAborted();
      throw slow.aborted ? noAnswer(this.url, this.limits.totalSeconds) : error;
    }
  }

  /** Ends its connections. */
  async close(): Promise<void> {
    const pool = await this.pool?.catch(() => undefined);
    this.pool = undefined;
    await pool?.destroy();
  }

  private async request(message: OutgoingMessage, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    const { worked } = this;
    try {
      return await this.dispatch(message, signal);
    } catch (error) {
      if (signal.aborted || !(error instanceof NoAnswer)) throw error;
      // It was open, and the host did not want it any more.
      if (!worked || !BROKEN.has(codeOf(error.cause))) throw answerFailure(this.url, error.cause);
      return this.dispatch(message, signal).catch((again: unknown) => {
        throw again instanceof NoAnswer ? answerFailure(this.url, again.cause) : again;
      });
    }
  }

  private async dispatch({ headers, body }: OutgoingMessage, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    const pool = await this.connected(signal);
    const path = this.url.pathname + this.url.search;
    try {
      return await pool.request({ method: 'POST', path, headers: { ...this.headers, ...headers }, body, signal });
    } catch (error) {
      throw signal.aborted ? error : new NoAnswer('The host gave no answer.', { cause: error });
    }
  }

  private connected(signal: AbortSignal): Promise<Pool> {
    this.pool ??= this.open(signal).catch((error: unknown) => {
      this.pool = undefined;
      throw error;
    });
    return this.pool;
  }
}

/** Between the line and itself. */
class NoAnswer extends Error {}

/** What comes of a body until there is enough of it, or it breaks off: what matters the host has said in its status. */
async function beginningOf(body: Readable, maxBytes: number): Promise<string> {
  const pieces: Buffer[] = [];
  const text = (): string => Buffer.concat(pieces).subarray(0, maxBytes).toString();
  let bytes = 0;
  try {
    for await (const piece of body as AsyncIterable<Buffer>) {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes >= maxBytes) break;
    }
  } catch {
    return text();
  }
  return text();
}
