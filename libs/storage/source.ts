import { addAbortListener } from 'node:events';
import type { Readable } from 'node:stream';

/**
 * Reads a source for a store, and makes every end of it an end of both.
 *
 * `stop` is aborted by the caller's signal, by an error of the source, or by `work` itself; each destroys the source. Whatever stopped
 * it first is what gets thrown, so that a caller's own error (a limit on size, say) comes back to it untouched.
 * @param work stores the chunks; passes `stop.signal` on to all it starts
 */
export async function consume<T>(
  body: Readable,
  signal: AbortSignal | undefined,
  work: (chunks: AsyncIterable<Buffer>, stop: AbortController) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  stop.signal.addEventListener('abort', () => body.destroy());
  // Heard from the first moment: an error event that nobody listens to ends the process.
  body.on('error', (error) => stop.abort(error));
  const listener = signal && addAbortListener(signal, () => stop.abort(signal.reason));
  try {
    stop.signal.throwIfAborted();
    // Leaving the loop must not destroy the source: that would raise an AbortError and hide why the loop was left.
    return await work(body.iterator({ destroyOnReturn: false }), stop);
  } catch (error) {
    body.destroy();
    throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    listener?.[Symbol.dispose]();
  }
}

/**
 * Gives the memory of each chunk back as soon as the next is asked for. A chunk of a request's body lies in memory of its own, and
 * thousands of them a second that wait for the collector make it run for a third of the time.
 */
export async function* releasing(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    yield chunk;
    if (chunk.buffer instanceof ArrayBuffer && chunk.length === chunk.buffer.byteLength) chunk.buffer.transfer(0);
  }
}
