import { Readable } from 'node:stream';
import type { Client } from 'undici';
import type { OutgoingLimits } from './outgoing-limits.js';
import { bodyFailure, tooLarge, tooSlow } from './outgoing-failure.js';

/** What ends a body before its end. */
interface Ends {
  /** Of the caller; its reason is thrown as it is. */
  signal: AbortSignal;
  /** Fires when the time for everything is over. */
  slow: AbortSignal;
}

/** The body of an answer within its limits; the connection ends with it, read or not. */
export function limitedBody(client: Client, source: Readable, url: URL, limits: OutgoingLimits, ends: Ends): Readable {
  const body = Readable.from(pieces(source, url, limits, ends), { objectMode: false });
  body.once('close', () => {
    source.on('error', () => undefined);
    void client.destroy();
  });
  return body;
}

async function* pieces(
  source: AsyncIterable<Buffer>,
  url: URL,
  { maxBytes, totalSeconds }: OutgoingLimits,
  { signal, slow }: Ends,
): AsyncGenerator<Buffer> {
  let bytes = 0;
  const tooMuch = tooLarge(url, maxBytes);
  try {
    for await (const piece of source) {
      bytes += piece.length;
      if (bytes > maxBytes) throw tooMuch;
      yield piece;
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error === tooMuch) throw error;
    throw slow.aborted ? tooSlow(url, totalSeconds) : bodyFailure(url, error);
  }
}
