import { Agent } from 'undici';

/** The longest transcript we take: a day of speech is a tenth of it. A server that sends more is broken. */
const MAX_ANSWER_BYTES = 16_000_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** Between two pieces of an answer; it is written at once, after the work is done. */
const BODY_IDLE_MS = 30_000;

/** Thrown by `Connection.fetch` when an answer is longer than any transcript. */
export class AnswerTooLong extends Error {
  constructor() {
    super(`The answer has more than ${MAX_ANSWER_BYTES} bytes.`);
    this.name = 'AnswerTooLong';
  }
}

/** The way to one provider: its own sockets with our limits on time and size. */
export interface Connection {
  /** As the global `fetch`; the answer is complete when it resolves, so nothing can be cut off or hang later on. */
  fetch: typeof fetch;
  close(): Promise<void>;
}

/**
 * Opens a way to a provider.
 * @param timeoutSeconds how long it may think before its answer begins; undici's own 300 s would end, and so bill twice, longer calls
 */
export function openConnection(timeoutSeconds: number): Connection {
  const dispatcher = new Agent({
    headersTimeout: timeoutSeconds * 1000,
    bodyTimeout: BODY_IDLE_MS,
    // Said aloud, so that no environment variable turns it off: every request carries a key.
    connect: { timeout: CONNECT_TIMEOUT_MS, rejectUnauthorized: true },
  });
  return {
    async fetch(input, init) {
      // No API redirects: following one would take the key, or the recording, to an address nobody chose.
      const response = await fetch(input, { ...init, dispatcher, redirect: 'error' });
      const body = await readCapped(response);
      // 204 and 304 take no body, not even an empty one.
      const { status, statusText, headers } = response;
      return new Response(body.length === 0 ? null : body, { status, statusText, headers });
    },
    close: () => dispatcher.destroy(),
  };
}

async function readCapped(response: Response): Promise<Buffer<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  const body: AsyncIterable<Uint8Array> | Iterable<Uint8Array> = response.body ?? [];
  for await (const piece of body) {
    size += piece.length;
    if (size > MAX_ANSWER_BYTES) throw new AnswerTooLong();
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
