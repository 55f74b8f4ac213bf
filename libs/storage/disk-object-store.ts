import { randomUUID } from 'node:crypto';
import { constants, type BigIntStats } from 'node:fs';
import { copyFile, link, mkdir, open, opendir, readFile, rename, rm, rmdir, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';

import { isPartial, rangeNotSatisfiable } from './byte-range.js';
import { DiskParts, PARTS } from './disk-parts.js';
import { ifThere, onDisk, systemCode, translateDiskError } from './disk-errors.js';
import { withExactLength } from './exact-length.js';
import { assertObjectKey, assertObjectPrefix } from './object-key.js';
import type { ObjectLinks, PartLink } from './object-links.js';

import {
  type ByteSpan,
  type ListedObject,
  type ObjectBody,
  type ObjectHead,
  ObjectStore,
  type PartsOptions,
  type PartUrlOptions,
  type PutOptions,
  type SignedUrlOptions,
  type StoredPart,
} from './object-store.js';
import { consume } from './source.js';
import { objectNotFound, partRefused } from './storage.errors.js';

/** Keys cannot hold `@` and `~`, so neither these files nor this directory can ever be mistaken for an object's own. */
const BYTES = '@bytes';
const TYPE = '@type';
const INCOMING = '~incoming';

const STALL_MS = 15_000;
/** How often a directory may vanish (a neighbour was deleted) between its making and its use. */
const MKDIR_ATTEMPTS = 5;

/**
 * Objects as files under one directory: the bytes of key `a/b` in `a/b@bytes`, its content type in `a/b@type`. New bytes are
 * written aside, synced, then renamed into place; a reader that has the old file open keeps it.
 * When two writers race for one key with different types, the type may be the other's; the bytes are always one writer's.
 */
export class DiskObjectStore extends ObjectStore {
  private readonly partial: DiskParts;

  constructor(
    private readonly directory: string,
    private readonly links: ObjectLinks,
  ) {
    super();
    this.partial = new DiskParts(join(directory, INCOMING));
  }

  override put(key: string, body: Readable, options: PutOptions): Promise<{ bytes: number }> {
    return consume(body, options.signal, async (chunks) => {
      assertObjectKey(key);
      const aside = join(this.directory, INCOMING, randomUUID());
      try {
        await onDisk(() => mkdir(dirname(aside), { recursive: true }));
        const bytes = await writeSynced(aside + BYTES, chunks);
        await writeSynced(aside + TYPE, [Buffer.from(options.contentType)]);
        options.signal?.throwIfAborted();
        await onDisk(() => this.publish(aside + BYTES, aside + TYPE, key));
        return { bytes };
      } catch (error) {
        await rm(aside + BYTES, { force: true });
        await rm(aside + TYPE, { force: true });
        throw error;
      }
    });
  }

  override async putFile(key: string, path: string, { contentType, signal }: PutOptions): Promise<void> {
    assertObjectKey(key);
    signal?.throwIfAborted();
    const aside = join(this.directory, INCOMING, randomUUID());
    try {
      await onDisk(async () => {
        await mkdir(dirname(aside), { recursive: true });
        await linkOrCopy(path, aside + BYTES);
        await syncFile(aside + BYTES);
      });
      await writeSynced(aside + TYPE, [Buffer.from(contentType)]);
      signal?.throwIfAborted();
      await onDisk(() => this.publish(aside + BYTES, aside + TYPE, key));
    } catch (error) {
      await rm(aside + BYTES, { force: true });
      await rm(aside + TYPE, { force: true });
      throw error;
    }
  }

  override async get(key: string, span: ByteSpan = {}, signal?: AbortSignal): Promise<ObjectBody> {
    assertObjectKey(key);
    signal?.throwIfAborted();
    const file = await ifThere(() => open(this.pathOf(key), 'r'));
    if (file === undefined) throw objectNotFound();
    try {
      const stats = await file.stat({ bigint: true });
      const totalBytes = Number(stats.size);
      const { start, end } = resolveSpan(span, totalBytes);
      const contentType = await this.contentTypeOf(key);
      const body = readSpan(file, start, end, signal);
      return { body, bytes: end - start + 1, totalBytes, contentType, etag: etagOf(stats) };
    } catch (error) {
      await file.close();
      throw translateDiskError(error);
    }
  }

  override async head(key: string): Promise<ObjectHead | null> {
    assertObjectKey(key);
    const stats = await ifThere(() => stat(this.pathOf(key), { bigint: true }));
    if (stats === undefined) return null;
    return { bytes: Number(stats.size), contentType: await this.contentTypeOf(key), etag: etagOf(stats) };
  }

  override async delete(key: string): Promise<void> {
    assertObjectKey(key);
    const path = join(this.directory, key);
    await onDisk(async () => {
      await rm(path + BYTES, { force: true });
      await rm(path + TYPE, { force: true });
    });
    await this.removeEmptyDirectories(key.split('/').slice(0, -1));
  }

  override async deletePrefix(prefix: string): Promise<void> {
    assertObjectPrefix(prefix);
    await onDisk(() => rm(join(this.directory, prefix), { recursive: true, force: true }));
    await this.removeEmptyDirectories(prefix.split('/').slice(0, -2));
  }

  override async *list(prefix: string): AsyncIterable<ListedObject> {
    if (prefix !== '') assertObjectPrefix(prefix);
    const entries = await ifThere(() => opendir(join(this.directory, prefix)));
    if (entries === undefined) return;
    for await (const entry of entries) {
      if (entry.isDirectory() && entry.name !== INCOMING) yield* this.list(`${prefix}${entry.name}/`);
      if (!entry.isFile() || !entry.name.endsWith(BYTES)) continue;
      const key = prefix + entry.name.slice(0, -BYTES.length);
      const stats = await ifThere(() => stat(this.pathOf(key)));
      if (stats !== undefined) yield { key, bytes: stats.size, modifiedAt: new Date(stats.mtimeMs) };
    }
  }

  override async download(key: string, toPath: string, signal?: AbortSignal): Promise<void> {
    assertObjectKey(key);
    signal?.throwIfAborted();
    await onDisk(() => rm(toPath, { force: true }));
    const linked = await ifThere(() => linkOrCopy(this.pathOf(key), toPath));
    if (linked === undefined) throw (await this.head(key)) === null ? objectNotFound() : missingTarget(toPath);
  }

  /** A refused key is a rejection, as everywhere in the port. */
  override signedUrl(key: string, options: SignedUrlOptions): Promise<string> {
    return new Promise((resolve) => resolve(this.links.url(key, options)));
  }

  override async beginParts(key: string, options: PartsOptions): Promise<string> {
    assertObjectKey(key);
    return this.partial.begin(key, options);
  }

  /** A refused key is a rejection, as everywhere in the port. */
  override partUrl(key: string, uploadId: string, number: number, options: PartUrlOptions): Promise<string> {
    return new Promise((resolve) => resolve(this.links.partUrl(key, uploadId, number, options)));
  }

  override async putPart(
    key: string,
    uploadId: string,
    number: number,
    content: Buffer,
    signal?: AbortSignal,
  ): Promise<StoredPart> {
    assertObjectKey(key);
    signal?.throwIfAborted();
    return this.partial.write({ key, uploadId }, number, content.length, [content]);
  }

  /**
   * Takes a part by the link of `partUrl`, as S3 does by itself.
   * @param announced how many bytes are to come; refused beforehand when it is not what the link says, so that nothing is lost by it
   * @throws FieldError parts_not_found, part_refused; what the chunks throw
   */
  async receivePart(
    { key, uploadId, number, bytes }: PartLink,
    announced: number,
    chunks: AsyncIterable<Buffer>,
  ): Promise<StoredPart> {
    if (announced !== bytes)
      throw partRefused(`Part ${number} must have ${bytes} bytes, as its Content-Length must say. Send it again whole.`);
    return this.partial.write({ key, uploadId }, number, bytes, chunks);
  }

  override async parts(key: string, uploadId: string): Promise<StoredPart[]> {
    assertObjectKey(key);
    return this.partial.list({ key, uploadId });
  }

  override async completeParts(key: string, uploadId: string, parts: readonly StoredPart[]): Promise<{ sha256: string | null }> {
    assertObjectKey(key);
    const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
    const publish = async (content: string, contentType: string): Promise<void> => {
      const aside = join(this.directory, INCOMING, randomUUID());
      await writeSynced(aside + TYPE, [Buffer.from(contentType)]);
      await this.publish(content, aside + TYPE, key);
    };
    const whole = async (): Promise<boolean> => (await this.head(key))?.bytes === bytes;
    return { sha256: await this.partial.complete({ key, uploadId }, parts, publish, whole) };
  }

  override async abortParts(_key: string, uploadId: string): Promise<void> {
    await this.partial.abort(uploadId);
  }

  override async removeUnfinished(olderThan: Date): Promise<number> {
    const entries = await ifThere(() => opendir(join(this.directory, INCOMING)));
    if (entries === undefined) return 0;
    let removed = 0;
    for await (const entry of entries) {
      if (entry.name.endsWith(PARTS)) {
        if (await this.partial.removeOlder(entry.name, olderThan)) removed += 1;
        continue;
      }
      const path = join(this.directory, INCOMING, entry.name);
      const stats = await ifThere(() => stat(path));
      if (stats === undefined || stats.mtimeMs >= olderThan.getTime()) continue;
      await onDisk(() => rm(path, { force: true }));
      if (entry.name.endsWith(BYTES)) removed += 1;
    }
    return removed;
  }

  override async checkStorage(): Promise<void> {
    const probe = join(this.directory, INCOMING, randomUUID());
    await onDisk(() => mkdir(dirname(probe), { recursive: true }));
    try {
      await writeSynced(probe, [Buffer.alloc(4096)]);
    } finally {
      await rm(probe, { force: true });
    }
  }

  private pathOf(key: string): string {
    return join(this.directory, key + BYTES);
  }

  private async contentTypeOf(key: string): Promise<string> {
    const type = await ifThere(() => readFile(join(this.directory, key + TYPE), 'utf8'));
    return type ?? 'application/octet-stream';
  }

  /** The type goes first, so that whoever sees the bytes sees their type. */
  private async publish(bytes: string, type: string, key: string): Promise<void> {
    const path = join(this.directory, key);
    for (let attempt = 1; ; attempt++) {
      await mkdir(dirname(path), { recursive: true });
      try {
        await rename(type, path + TYPE);
        break;
      } catch (error) {
        if (systemCode(error) !== 'ENOENT' || attempt === MKDIR_ATTEMPTS) throw error;
      }
    }
    await rename(bytes, path + BYTES);
    await syncDirectory(dirname(path));
  }

  /** Stops at the first directory that still holds something. */
  private async removeEmptyDirectories(segments: string[]): Promise<void> {
    for (let depth = segments.length; depth > 0; depth--) {
      try {
        await rmdir(join(this.directory, ...segments.slice(0, depth)));
      } catch (error) {
        if (['ENOTEMPTY', 'EEXIST', 'ENOENT', 'EPERM'].includes(systemCode(error))) return;
        throw translateDiskError(error);
      }
    }
  }
}

/** Writes a new file and waits until the disk has it. */
async function writeSynced(path: string, chunks: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<number> {
  const file = await onDisk(() => open(path, 'wx', 0o600));
  try {
    let bytes = 0;
    for await (const chunk of chunks) {
      await onDisk(() => file.appendFile(chunk));
      bytes += chunk.length;
    }
    await onDisk(() => file.sync());
    return bytes;
  } finally {
    await file.close();
  }
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A rename outlives a power cut only when its directory was synced too; Windows cannot and need not do it. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function resolveSpan(span: ByteSpan, totalBytes: number): { start: number; end: number } {
  const start = span.start ?? 0;
  if (isPartial(span) && start >= totalBytes) throw rangeNotSatisfiable(totalBytes);
  return { start, end: Math.min(span.end ?? Infinity, totalBytes - 1) };
}

function readSpan(file: FileHandle, start: number, end: number, signal?: AbortSignal): Readable {
  // `end` of an empty object would be -1, which streams refuse: ask for its first byte, there is none.
  const source = file.createReadStream({ start, end: Math.max(end, start), highWaterMark: 256 * 1024 });
  return withExactLength(source, { bytes: end - start + 1, stallMs: STALL_MS, signal, translate: translateDiskError });
}

function etagOf(stats: BigIntStats): string {
  return `"${stats.ino.toString(36)}-${stats.mtimeNs.toString(36)}-${stats.size.toString(36)}"`;
}

/** A hard link costs nothing; across file systems it is a copy (sharing blocks where the file system can). */
async function linkOrCopy(from: string, to: string): Promise<true> {
  try {
    await link(from, to);
  } catch (error) {
    if (!['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP'].includes(systemCode(error))) throw error;
    await copyWhole(from, to);
  }
  return true;
}

async function copyWhole(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE);
  } catch (error) {
    await rm(to, { force: true });
    throw error;
  }
}

function missingTarget(toPath: string): Error {
  return new Error(`The folder of ${toPath} does not exist, so no object can be downloaded there.`);
}
