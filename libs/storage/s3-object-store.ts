import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  type MultipartUpload,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { Config } from '#config';
import { FieldError } from '#errors';
import { isPartial } from './byte-range.js';
import { contentDisposition } from './content-disposition.js';
import { translateDiskError } from './disk-errors.js';
import { withExactLength } from './exact-length.js';
import { assertObjectKey, assertObjectPrefix } from './object-key.js';
import { assertLinkLife } from './object-links.js';
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
import {
  abortS3Parts,
  beginS3Parts,
  completeS3Parts,
  listS3Parts,
  putS3Part,
  s3PartUrl,
  type S3PartsTarget,
} from './s3-parts.js';
import { onS3, storageUnavailable, translateS3Error } from './s3-errors.js';
import { abortUpload, LONG_TIMEOUT_MS, SLOWEST_BYTES_PER_MS, uploadStream } from './s3-upload.js';
import { consume } from './source.js';
import { storageErrors } from './storage.errors.js';

export type S3Settings = Omit<Extract<Config['storage'], { driver: 's3' }>, 'driver'>;

/** How long things may take; tests use shorter ones. */
export interface S3Timing {
  connectionTimeoutMs: number;
  /** Until the answer begins. Three attempts of five seconds: a dead store is known as dead within 20 s. */
  requestTimeoutMs: number;
  /** Silence in the middle of a body, while its reader waits. */
  stallMs: number;
  /** 8 MiB × 10 000 parts: objects up to 83 GB. */
  partBytes: number;
}

const TIMING: S3Timing = { connectionTimeoutMs: 2_000, requestTimeoutMs: 5_000, stallMs: 15_000, partBytes: 8 * 1024 * 1024 };

const MAX_ATTEMPTS = 3;
/** An unread body holds its socket; the SDK's default of 50 is soon gone (https://github.com/aws/aws-sdk-js-v3/issues/6691). */
const MAX_SOCKETS = 200;

/** Objects in a bucket of S3 or of a server that speaks its protocol. */
export class S3ObjectStore extends ObjectStore {
  private readonly client: S3Client;
  /** Sends bytes, and sees a store that takes none, or does not answer once it has them all, as early as any other that hangs. */
  private readonly sender: S3Client;
  /** Signs for the address that clients use; the host is part of a signature. */
  private readonly linkClient: S3Client;
  private readonly bucket: string;
  private readonly timing: S3Timing;

  constructor(settings: S3Settings, timing: Partial<S3Timing> = {}) {
    super();
    this.timing = { ...TIMING, ...timing };
    this.bucket = settings.bucket;
    this.client = clientOf(settings, settings.endpoint, this.timing);
    this.sender = clientOf(settings, settings.endpoint, this.timing, { socketTimeout: this.timing.requestTimeoutMs });
    this.linkClient = clientOf(settings, settings.publicEndpoint ?? settings.endpoint, this.timing);
  }

  override put(key: string, body: Readable, options: PutOptions): Promise<{ bytes: number }> {
    return consume(body, options.signal, async (chunks, stop) => {
      assertObjectKey(key);
      const { client, sender, bucket, timing } = this;
      const target = { client, sender, bucket, key, contentType: options.contentType, ...timing };
      return { bytes: await uploadStream(target, chunks, stop) };
    });
  }

  override async get(key: string, span: ByteSpan = {}, signal?: AbortSignal): Promise<ObjectBody> {
    assertObjectKey(key);
    const Range = isPartial(span) ? `bytes=${span.start ?? 0}-${span.end ?? ''}` : undefined;
    const command = new GetObjectCommand({ Bucket: this.bucket, Key: key, Range });
    const output = await this.send(signal, (options) => this.client.send(command, options));
    return openedBody(output, Range !== undefined, this.timing.stallMs, signal);
  }

  override async head(key: string): Promise<ObjectHead | null> {
    assertObjectKey(key);
    try {
      const output = await onS3(() => this.client.send(new HeadObjectCommand({ Bucket: this.bucket, Key: key })));
      return { bytes: output.ContentLength ?? 0, contentType: typeOf(output.ContentType), etag: output.ETag ?? '' };
    } catch (error) {
      if (error instanceof FieldError && error.code === storageErrors.object_not_found.code) return null;
      throw error;
    }
  }

  override async delete(key: string): Promise<void> {
    assertObjectKey(key);
    await onS3(() => this.client.send(new DeleteObjectCommand({ Bucket: this.bucket, Key: key })));
  }

  override async deletePrefix(prefix: string): Promise<void> {
    assertObjectPrefix(prefix);
    for await (const page of this.pages(prefix)) {
      const Objects = page.map(({ key }) => ({ Key: key }));
      const command = new DeleteObjectsCommand({ Bucket: this.bucket, Delete: { Objects, Quiet: true } });
      const { Errors: [failed] = [] } = await onS3(() => this.client.send(command, { requestTimeout: LONG_TIMEOUT_MS }));
      if (failed !== undefined)
        throw translateS3Error(Object.assign(new Error(failed.Message), { name: failed.Code ?? 'Error' }));
    }
  }

  override async *list(prefix: string): AsyncIterable<ListedObject> {
    if (prefix !== '') assertObjectPrefix(prefix);
    for await (const page of this.pages(prefix)) yield* page;
  }

  override async download(key: string, toPath: string, signal?: AbortSignal): Promise<void> {
    const { body, bytes } = await this.get(key, {}, signal);
    const deadline = AbortSignal.timeout(this.timing.stallMs + Math.ceil(bytes / SLOWEST_BYTES_PER_MS));
    try {
      await pipeline(body, createWriteStream(toPath), {
        signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
      });
    } catch (error) {
      await rm(toPath, { force: true });
      signal?.throwIfAborted();
      throw deadline.aborted ? storageUnavailable(deadline.reason) : translateDiskError(error);
    }
  }

  override async signedUrl(key: string, options: SignedUrlOptions): Promise<string> {
    assertObjectKey(key);
    assertLinkLife(options.expiresSeconds);
    const command = new GetObjectCommand({
      Bucket: this.bucket,
      Key: key,
      ResponseContentDisposition: contentDisposition(options.disposition ?? 'attachment', options.fileName),
      ResponseContentType: options.contentType,
    });
    return onS3(() => getSignedUrl(this.linkClient, command, { expiresIn: options.expiresSeconds }));
  }

  override async beginParts(key: string, { contentType }: PartsOptions): Promise<string> {
    assertObjectKey(key);
    return beginS3Parts(this.client, this.bucket, key, contentType);
  }

  override async partUrl(key: string, uploadId: string, number: number, options: PartUrlOptions): Promise<string> {
    assertLinkLife(options.expiresSeconds);
    return s3PartUrl({ ...this.partsOf(key, uploadId), client: this.linkClient }, number, options);
  }

  override async putPart(
    key: string,
    uploadId: string,
    number: number,
    content: Buffer,
    signal?: AbortSignal,
  ): Promise<StoredPart> {
    const target = { ...this.partsOf(key, uploadId), client: this.sender };
    return this.send(signal, ({ abortSignal }) => putS3Part(target, number, content, this.timing.requestTimeoutMs, abortSignal));
  }

  override async parts(key: string, uploadId: string): Promise<StoredPart[]> {
    return listS3Parts(this.partsOf(key, uploadId));
  }

  override async completeParts(key: string, uploadId: string, parts: readonly StoredPart[]): Promise<{ sha256: string | null }> {
    try {
      await completeS3Parts(this.partsOf(key, uploadId), parts);
    } catch (error) {
      const isGone = error instanceof FieldError && error.code === storageErrors.parts_not_found.code;
      const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
      // An answer that got lost: S3 forgets an upload once its object is there.
      if (!isGone || (await this.head(key))?.bytes !== bytes) throw error;
    }
    return { sha256: null };
  }

  override async abortParts(key: string, uploadId: string): Promise<void> {
    await abortS3Parts(this.partsOf(key, uploadId));
  }

  override async removeUnfinished(olderThan: Date, prefix = ''): Promise<number> {
    let removed = 0;
    for await (const { Key, UploadId, Initiated } of this.unfinishedUploads(prefix)) {
      if (Initiated === undefined || Initiated >= olderThan) continue;
      if (await abortUpload(this.client, { Bucket: this.bucket, Key, UploadId })) removed += 1;
    }
    return removed;
  }

  /** Lists one key: unlike a HEAD, its answer has a body that says what is wrong. */
  override async checkStorage(): Promise<void> {
    await onS3(() => this.client.send(new ListObjectsV2Command({ Bucket: this.bucket, MaxKeys: 1 })));
  }

  private partsOf(key: string, uploadId: string): S3PartsTarget {
    assertObjectKey(key);
    return { client: this.client, bucket: this.bucket, key, uploadId };
  }

  private async *pages(prefix: string): AsyncIterable<ListedObject[]> {
    const pages = paginateListObjectsV2({ client: this.client }, { Bucket: this.bucket, Prefix: prefix });
    try {
      for await (const { Contents = [] } of pages) {
        if (Contents.length === 0) continue;
        yield Contents.map(({ Key = '', Size = 0, LastModified = new Date(0) }) => ({
          key: Key,
          bytes: Size,
          modifiedAt: LastModified,
        }));
      }
    } catch (error) {
      throw translateS3Error(error);
    }
  }

  /** The SDK has no pages for this command. */
  private async *unfinishedUploads(prefix: string): AsyncIterable<MultipartUpload> {
    let marker: { KeyMarker?: string; UploadIdMarker?: string } | undefined = {};
    while (marker !== undefined) {
      const command: ListMultipartUploadsCommand = new ListMultipartUploadsCommand({
        Bucket: this.bucket,
        Prefix: prefix,
        ...marker,
      });
      const { Uploads = [], IsTruncated, NextKeyMarker, NextUploadIdMarker } = await onS3(() => this.client.send(command));
      yield* Uploads;
      marker = IsTruncated === true ? { KeyMarker: NextKeyMarker, UploadIdMarker: NextUploadIdMarker } : undefined;
    }
  }

  private async send<T>(
    signal: AbortSignal | undefined,
    work: (options: { abortSignal?: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted();
    try {
      return await onS3(() => work({ abortSignal: signal }));
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  }
}

/** @param sending for what is sent alone: a body that is read with pauses is silent, too, and nothing is wrong with it */
function clientOf(
  settings: S3Settings,
  endpoint: string | undefined,
  timing: S3Timing,
  sending: { socketTimeout?: number } = {},
): S3Client {
  const { region, credentials, forcePathStyle } = settings;
  const client = new S3Client({
    region,
    credentials,
    forcePathStyle,
    endpoint,
    // The SDK's newer default adds checksums that R2 and older servers store as content or refuse (aws-sdk-js-v3#6810).
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: {
      connectionTimeout: timing.connectionTimeoutMs,
      requestTimeout: timing.requestTimeoutMs,
      // Without it the SDK only logs that the time is over, and waits on.
      throwOnRequestTimeout: true,
      ...sending,
      httpAgent: { maxSockets: MAX_SOCKETS },
      httpsAgent: { maxSockets: MAX_SOCKETS },
    },
  });
  addMd5ToDeletes(client);
  return client;
}

/**
 * S3 takes any checksum of a list of objects to delete; Swift, older Ceph and others know this one only, which the SDK sends no more
 * (https://github.com/aws/aws-sdk-js-v3/blob/main/supplemental-docs/MD5_FALLBACK.md).
 */
function addMd5ToDeletes(client: S3Client): void {
  client.middlewareStack.add(
    (next, { commandName }) =>
      (given) => {
        const { request } = given;
        if (commandName === 'DeleteObjectsCommand' && isWithBody(request))
          request.headers['content-md5'] = createHash('md5').update(request.body).digest('base64');
        return next(given);
      },
    { step: 'build', name: 'md5OfDeletes' },
  );
}

function isWithBody(request: unknown): request is { headers: Record<string, string>; body: string } {
  return typeof request === 'object' && request !== null && 'body' in request && typeof request.body === 'string';
}

function openedBody(output: GetObjectCommandOutput, wantsSpan: boolean, stallMs: number, signal?: AbortSignal): ObjectBody {
  const { Body: source, ContentLength: bytes, ContentRange } = output;
  if (!(source instanceof Readable)) throw new TypeError('The S3 client gave a body that is no Node stream.');
  const totalBytes = wantsSpan ? Number(/\/(\d+)$/.exec(ContentRange ?? '')?.[1]) : bytes;
  if (bytes === undefined || totalBytes === undefined || Number.isNaN(totalBytes)) {
    source.destroy();
    const detail =
      'The object store answered without saying how many bytes it sends. The operator must check the server at S3_ENDPOINT.';
    throw new FieldError(storageErrors.storage_misconfigured, detail);
  }
  const body = withExactLength(source, { bytes, stallMs, signal, translate: translateS3Error });
  return { body, bytes, totalBytes, contentType: typeOf(output.ContentType), etag: output.ETag ?? '' };
}

function typeOf(contentType: string | undefined): string {
  return contentType ?? 'application/octet-stream';
}
