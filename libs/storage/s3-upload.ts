import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { Logger } from '@nestjs/common';
import { FieldError, messageOf } from '#errors';
import { MAX_PARTS } from './object-store.js';
import { partsOf } from './part-buffers.js';
import { onS3 } from './s3-errors.js';
import { storageErrors } from './storage.errors.js';

/** Parts on their way at once: the next one fills while these travel. */
const PARTS_IN_FLIGHT = 2;
/** Assembling a large object, or removing a thousand, takes a store its time. */
export const LONG_TIMEOUT_MS = 60_000;
/** A link slower than this (2 Mbit/s) counts as broken: a transfer may take the time of an answer and its bytes divided by it. */
export const SLOWEST_BYTES_PER_MS = 256;

const logger = new Logger('S3Upload');

export interface UploadTarget {
  client: S3Client;
  /** For the requests that carry bytes. */
  sender: S3Client;
  bucket: string;
  key: string;
  contentType: string;
  /** Size of every part but the last; 8 MiB or more outside tests (S3 refuses less than 5 MiB). */
  partBytes: number;
  requestTimeoutMs: number;
}

/**
 * Uploads a stream of unknown length: in one request when it fits into one part, as a multipart upload otherwise, which is aborted on
 * any failure. Written on the plain commands and not on `@aws-sdk/lib-storage`: that one joins parts into ever new double-sized
 * buffers, and neither gives requests an abort signal nor waits for them before it lets go.
 * @param stop ends everything; aborted here when a part fails, so that a slow source is not waited for
 * @returns the size of the object
 */
export async function uploadStream(target: UploadTarget, chunks: AsyncIterable<Buffer>, stop: AbortController): Promise<number> {
  const parts = partsOf(chunks, target.partBytes);
  const first = await parts.next();
  const head: Buffer = first.done === true ? Buffer.alloc(0) : first.value;
  if (head.length === target.partBytes) return uploadParts(target, head, parts, stop);
  const { sender, bucket: Bucket, key: Key, contentType: ContentType } = target;
  const command = new PutObjectCommand({ Bucket, Key, ContentType, Body: head, ContentLength: head.length });
  await onS3(() => sender.send(command, timing(target, head.length, stop.signal)));
  return head.length;
}

async function uploadParts(
  target: UploadTarget,
  head: Buffer,
  rest: AsyncIterable<Buffer>,
  stop: AbortController,
): Promise<number> {
  const { client, bucket: Bucket, key: Key, contentType: ContentType } = target;
  const create = new CreateMultipartUploadCommand({ Bucket, Key, ContentType });
  // Not stopped: an upload whose id we never heard could not be aborted.
  const { UploadId } = await onS3(() => client.send(create));
  const sent: Promise<CompletedPart>[] = [];
  try {
    stop.signal.throwIfAborted();
    const bytes = await sendParts(target, UploadId, head, rest, stop, sent);
    const complete = new CompleteMultipartUploadCommand({
      Bucket,
      Key,
      UploadId,
      MultipartUpload: { Parts: await Promise.all(sent) },
    });
    await onS3(() => client.send(complete, { abortSignal: stop.signal, requestTimeout: LONG_TIMEOUT_MS }));
    return bytes;
  } catch (error) {
    stop.abort(error);
    // A part that lands after the abort would bring the upload back to life.
    await Promise.allSettled(sent);
    await abortUpload(client, { Bucket, Key, UploadId });
    throw error;
  }
}

async function sendParts(
  target: UploadTarget,
  uploadId: string | undefined,
  head: Buffer,
  rest: AsyncIterable<Buffer>,
  stop: AbortController,
  sent: Promise<CompletedPart>[],
): Promise<number> {
  const inFlight = new Set<Promise<CompletedPart>>();
  let bytes = 0;
  const send = async (part: Buffer): Promise<void> => {
    if (sent.length === MAX_PARTS) throw tooLarge(target.partBytes);
    bytes += part.length;
    const sending = sendPart(target, uploadId, sent.length + 1, part, stop.signal).finally(() => inFlight.delete(sending));
    sending.catch((error: unknown) => stop.abort(error));
    sent.push(sending);
    inFlight.add(sending);
    if (inFlight.size >= PARTS_IN_FLIGHT) await Promise.race(inFlight);
  };
  await send(head);
  for await (const part of rest) await send(part);
  return bytes;
}

async function sendPart(
  target: UploadTarget,
  UploadId: string | undefined,
  PartNumber: number,
  Body: Buffer,
  signal: AbortSignal,
): Promise<CompletedPart> {
  const { sender, bucket: Bucket, key: Key } = target;
  const command = new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body, ContentLength: Body.length });
  const { ETag } = await onS3(() => sender.send(command, timing(target, Body.length, signal)));
  return { ETag, PartNumber };
}

function timing(
  target: UploadTarget,
  bytes: number,
  abortSignal: AbortSignal,
): { abortSignal: AbortSignal; requestTimeout: number } {
  return { abortSignal, requestTimeout: target.requestTimeoutMs + Math.ceil(bytes / SLOWEST_BYTES_PER_MS) };
}

/** Gives an unfinished upload up. When even that fails, `removeUnfinished` finds it later. */
export async function abortUpload(
  client: S3Client,
  upload: { Bucket: string; Key?: string; UploadId?: string },
): Promise<boolean> {
  try {
    await client.send(new AbortMultipartUploadCommand({ Bucket: upload.Bucket, Key: upload.Key, UploadId: upload.UploadId }));
    return true;
  } catch (error) {
    logger.warn(`An unfinished upload of ${upload.Key} could not be aborted and waits for the sweep: ${messageOf(error)}`);
    return false;
  }
}

function tooLarge(partBytes: number): FieldError {
  const most = Math.floor((partBytes * MAX_PARTS) / 1e9);
  return new FieldError(
    storageErrors.object_too_large,
    `The object is larger than ${most} GB, the most that ${MAX_PARTS} parts hold. Send it in pieces.`,
  );
}
