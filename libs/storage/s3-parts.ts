import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListPartsCommand,
  type ListPartsCommandOutput,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { FieldError } from '#errors';
import type { PartUrlOptions, StoredPart } from './object-store.js';
import { onS3 } from './s3-errors.js';
import { LONG_TIMEOUT_MS, SLOWEST_BYTES_PER_MS } from './s3-upload.js';
import { partRefused, partsNotFound, storageErrors } from './storage.errors.js';

/** An object on its way into a bucket in parts. */
export interface S3PartsTarget {
  client: S3Client;
  bucket: string;
  key: string;
  uploadId: string;
}

/** @returns the id that S3 gives the upload */
export async function beginS3Parts(client: S3Client, Bucket: string, Key: string, ContentType: string): Promise<string> {
  const { UploadId } = await onS3(() => client.send(new CreateMultipartUploadCommand({ Bucket, Key, ContentType })));
  if (UploadId === undefined) throw new TypeError('The S3 server began an upload without naming it.');
  return UploadId;
}

/** A presigned URL; the length is among what is signed, so that no other part than the one announced passes. */
export async function s3PartUrl(
  target: S3PartsTarget,
  number: number,
  { expiresSeconds, bytes }: PartUrlOptions,
): Promise<string> {
  const command = new UploadPartCommand({ ...named(target), PartNumber: number, ContentLength: bytes });
  return onS3(() => getSignedUrl(target.client, command, { expiresIn: expiresSeconds }));
}

/** @throws FieldError parts_not_found */
export async function putS3Part(
  target: S3PartsTarget,
  number: number,
  content: Buffer,
  answerMs: number,
  abortSignal?: AbortSignal,
): Promise<StoredPart> {
  const bytes = content.length;
  const command = new UploadPartCommand({ ...named(target), PartNumber: number, Body: content, ContentLength: bytes });
  const requestTimeout = answerMs + Math.ceil(bytes / SLOWEST_BYTES_PER_MS);
  const { ETag = '' } = await ofUpload(() => target.client.send(command, { abortSignal, requestTimeout }));
  return { number, bytes, etag: ETag };
}

/** @throws FieldError parts_not_found */
export async function listS3Parts(target: S3PartsTarget): Promise<StoredPart[]> {
  return ofUpload(async () => {
    const found: StoredPart[] = [];
    for (let after: string | undefined, isMore = true; isMore;) {
      const page: ListPartsCommandOutput = await target.client.send(
        new ListPartsCommand({ ...named(target), PartNumberMarker: after }),
      );
      const { Parts = [], IsTruncated, NextPartNumberMarker } = page;
      found.push(...Parts.map(({ PartNumber = 0, Size = 0, ETag = '' }) => ({ number: PartNumber, bytes: Size, etag: ETag })));
      // The SDK's own pages go by the marker alone, and some servers give one with the last page, too: they would never end.
      isMore = IsTruncated === true;
      after = NextPartNumberMarker;
    }
    return found;
  });
}

/** @throws FieldError parts_not_found, part_refused */
export async function completeS3Parts(target: S3PartsTarget, parts: readonly StoredPart[]): Promise<void> {
  const Parts = parts.map(({ number, etag }) => ({ PartNumber: number, ETag: etag }));
  const command = new CompleteMultipartUploadCommand({ ...named(target), MultipartUpload: { Parts } });
  await ofUpload(() => target.client.send(command, { requestTimeout: LONG_TIMEOUT_MS }));
}

/** Until no part is left: one that was on its way may land after the first abort (so S3's own page on AbortMultipartUpload). */
export async function abortS3Parts(target: S3PartsTarget): Promise<void> {
  const abort = new AbortMultipartUploadCommand(named(target));
  const look = new ListPartsCommand({ ...named(target), MaxParts: 1 });
  try {
    await ofUpload(() => target.client.send(abort));
    await ofUpload(() => target.client.send(look));
    await ofUpload(() => target.client.send(abort));
  } catch (error) {
    if (!(error instanceof FieldError) || error.code !== storageErrors.parts_not_found.code) throw error;
  }
}

function named({ bucket, key, uploadId }: S3PartsTarget): { Bucket: string; Key: string; UploadId: string } {
  return { Bucket: bucket, Key: key, UploadId: uploadId };
}

const REFUSED = new Set(['InvalidPart', 'InvalidPartOrder', 'EntityTooSmall']);

/** The errors that S3 has for uploads in parts alone; the rest as everywhere. */
async function ofUpload<T>(work: () => Promise<T>): Promise<T> {
  return onS3(async () => {
    try {
      return await work();
    } catch (error) {
      const name = error instanceof Error ? error.name : '';
      if (name === 'NoSuchUpload') throw partsNotFound(error);
      if (REFUSED.has(name))
        throw partRefused('The store does not have the parts as they were listed. Look at the upload and send what is missing.');
      throw error;
    }
  });
}
