import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';

/** Writes values as lines of JSON into a compressed file; memory does not grow with their number. */
export async function writeLines(path: string, values: AsyncIterable<unknown>): Promise<void> {
  await pipeline(Readable.from(asLines(values)), createGzip(), createWriteStream(path, { flush: true }));
}

async function* asLines(values: AsyncIterable<unknown>): AsyncIterable<string> {
  for await (const value of values) yield `${JSON.stringify(value)}\n`;
}

/** Reads them back. A file that was cut off or damaged fails, at the latest at its end. */
export async function* readLines(path: string): AsyncIterable<unknown> {
  const unpacked = createGunzip();
  const read = pipeline(createReadStream(path), unpacked);
  // Awaited below; without a listener until then a failure would end the process.
  read.catch(() => undefined);
  for await (const line of createInterface({ input: unpacked, crlfDelay: Infinity })) yield JSON.parse(line);
  await read;
}
