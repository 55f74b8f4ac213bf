import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { type Dispatcher, errors } from 'undici';
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

/** Headers as undici gives them, read as those of `fetch` are. */
export class ReceivedHeaders {
  constructor(private readonly fields: IncomingHttpHeaders) {}

  /** @param name in small letters */
  get(name: string): string | null {
    const value = this.fields[name];
    return Array.isArray(value) ? value.join(', ') : (value ?? null);
  }
}

/**
 * Posts what lies in memory and reads the whole answer. As `fetch`, without its streams and copies: for a short recording they take longer
 * than all else together.
 * @param idleSeconds how long it may send nothing in the middle of the answer
 * @throws AnswerTooLong, AnswerStalled; TypeError for a redirect; the signal's reason; of undici, when the connection fails
 */
export async function exchange(
  dispatcher: Dispatcher,
  url: string,
  { headers, body, signal }: HeldRequest,
  idleSeconds: number,
): Promise<WholeAnswer> {
  const { origin, pathname, search } = new URL(url);
  const length = body.reduce((sum, piece) => sum + piece.length, 0);
  return new Promise((resolve, reject) => {
    const options: Dispatcher.DispatchOptions = {
      origin,
      path: pathname + search,
      method: 'POST',
      headers: { ...headers, 'content-length': String(length) },
      body: streamOf(body),
      bodyTimeout: idleSeconds * 1_000,
    };
    const isStall = (error: Error): boolean => error instanceof errors.BodyTimeoutError;
    const fail = (error: Error): void => reject(isStall(error) ? new AnswerStalled(idleSeconds) : error);
    dispatcher.dispatch(options, new AnswerGatherer(signal, resolve, fail));
  });
}

/** As `Readable.from`, without a promise for each piece. */
function streamOf(pieces: readonly Uint8Array[]): Readable {
  return new Readable({
    read() {
      for (const piece of pieces) this.push(piece);
      this.push(null);
    },
  });
}

/** Takes one answer as it comes. */
class AnswerGatherer implements Dispatcher.DispatchHandler {
  private status = 0;
  private headers = new ReceivedHeaders({});
  private readonly pieces: Buffer[] = [];
  private size = 0;
  private controller?: Dispatcher.DispatchController;
  private readonly giveUp = (): void => this.controller?.abort(this.signal.reason as Error);

  constructor(
    private readonly signal: AbortSignal,
    private readonly resolve: (answer: WholeAnswer) => void,
    private readonly reject: (error: Error) => void,
  ) {}

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.signal.aborted) this.giveUp();
    else this.signal.addEventListener('abort', this.giveUp, { once: true });
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    this.status = status;
    this.headers = new ReceivedHeaders(headers);
    if (Number(this.headers.get('content-length') ?? 0) > MAX_ANSWER_BYTES) controller.abort(new AnswerTooLong());
    else if (status >= 300 && status < 400 && this.headers.get('location') !== null)
      controller.abort(new TypeError('The provider redirects, which no API does.'));
  }

  onResponseData(controller: Dispatcher.DispatchController, piece: Buffer): void {
    this.size += piece.length;
    if (this.size > MAX_ANSWER_BYTES) controller.abort(new AnswerTooLong());
    else this.pieces.push(piece);
  }

  onResponseEnd(): void {
    this.signal.removeEventListener('abort', this.giveUp);
    this.resolve({ status: this.status, headers: this.headers, body: Buffer.concat(this.pieces) });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.signal.removeEventListener('abort', this.giveUp);
    this.reject(error);
  }
}
