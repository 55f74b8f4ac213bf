import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { FieldError } from '#errors';
import { type ObjectStore, sha256Of, storageErrors } from '#storage';
import { readLines, writeLines } from './lines.js';

/** Everything Steno keeps lies below it; a bucket may hold other things besides. */
const PREFIX = 'workspaces/';
const AT_ONCE = 8;
/** For each object: a store that is away for a quarter of a minute does not end what took hours. */
const TRIES = 5;
const PAUSE_MS = 1_500;

/** A line of `objects.jsonl.gz`; the object lies at `objects/<key>`. */
interface ObjectCopy {
  key: string;
  bytes: number;
  contentType: string;
  sha256: string;
}

export interface Copied {
  count: number;
  bytes: number;
}

/** Copies every object into the folder. One that goes meanwhile is left out. */
export async function copyObjects(store: ObjectStore, folder: string): Promise<Copied> {
  const copied: Copied = { count: 0, bytes: 0 };
  await writeLines(
    list(folder),
    counted(
      inParallel(store.list(PREFIX), ({ key }) => whileUnavailable(() => copyOne(store, folder, key))),
      copied,
    ),
  );
  return copied;
}

/**
 * Puts every object of the folder into the store, in place of one of its name.
 * @throws Error when one is not the one that was copied
 */
export async function returnObjects(store: ObjectStore, folder: string): Promise<Copied> {
  const returned: Copied = { count: 0, bytes: 0 };
  const copies = readLines(list(folder)) as AsyncIterable<ObjectCopy>;
  const puts = inParallel(copies, async (copy) => {
    const path = pathOf(folder, copy.key);
    if ((await sha256Of(path)) !== copy.sha256) throw new Error(`The backup is damaged: ${path} is not what was copied.`);
    // Not `putFile`, by which the store and the backup could become one file.
    await whileUnavailable(() => store.put(copy.key, createReadStream(path), { contentType: copy.contentType }));
    return copy;
  });
  for await (const _ of counted(puts, returned));
  return returned;
}

const list = (folder: string): string => join(folder, 'objects.jsonl.gz');
const pathOf = (folder: string, key: string): string => join(folder, 'objects', key);

/** @returns undefined when there is no such object any more */
async function copyOne(store: ObjectStore, folder: string, key: string): Promise<ObjectCopy | undefined> {
  try {
    const { body, bytes, contentType } = await store.get(key);
    const path = pathOf(folder, key);
    await mkdir(dirname(path), { recursive: true });
    const hash = createHash('sha256');
    const passing = async function* (pieces: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
      for await (const piece of pieces) {
        hash.update(piece);
        yield piece;
      }
    };
    await pipeline(body, passing, createWriteStream(path, { flush: true }));
    return { key, bytes, contentType, sha256: hash.digest('hex') };
  } catch (error) {
    if (error instanceof FieldError && error.code === storageErrors.object_not_found.code) return undefined;
    throw error;
  }
}

/** Does something again while the store does not answer, or cuts its answer off. */
async function whileUnavailable<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof FieldError) || error.kind !== 'unavailable' || tries === TRIES) throw error;
      await sleep(tries * PAUSE_MS);
    }
  }
}

/** Works on several at once and gives what came of each, in the order of the given. */
async function* inParallel<T, R>(given: AsyncIterable<T>, work: (each: T) => Promise<R | undefined>): AsyncIterable<R> {
  const underWay: Promise<R | undefined>[] = [];
  for await (const each of given) {
    const result = work(each);
    // Awaited in its turn; a failure before that must not end the process.
    result.catch(() => undefined);
    underWay.push(result);
    if (underWay.length < AT_ONCE) continue;
    const first = await underWay.shift();
    if (first !== undefined) yield first;
  }
  for (const result of underWay) {
    const value = await result;
    if (value !== undefined) yield value;
  }
}

async function* counted(copies: AsyncIterable<ObjectCopy>, sum: Copied): AsyncIterable<ObjectCopy> {
  for await (const copy of copies) {
    sum.count += 1;
    sum.bytes += copy.bytes;
    yield copy;
  }
}
