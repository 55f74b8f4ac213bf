import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { FieldError } from '#errors';
import { sha256Of } from './file-hash.js';
import { storageErrors } from './storage.errors.js';

/** Seven days: the longest life of a signed URL (the limit of S3's own, https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html). */
export const MAX_LINK_SECONDS = 7 * 24 * 60 * 60;

/** How often an object is fetched that comes other than it was stored. */
const FETCHES = 2;
/** Larger pieces than the usual 64 kB cost fewer trips. */
const READ_BYTES = 1024 * 1024;

export interface PutOptions {
  contentType: string;
  /** Ends the transfer; `put` then rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** A span of bytes, both ends counted (as in HTTP). Without `start` from the first byte, without `end` to the last. */
export interface ByteSpan {
  start?: number;
  end?: number;
}

/** What is known of an object without reading it. */
export interface ObjectHead {
  /** Size of the whole object. */
  bytes: number;
  contentType: string;
  /** Strong entity tag with its quotes; changes whenever the object does. */
  etag: string;
}

export interface ObjectBody {
  /** Ends only after exactly `bytes` bytes, fails otherwise. Read it to its end or destroy it: it holds a socket or a file. */
  body: Readable;
  /** How many bytes `body` gives: less than `totalBytes` when a span was asked for. */
  bytes: number;
  totalBytes: number;
  contentType: string;
  etag: string;
}

export interface ListedObject {
  key: string;
  bytes: number;
  modifiedAt: Date;
}

export interface SignedUrlOptions {
  /** Life of the link, from 1 to `MAX_LINK_SECONDS`. */
  expiresSeconds: number;
  /** The name under which a browser saves the object. */
  fileName?: string;
  /** Type sent in place of the stored one. */
  contentType?: string;
  /** `attachment` (save) when not given; `inline` shows or plays it. */
  disposition?: 'attachment' | 'inline';
}

/** How an object that comes in parts is laid out. */
export interface PartsOptions {
  contentType: string;
  /** Size of every part but the last, which may be smaller; from `MIN_PART_BYTES` on. */
  partBytes: number;
}

/** The smallest part but the last: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
export const MIN_PART_BYTES = 5 * 1024 * 1024;
/** The most parts of one object (same source). */
export const MAX_PARTS = 10_000;

/** A part that lies in the store. */
export interface StoredPart {
  /** From 1 to `MAX_PARTS`. */
  number: number;
  bytes: number;
  /** With its quotes; another one each time the part is put. */
  etag: string;
}

export interface PartUrlOptions {
  /** Life of the URL, from 1 to `MAX_LINK_SECONDS`. */
  expiresSeconds: number;
  /** The exact size of the part; another is refused. */
  bytes: number;
}

/**
 * Where recordings, chunks and results lie. Two kinds exist, an S3 bucket and a directory, and one contract suite holds both
 * to the same behaviour.
 *
 * Keys are made of `A-Z a-z 0-9 . _ - /`, have no empty segment and no segment `.` or `..`, and at most 512 characters;
 * anything else is refused with `invalid_object_key`. Failures are `FieldError`s of `storageErrors`; `storage_unavailable` may pass by
 * itself, `storage_misconfigured` waits for the operator.
 */
export abstract class ObjectStore {
  /**
   * Streams an object into the store; memory does not grow with its size. Readers see the old object or the whole new one, never
   * a part. When the source fails or the signal fires, that error is thrown as it is, and nothing is left behind; `body` is
   * destroyed in each of these cases.
   * @throws FieldError insufficient_storage, storage_unavailable, storage_misconfigured, object_too_large
   */
  abstract put(key: string, body: Readable, options: PutOptions): Promise<{ bytes: number }>;

  /**
   * Puts a local file that nobody changes any more, as `put` does. The disk store may link it instead of copying it.
   * @throws FieldError insufficient_storage, storage_unavailable, storage_misconfigured, object_too_large
   */
  async putFile(key: string, path: string, options: PutOptions): Promise<void> {
    await this.put(key, createReadStream(path, { highWaterMark: READ_BYTES }), options);
  }

  /**
   * Opens an object, or a span of it. An end behind the object's is cut to it.
   * @throws FieldError object_not_found, range_not_satisfiable; the body fails with object_truncated when bytes are missing
   */
  abstract get(key: string, span?: ByteSpan, signal?: AbortSignal): Promise<ObjectBody>;

  /** What is known of an object, or null when there is none. */
  abstract head(key: string): Promise<ObjectHead | null>;

  /** Removes an object. Not an error when there is none. */
  abstract delete(key: string): Promise<void>;

  /**
   * Removes everything under a prefix.
   * @param prefix ends with `/`, so that `a/1` never takes `a/10` with it
   */
  abstract deletePrefix(prefix: string): Promise<void>;

  /**
   * Every object under a prefix, in no promised order, without holding the whole list in memory.
   * @param prefix ends with `/`, or is empty for the whole store
   */
  abstract list(prefix: string): AsyncIterable<ListedObject>;

  /**
   * Brings an object to a local file, replacing what is there. The disk store may link the file instead of copying it, so treat
   * it as read-only. Nothing is left at `toPath` when it fails.
   * @throws FieldError object_not_found, object_truncated, insufficient_storage
   */
  abstract download(key: string, toPath: string, signal?: AbortSignal): Promise<void>;

  /**
   * Brings an object to a local file and makes sure that it is the one that was stored: a store, or the way from it, that changes
   * bytes is tried once more, as the fault may be on the way.
   * @param sha256 of the object, hexadecimal
   * @throws FieldError integrity when it differs again, and nothing is left at `toPath`; what `download` throws
   */
  async downloadIntact(key: string, toPath: string, sha256: string, signal?: AbortSignal): Promise<void> {
    for (let fetch = 1; fetch <= FETCHES; fetch += 1) {
      await this.download(key, toPath, signal);
      if ((await sha256Of(toPath, signal)) === sha256) return;
      await rm(toPath, { force: true });
    }
    throw new FieldError(storageErrors.integrity, storageErrors.integrity.example);
  }

  /** A URL that gives the object to whoever holds it, until it expires. Does not check that the object exists. */
  abstract signedUrl(key: string, options: SignedUrlOptions): Promise<string>;

  /**
   * Begins an object that comes in parts, in any order and each as often as wanted, from whoever has its URL. Nothing of it is seen
   * before `completeParts`.
   * @returns the store's name of the upload
   */
  abstract beginParts(key: string, options: PartsOptions): Promise<string>;

  /** A URL that takes one part by PUT, with its exact size as Content-Length, until it expires. Does not check that the upload is open. */
  abstract partUrl(key: string, uploadId: string, number: number, options: PartUrlOptions): Promise<string>;

  /**
   * Puts one part, in place of an earlier one of its number.
   * @throws FieldError parts_not_found when there is no such upload, part_refused
   */
  abstract putPart(key: string, uploadId: string, number: number, content: Buffer, signal?: AbortSignal): Promise<StoredPart>;

  /**
   * The parts that have arrived whole, by rising number.
   * @throws FieldError parts_not_found when there is no such upload: it was completed, aborted or never begun
   */
  abstract parts(key: string, uploadId: string): Promise<StoredPart[]>;

  /**
   * Makes the object of its parts. Done again, also after a crash in the middle, it finds its own work and is content.
   * @param parts all of them, from number 1 on without a gap
   * @returns the object's hash, hexadecimal, where the store knows it without reading it all
   * @throws FieldError parts_not_found, part_refused when one of them is not there as it was listed
   */
  abstract completeParts(key: string, uploadId: string, parts: readonly StoredPart[]): Promise<{ sha256: string | null }>;

  /** Gives an upload in parts up and removes what has come. Not an error when there is none. */
  abstract abortParts(key: string, uploadId: string): Promise<void>;

  /**
   * Removes what killed processes left of unfinished `put`s, and uploads in parts that nobody completed.
   * @param olderThan transfers that moved later may still be running and are left alone
   * @param prefix only those of keys that begin with it: other programs may use the bucket too
   * @returns how many were removed
   */
  abstract removeUnfinished(olderThan: Date, prefix?: string): Promise<number>;

  /** Returns when objects can be read and written; otherwise throws a FieldError that says what to put right. */
  abstract checkStorage(): Promise<void>;
}
