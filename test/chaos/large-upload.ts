import { once } from 'node:events';
import { createReadStream, statSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { Client, Recording } from '../e2e/client.js';

const BOUNDARY = 'steno-chaos-boundary';
const HEAD = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="large.wav"\r\n\r\n`;
const TAIL = `\r\n--${BOUNDARY}--\r\n`;
const READ_BYTES = 1024 * 1024;

/** Uploads a file of any size. `Client.upload` takes less than 4 GiB: Node's `openAsBlob` counts a file's bytes in 32 bits (seen with 24.21). */
export async function uploadLarge({ origin, token }: Client, path: string): Promise<Recording> {
  const outgoing = request(`${origin}/api/v1/audio/upload`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
      'content-length': HEAD.length + statSync(path).size + TAIL.length,
    },
  });
  const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
  const [[answer]] = await Promise.all([answered, pipeline(() => formOf(path), outgoing)]);
  const body = await json(answer);
  if (answer.statusCode !== 201) throw new Error(`The upload was answered ${answer.statusCode}: ${JSON.stringify(body)}`);
  return body as Recording;
}

async function* formOf(path: string): AsyncGenerator<Buffer> {
  yield Buffer.from(HEAD);
  yield* createReadStream(path, { highWaterMark: READ_BYTES }) as AsyncIterable<Buffer>;
  yield Buffer.from(TAIL);
}
