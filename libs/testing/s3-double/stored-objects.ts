import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { S3Fault } from './s3-fault.js';

export interface StoredObject {
  key: string;
  path: string;
  bytes: number;
  /** With its quotes. */
  etag: string;
  contentType: string;
  modifiedAt: Date;
}

export interface StoredPart {
  number: number;
  path: string;
  bytes: number;
  etag: string;
  modifiedAt: Date;
}

export interface OpenUpload {
  id: string;
  key: string;
  contentType: string;
  initiatedAt: Date;
  parts: Map<number, StoredPart>;
}

const MAX_PART_NUMBER = 10_000;

/** The objects and unfinished uploads of one bucket. The index is in memory, the bytes are files, so that a test's own memory can be measured. */
export class StoredObjects {
  readonly objects = new Map<string, StoredObject>();
  readonly uploads = new Map<string, OpenUpload>();

  constructor(
    private readonly directory: string,
    private readonly minPartBytes: number,
  ) {}

  async put(key: string, content: Buffer, contentType: string): Promise<StoredObject> {
    const path = await this.write(content);
    return this.publish({
      key,
      path,
      bytes: content.length,
      etag: `"${md5(content).toString('hex')}"`,
      contentType,
      modifiedAt: new Date(),
    });
  }

  find(key: string): StoredObject {
    const found = this.objects.get(key);
    if (found === undefined) throw new S3Fault('NoSuchKey', 404);
    return found;
  }

  async delete(key: string): Promise<void> {
    const found = this.objects.get(key);
    this.objects.delete(key);
    if (found !== undefined) await rm(found.path, { force: true });
  }

  /** In the order of S3: by the bytes of the key. */
  sorted(prefix: string): StoredObject[] {
    const found = [...this.objects.values()].filter(({ key }) => key.startsWith(prefix));
    return found.sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  }

  openUpload(key: string, contentType: string): OpenUpload {
    const upload = { id: randomUUID(), key, contentType, initiatedAt: new Date(), parts: new Map<number, StoredPart>() };
    this.uploads.set(upload.id, upload);
    return upload;
  }

  findUpload(id: string, key: string): OpenUpload {
    const found = this.uploads.get(id);
    if (found?.key !== key) throw new S3Fault('NoSuchUpload', 404);
    return found;
  }

  async putPart(upload: OpenUpload, number: number, content: Buffer): Promise<StoredPart> {
    if (!Number.isInteger(number) || number < 1 || number > MAX_PART_NUMBER) throw new S3Fault('InvalidArgument', 400);
    const part = {
      number,
      path: await this.write(content),
      bytes: content.length,
      etag: `"${md5(content).toString('hex')}"`,
      modifiedAt: new Date(),
    };
    // It may have been aborted while the bytes were written.
    if (!this.uploads.has(upload.id)) throw new S3Fault('NoSuchUpload', 404);
    upload.parts.set(number, part);
    return part;
  }

  /** @param listed what the client wants the object to be made of */
  async complete(upload: OpenUpload, listed: { number: number; etag: string }[]): Promise<StoredObject> {
    const parts = listed.map(({ number, etag }, index) => {
      if (index > 0 && number <= (listed[index - 1]?.number ?? 0)) throw new S3Fault('InvalidPartOrder', 400);
      const part = upload.parts.get(number);
      if (part === undefined || part.etag.replaceAll('"', '') !== etag.replaceAll('"', '')) throw new S3Fault('InvalidPart', 400);
      return part;
    });
    if (parts.slice(0, -1).some(({ bytes }) => bytes < this.minPartBytes)) throw new S3Fault('EntityTooSmall', 400);
    const path = join(this.directory, randomUUID());
    for (const part of parts) await pipeline(createReadStream(part.path), createWriteStream(path, { flags: 'a' }));
    await this.abort(upload);
    const hash = md5(Buffer.concat(parts.map(({ etag }) => Buffer.from(etag.replaceAll('"', ''), 'hex'))));
    const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
    const etag = `"${hash.toString('hex')}-${parts.length}"`;
    return this.publish({ key: upload.key, path, bytes, etag, contentType: upload.contentType, modifiedAt: new Date() });
  }

  async abort(upload: OpenUpload): Promise<void> {
    this.uploads.delete(upload.id);
    await Promise.all([...upload.parts.values()].map(({ path }) => rm(path, { force: true })));
  }

  /** The replaced file stays until the double stops: someone may be reading it. */
  private publish(object: StoredObject): StoredObject {
    this.objects.set(object.key, object);
    return object;
  }

  private async write(content: Buffer): Promise<string> {
    const path = join(this.directory, randomUUID());
    await writeFile(path, content);
    return path;
  }
}

function md5(content: Buffer): Buffer {
  return createHash('md5').update(content).digest();
}
