import { Agent, Dispatcher1Wrapper } from 'undici';
import { AnswerStalled, AnswerTooLong, MAX_ANSWER_BYTES } from './answer-limits.js';
import { Exchanges, type HeldRequest, type WholeAnswer } from './exchange.js';

const CONNECT_TIMEOUT_MS = 10_000;
/** Between two pieces of an answer; most are written at once, after the work is done. */
const BODY_IDLE_SECONDS = 30;

/** The way to one provider: its own sockets with our limits on time and size. */
export interface Connection {
  /** As the global `fetch`; the answer is complete when it resolves, so nothing can be cut off or hang later on. */
  fetch: typeof fetch;
  /** As the global `fetch`, for answers read while they come; the limits hold for each read of the body. */
  fetchStream: typeof fetch;
  /** Posts what lies in memory, for little; the limits are those of `fetch`. */
  post(url: string, request: HeldRequest): Promise<WholeAnswer>;
  close(): Promise<void>;
}

/**
 * Opens a way to a provider.
 * @param timeoutSeconds how long it may think before its answer begins; undici's own 300 s would end, and so bill twice, longer calls
 * @param idleSeconds how long it may send nothing in the middle of an answer
 */
export function openConnection(timeoutSeconds: number, idleSeconds = BODY_IDLE_SECONDS): Connection {
  const dispatcher = new Agent({
    headersTimeout: timeoutSeconds * 1000,
    // Ours, which knows whether anybody waits for the next piece.
    bodyTimeout: 0,
    // Said aloud, so that no environment variable turns it off: every request carries a key.
    connect: { timeout: CONNECT_TIMEOUT_MS, rejectUnauthorized: true },
  });
  // Node's own fetch is made of an older undici: it speaks to dispatchers of then, and TypeScript knows those alone.
  const dispatcherOfFetch: object = { dispatcher: new Dispatcher1Wrapper(dispatcher) };
  const fetchStream: typeof fetch = async (input, init) => {
    // No API redirects: following one would take the key, or the recording, to an address nobody chose.
    const response = await fetch(input, { ...init, ...dispatcherOfFetch, redirect: 'error' });
    if (Number(response.headers.get('content-length') ?? 0) > MAX_ANSWER_BYTES) {
      void response.body?.cancel().catch(() => undefined);
      throw new AnswerTooLong();
    }
    return answerLike(response, response.body && ReadableStream.from(piecesWithin(idleSeconds, response.body)));
  };
  const exchanges = new Exchanges({ connectMs: CONNECT_TIMEOUT_MS, idleSeconds });
  return {
    fetchStream,
    async fetch(input, init) {
      const response = await fetchStream(input, init);
      const body = await response.arrayBuffer();
      // 204 and 304 take no body, not even an empty one.
      return answerLike(response, body.byteLength === 0 ? null : body);
    },
    post: (url, request) => exchanges.post(url, request),
    async close() {
      exchanges.close();
      await dispatcher.destroy();
    },
  };
}

function answerLike({ status, statusText, headers }: Response, body: ArrayBuffer | ReadableStream<Uint8Array> | null): Response {
  return new Response(body, { status, statusText, headers });
}

/** The pieces of a body as they are asked for, while they come in time and are not too many. */
async function* piecesWithin(idleSeconds: number, body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = body.getReader();
  let size = 0;
  try {
    for (let next = await inTime(idleSeconds, reader.read()); !next.done; next = await inTime(idleSeconds, reader.read())) {
      size += next.value.length;
      if (size > MAX_ANSWER_BYTES) throw new AnswerTooLong();
      yield next.value;
    }
  } finally {
    // Not waited for: it ends a connection that may be hanging. What went wrong with it is known already.
    void reader.cancel().catch(() => undefined);
  }
}

async function inTime<T>(idleSeconds: number, piece: Promise<T>): Promise<T> {
  const stalled = Promise.withResolvers<never>();
  const timer = setTimeout(() => stalled.reject(new AnswerStalled(idleSeconds)), idleSeconds * 1000);
  try {
    return await Promise.race([piece, stalled.promise]);
  } finally {
    clearTimeout(timer);
  }
}
