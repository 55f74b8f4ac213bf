import { type Dispatcher, errors, request } from 'undici';
import { AnswerStalled, AnswerTooLong, MAX_ANSWER_BYTES } from './answer-limits.js';

/** What is sent, as `fetch` takes it, with a body that lies in memory. */
interface HeldRequest extends Omit<RequestInit, 'body'> {
  body: Uint8Array;
}

/** Whether a body lies in memory whole. */
export function isHeldBody(body: RequestInit['body']): body is Uint8Array<ArrayBuffer> {
  return body instanceof Uint8Array;
}

/**
 * Sends what lies in memory and reads the whole answer. As `fetch`, without its streams: for a short recording they take longer than all
 * else together.
 * @param idleSeconds how long it may send nothing in the middle of the answer
 * @throws AnswerTooLong, AnswerStalled; TypeError for a redirect; of undici, when the connection fails
 */
export async function exchange(dispatcher: Dispatcher, url: string, init: HeldRequest, idleSeconds: number): Promise<Response> {
  const { statusCode, headers, body } = await request(url, {
    dispatcher,
    method: init.method ?? 'GET',
    headers: Object.fromEntries(new Headers(init.headers)),
    body: init.body,
    signal: init.signal,
    bodyTimeout: idleSeconds * 1_000,
  });
  if (Number(headers['content-length'] ?? 0) > MAX_ANSWER_BYTES) {
    body.destroy();
    throw new AnswerTooLong();
  }
  if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
    body.destroy();
    throw new TypeError('The provider redirects, which no API does.');
  }
  const whole = await wholeOf(body, idleSeconds);
  return new Response(whole.length === 0 ? null : whole, { status: statusCode, headers: headersOf(headers) });
}

async function wholeOf(body: AsyncIterable<Buffer>, idleSeconds: number): Promise<Buffer<ArrayBuffer>> {
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

function headersOf(headers: Record<string, string | string[] | undefined>): Headers {
  const held = new Headers();
  for (const [name, value] of Object.entries(headers)) for (const one of [value ?? []].flat()) held.append(name, one);
  return held;
}
