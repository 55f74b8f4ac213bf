import type { FastifyReply, FastifyRequest } from 'fastify';
import { contentDisposition, type ObjectStore, parseRange, type ResolvedSpan, storageErrors } from '#storage';
import { FieldError } from '#errors';

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
  if (object === null) throw new FieldError(storageErrors.object_not_found, storageErrors.object_not_found.example);
  const { fileName, contentType = object.contentType, disposition = 'attachment' } = presentation;
  void reply.headers({
    etag: object.etag,
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-cache',
  });
  if (matches(request.headers['if-none-match'], object.etag)) return void reply.code(304).send();

  const span = requestedSpan(request, object.bytes, object.etag);
  if (span === 'unsatisfiable') {
    void reply.header('content-range', `bytes */${object.bytes}`);
    const detail = `The object has ${object.bytes} bytes, and none of them lies in the range ${request.headers.range}. Ask for a range within it.`;
    throw new FieldError(storageErrors.range_not_satisfiable, detail, { members: { totalBytes: object.bytes } });
  }
  void reply.headers({
    'content-type': contentType,
    'content-length': span === 'whole' ? object.bytes : span.end - span.start + 1,
    'content-disposition': contentDisposition(disposition, fileName),
    'content-security-policy': 'sandbox',
    'x-content-type-options': 'nosniff',
  });
  if (span !== 'whole') {
    void reply.code(206).header('content-range', `bytes ${span.start}-${span.end}/${object.bytes}`);
  }
  if (request.method === 'HEAD') return void reply.send();
  const { body } = await store.get(key, span === 'whole' ? {} : span);
  await reply.send(body);
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
