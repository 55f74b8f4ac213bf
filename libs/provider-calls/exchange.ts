import { Readable } from 'node:stream';
import { type Dispatcher, errors, request } from 'undici';
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
  constructor(private readonly fields: Record<string, string | string[] | undefined>) {}

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
 * @throws AnswerTooLong, AnswerStalled; TypeError for a redirect; of undici, when the connection fails
 */
export async function exchange(
  dispatcher: Dispatcher,
  url: string,
  { headers, body, signal }: HeldRequest,
  idleSeconds: number,
): Promise<WholeAnswer> {
  const length = body.reduce((sum, { length: bytes }) => sum + bytes, 0);
  const answer = await request(url, {
    dispatcher,
    method: 'POST',
    headers: { ...headers, 'content-length': String(length) },
    body: Readable.from(body, { objectMode: false }),
    signal,
    bodyTimeout: idleSeconds * 1_000,
  });
  const received = new ReceivedHeaders(answer.headers);
  if (Number(received.get('content-length') ?? 0) > MAX_ANSWER_BYTES) {
    answer.body.destroy();
    throw new AnswerTooLong();
  }
  if (answer.statusCode >= 300 && answer.statusCode < 400 && received.get('location') !== null) {
    answer.body.destroy();
    throw new TypeError('The provider redirects, which no API does.');
  }
  return { status: answer.statusCode, headers: received, body: await wholeOf(answer.body, idleSeconds) };
}

async function wholeOf(body: AsyncIterable<Buffer>, idleSeconds: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of body) {
      size += piece.length;
      if (size > MAX_ANSWER_BYTES) throw new AnswerTooLong();
      pieces.push(piece);
    }
  } catch (error) {
    throw error instanceof errors.BodyTimeoutError ? new AnswerStalled(idleSeconds) : error;
  }
  return Buffer.concat(pieces);
}
