import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';

/** What passed through. */
export interface Passed {
  bytes: number;
  /** Hexadecimal; to be read once the stream has ended. */
  sha256(): string;
}

/**
 * Takes the first bytes off a stream.
 * @returns the head (shorter than asked for only when the stream is) and the rest, from which nothing has been read yet
 */
export async function splitHead(source: Readable, length: number): Promise<{ head: Buffer; rest: AsyncIterator<Buffer> }> {
  const rest = source[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>;
  const chunks: Buffer[] = [];
  let bytes = 0;
  while (bytes < length) {
    const { value, done } = await rest.next();
    if (done === true) break;
    chunks.push(value);
    bytes += value.length;
  }
  return { head: Buffer.concat(chunks), rest };
}

/**
 * The head and the rest again as one stream of bytes, hashed and counted on the way.
 * @param passed filled in while bytes pass
 * @param refuse what to throw once more than `limit` bytes have come
 */
export async function* counted(
  head: Buffer,
  rest: AsyncIterator<Buffer>,
  limit: number,
  refuse: () => Error,
  passed: Passed,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  passed.sha256 = () => hash.copy().digest('hex');
  for (
    let piece: IteratorResult<Buffer, unknown> = { value: head, done: false };
    piece.done !== true;
    piece = await rest.next()
  ) {
    passed.bytes += piece.value.length;
    if (passed.bytes > limit) throw refuse();
    hash.update(piece.value);
    yield piece.value;
  }
}
