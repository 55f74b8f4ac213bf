import { randomUUID } from 'node:crypto';
import { open, mkdir, readdir, readFile, rename, rm, stat, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { FieldError } from '#errors';
import { ifThere, onDisk } from './disk-errors.js';
import type { PartsOptions, StoredPart } from './object-store.js';
import { PartsHash } from './parts-hash.js';
import { partRefused, partsNotFound, storageErrors } from './storage.errors.js';

/** The directory of an upload ends so. */
export const PARTS = '@parts';

const ABOUT = 'about';
const CONTENT = 'content';
const UUID = /^[0-9a-f-]{36}$/;

const GATHERED_BYTES = 1024 * 1024;

/** Of more uploads at once the oldest are hashed when they are complete. */
const MOST_HASHED = 256;

/** What is known of an upload from its beginning. */
interface About extends PartsOptions {
  key: string;
}

/**
 * Uploads in parts on local disk, each a directory: `content` holds the parts side by side, each at its place, so that completing is
 * a rename and not a copy; a file named by its number says of each that it arrived whole, and is written after the bytes are safe.
 */
export class DiskParts {
  /** Parts that this process is writing, as `<upload>/<number>`, and uploads it is completing, as `<upload>/`. */
  private readonly busy = new Set<string>();
  /** By upload. */
  private readonly hashes = new Map<string, PartsHash>();

  /** @param directory of everything unfinished */
  constructor(private readonly directory: string) {}

  async begin(key: string, options: PartsOptions): Promise<string> {
    const uploadId = randomUUID();
    const about: About = { key, ...options };
    await onDisk(async () => {
      await mkdir(this.pathOf(uploadId), { recursive: true });
      await writeFile(this.pathOf(uploadId, CONTENT), '', { mode: 0o600 });
      await writeMarker(this.pathOf(uploadId, ABOUT), about);
    });
    return uploadId;
  }

  /**
   * Writes one part at its place. Memory does not grow with its size.
   * @param bytes how many must come
   * @throws FieldError parts_not_found, part_refused; what the source throws
   */
  async write(
    upload: { key: string; uploadId: string },
    number: number,
    bytes: number,
    chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
  ): Promise<StoredPart> {
    const { uploadId } = upload;
    const { partBytes } = await this.aboutOf(upload);
    if (bytes > partBytes)
      throw partRefused(`A part has at most ${partBytes} bytes here, and this one has ${bytes}. Send smaller parts.`);
    return this.alone(`${uploadId}/${number}`, async () => {
      if (this.busy.has(`${uploadId}/`)) throw partsNotFound();
      const hash = this.hashOf(uploadId, partBytes);
      hash.replacing(number);
      // What is being replaced counts no more, whatever becomes of this.
      await onDisk(() => rm(this.pathOf(uploadId, String(number)), { force: true }));
      const content = await ifThere(() => open(this.pathOf(uploadId, CONTENT), 'r+'));
      if (content === undefined) throw partsNotFound();
      await writeSpan(content, (number - 1) * partBytes, bytes, chunks);
      const part = { number, bytes, etag: `"${randomUUID()}"` };
      if ((await ifThere(() => writeMarker(this.pathOf(uploadId, String(number)), part).then(() => true))) === undefined)
        throw partsNotFound();
      hash.add(part);
      return part;
    });
  }

  /** By rising number. @throws FieldError parts_not_found */
  async list(upload: { key: string; uploadId: string }): Promise<StoredPart[]> {
    await this.aboutOf(upload);
    const names = (await ifThere(() => readdir(this.pathOf(upload.uploadId)))) ?? [];
    const parts = await Promise.all(
      names.filter((name) => /^\d+$/.test(name)).map((name) => readMarker<StoredPart>(this.pathOf(upload.uploadId, name))),
    );
    return parts.filter((part) => part !== undefined).sort((a, b) => a.number - b.number);
  }

  /**
   * Checks the parts and hands the file that holds them all to `publish`, which renames it away.
   * @param whole whether an earlier run has published it
   * @returns the SHA-256 of the whole where it is known already
   * @throws FieldError parts_not_found, part_refused
   */
  async complete(
    upload: { key: string; uploadId: string },
    parts: readonly StoredPart[],
    publish: (path: string, contentType: string) => Promise<void>,
    whole: () => Promise<boolean>,
  ): Promise<string | null> {
    const { uploadId } = upload;
    const sha256 = await this.alone(`${uploadId}/`, async () => {
      if (await whole()) return null;
      const about = await this.aboutOf(upload);
      if ([...this.busy].some((name) => name.startsWith(`${uploadId}/`) && name !== `${uploadId}/`))
        throw partRefused('A part is still being written. Wait for its answer, then complete the upload.');
      assertSame(parts, await this.list(upload), about.partBytes);
      const path = this.pathOf(uploadId, CONTENT);
      const known = (await this.hashes.get(uploadId)?.digest(parts)) ?? null;
      await onDisk(async () => {
        await cutTo(
          path,
          parts.reduce((sum, part) => sum + part.bytes, 0),
        );
        await publish(path, about.contentType);
      });
      return known;
    });
    await this.abort(uploadId);
    return sha256;
  }

  async abort(uploadId: string): Promise<void> {
    if (!UUID.test(uploadId)) return;
    this.hashes.delete(uploadId);
    await onDisk(() => rm(this.pathOf(uploadId), { recursive: true, force: true }));
  }

  /** Removes an upload that nothing has moved in since. @returns whether it was removed */
  async removeOlder(name: string, olderThan: Date): Promise<boolean> {
    const path = join(this.directory, name);
    const times = await Promise.all([path, join(path, CONTENT)].map((at) => ifThere(() => stat(at))));
    if (times.some((stats) => stats !== undefined && stats.mtimeMs >= olderThan.getTime())) return false;
    await onDisk(() => rm(path, { recursive: true, force: true }));
    return true;
  }

  private hashOf(uploadId: string, partBytes: number): PartsHash {
    const known = this.hashes.get(uploadId);
    if (known !== undefined) return known;
    const [oldest] = this.hashes.keys();
    if (this.hashes.size >= MOST_HASHED && oldest !== undefined) this.hashes.delete(oldest);
    const hash = new PartsHash(this.pathOf(uploadId, CONTENT), partBytes);
    this.hashes.set(uploadId, hash);
    return hash;
  }

  private async aboutOf({ key, uploadId }: { key: string; uploadId: string }): Promise<About> {
    const about = UUID.test(uploadId) ? await readMarker<About>(this.pathOf(uploadId, ABOUT)) : undefined;
    if (about?.key !== key) throw partsNotFound();
    return about;
  }

  /** Two writers of one place would mix their bytes. */
  private async alone<T>(place: string, work: () => Promise<T>): Promise<T> {
    if (this.busy.has(place))
      throw partRefused('The same is being written at this moment by another request. Wait for its answer.');
    this.busy.add(place);
    try {
      return await work();
    } finally {
      this.busy.delete(place);
    }
  }

  private pathOf(uploadId: string, file = ''): string {
    return join(this.directory, uploadId + PARTS, file);
  }
}

/** Writes exactly so many bytes at a place and waits until the disk has them. */
async function writeSpan(
  file: FileHandle,
  from: number,
  bytes: number,
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
): Promise<void> {
  let written = 0;
  try {
    for await (const piece of gathered(chunks)) {
      if (written + piece.length > bytes) throw wrongSize(bytes, written + piece.length);
      await onDisk(() => writeAll(file, piece, from + written));
      written += piece.length;
    }
    if (written !== bytes) throw wrongSize(bytes, written);
    await onDisk(() => file.datasync());
  } finally {
    await file.close();
  }
}

/**
 * Chunks of a socket are small, and each would cost a call of the system: they are gathered in one place, so that what comes byte by
 * byte takes no more memory than the rest.
 * @returns pieces that are valid until the next is asked for
 */
async function* gathered(chunks: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncGenerator<Buffer> {
  const memory = Buffer.allocUnsafeSlow(GATHERED_BYTES);
  let used = 0;
  try {
    for await (const chunk of chunks) {
      for (let taken = 0; taken < chunk.length;) {
        const copied = chunk.copy(memory, used, taken);
        taken += copied;
        used += copied;
        if (used < memory.length) continue;
        yield memory;
        used = 0;
      }
    }
    if (used > 0) yield memory.subarray(0, used);
  } finally {
    // A hundred parts would hold as many places until the collector comes.
    memory.buffer.transfer(0);
  }
}

/** Parts behind the last were a mistake of their sender. */
async function cutTo(path: string, bytes: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.truncate(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The system may take fewer bytes than it was given. */
async function writeAll(file: FileHandle, piece: Buffer, position: number): Promise<void> {
  for (let done = 0; done < piece.length;) {
    const { bytesWritten } = await file.write(piece, done, piece.length - done, position + done);
    done += bytesWritten;
  }
}

/** Seen whole or not at all. */
async function writeMarker(path: string, content: object): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  await writeFile(aside, JSON.stringify(content), { mode: 0o600 });
  await rename(aside, path);
}

async function readMarker<Content>(path: string): Promise<Content | undefined> {
  const text = await ifThere(() => readFile(path, 'utf8'));
  // Written by `writeMarker` alone.
  return text === undefined ? undefined : (JSON.parse(text) as Content);
}

function assertSame(listed: readonly StoredPart[], there: readonly StoredPart[], partBytes: number): void {
  const byNumber = new Map(there.map((part) => [part.number, part]));
  listed.forEach(({ number, etag, bytes }, index) => {
    const isLast = index === listed.length - 1;
    if (number !== index + 1 || byNumber.get(number)?.etag !== etag || (!isLast && bytes !== partBytes))
      throw partRefused(`Part ${index + 1} is not there as it was listed. Look at the upload and send what is missing.`);
  });
}

function wrongSize(expected: number, seen: number): FieldError {
  const what = seen > expected ? `more came` : `${seen} came`;
  return new FieldError(storageErrors.part_refused, `The part must have ${expected} bytes, and ${what}. Send it again whole.`);
}
