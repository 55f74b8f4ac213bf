import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FieldError } from '#errors';
import { parseRange, type ResolvedSpan } from '../byte-range.js';
import { contentDisposition } from '../content-disposition.js';
import type { ObjectStore } from '../object-store.js';
import { objectNotFound, storageErrors } from '../storage.errors.js';

/** How an object goes to a browser. */
export interface Presentation {
  fileName?: string;
  /** Type sent in place of the stored one. */
  contentType?: string;
  /** `attachment` when not given. */
  disposition?: 'attachment' | 'inline';
}

/**
 * Answers a GET or HEAD with an object: 200, 206 for a range, 304 when the client has it, 416 for a range outside it
 * (RFC 9110 §13 and §14). Whatever its type says, a browser neither guesses another nor runs anything in it.
 * @throws FieldError object_not_found, range_not_satisfiable, or what the store throws
 */
export async function sendObject(
  request: FastifyRequest,
  reply: FastifyReply,
  store: ObjectStore,
  key: string,
  presentation: Presentation = {},
): Promise<void> {
  const object = await store.head(key);
  if (object === null) throw objectNotFound();
  const { bytes, etag } = object;
  const kept = { etag, 'cache-control': 'private, no-cache' };
  if (matches(request.headers['if-none-match'], etag)) return void reply.code(304).headers(kept).send();
  const span = requestedSpan(request, bytes, etag);
  if (span === 'unsatisfiable') {
    void reply.header('content-range', `bytes */${bytes}`);
    const detail = `The object has ${bytes} bytes, and none of them lies in the range that was asked for. Ask for a range within it.`;
    throw new FieldError(storageErrors.range_not_satisfiable, detail, { members: { totalBytes: bytes } });
  }
  const partial = span === 'whole' ? undefined : span;
  // Opened before any header is set: an error must not go out with the headers of an object.
  const opened = request.method === 'HEAD' ? undefined : await store.get(key, partial);
  const { fileName, contentType = object.contentType, disposition = 'attachment' } = presentation;
  void reply.code(partial === undefined ? 200 : 206).headers({
    ...kept,
    'accept-ranges': 'bytes',
    'content-type': contentType,
    'content-length': opened?.bytes ?? bytes,
    'content-disposition': contentDisposition(disposition, fileName),
    'content-security-policy': 'sandbox',
    'x-content-type-options': 'nosniff',
  });
  if (partial !== undefined) void reply.header('content-range', `bytes ${partial.start}-${partial.end}/${bytes}`);
  // An empty stream and not nothing: for nothing Fastify would set the length to 0.
  void reply.send(opened?.body ?? Readable.from([]));
}

/** Ranges are for GET only, and a stale `If-Range` asks for the whole object (RFC 9110 §14.2, §13.1.5). */
function requestedSpan(request: FastifyRequest, bytes: number, etag: string): ResolvedSpan | 'whole' | 'unsatisfiable' {
  const condition = request.headers['if-range'];
  if (request.method !== 'GET' || (condition !== undefined && condition !== etag)) return 'whole';
  return parseRange(request.headers.range, bytes);
}

/** `If-None-Match` compares weakly (RFC 9110 §13.1.2). */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.trim() === '*' || header.split(',').some((candidate) => candidate.trim().replace(/^W\//, '') === etag);
}
