import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { crc32 } from 'node:zlib';
import { S3Fault } from './s3-fault.js';
import { hmac, sha256, type Verified } from './signature.js';

const EMPTY_HASH = sha256('');

/**
 * Takes the content out of a request's body and holds it against everything the client said about it: the signed hash, the
 * signatures of its chunks, Content-MD5, checksums in headers or in a trailer.
 * @param raw the body as it came over the wire
 * @throws S3Fault
 */
export function contentOf(raw: Buffer, headers: IncomingHttpHeaders, verified: Verified): Buffer {
  const { payload } = verified;
  if (!payload.startsWith('STREAMING-')) {
    if (payload !== 'UNSIGNED-PAYLOAD' && payload !== sha256(raw)) throw new S3Fault('XAmzContentSHA256Mismatch', 400);
    assertChecksums(raw, headers);
    return raw;
  }
  const { content, trailer } = decodeChunks(raw, verified, headers);
  if (Number(headers['x-amz-decoded-content-length']) !== content.length) throw new S3Fault('IncompleteBody', 400);
  assertChecksums(content, { ...headers, ...trailer });
  return content;
}

/** aws-chunked: `<hex size>[;chunk-signature=<hex>]\r\n<bytes>\r\n`, a chunk of size 0, then trailer lines. */
function decodeChunks(
  raw: Buffer,
  verified: Verified,
  headers: IncomingHttpHeaders,
): { content: Buffer; trailer: Record<string, string> } {
  const signed = verified.payload.startsWith('STREAMING-AWS4-HMAC-SHA256-PAYLOAD');
  const chunks: Buffer[] = [];
  let previous = verified.signature;
  let position = 0;
  for (;;) {
    const lineEnd = raw.indexOf('\r\n', position);
    const line = /^([0-9a-fA-F]+)(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(raw.toString('latin1', position, lineEnd));
    if (lineEnd < 0 || line === null) throw new S3Fault('IncompleteBody', 400);
    const size = parseInt(line[1] ?? '', 16);
    const chunk = raw.subarray(lineEnd + 2, lineEnd + 2 + size);
    if (chunk.length !== size) throw new S3Fault('IncompleteBody', 400);
    if (signed) {
      const expected = chunkSignature(verified, previous, sha256(chunk));
      if (line[2] !== expected) throw new S3Fault('SignatureDoesNotMatch', 403);
      previous = expected;
    }
    position = lineEnd + 2 + size;
    if (size === 0)
      return {
        content: Buffer.concat(chunks),
        trailer: readTrailer(raw.toString('latin1', position), verified, previous, headers),
      };
    if (raw.toString('latin1', position, position + 2) !== '\r\n') throw new S3Fault('IncompleteBody', 400);
    chunks.push(chunk);
    position += 2;
  }
}

function chunkSignature({ signingKey, timestamp, scope }: Verified, previous: string, hash: string): string {
  const toSign = ['AWS4-HMAC-SHA256-PAYLOAD', timestamp, scope, previous, EMPTY_HASH, hash].join('\n');
  return hmac(signingKey, toSign).toString('hex');
}

function readTrailer(text: string, verified: Verified, previous: string, headers: IncomingHttpHeaders): Record<string, string> {
  const lines = text.split('\r\n').filter(Boolean);
  const trailer = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const announced = String(headers['x-amz-trailer'] ?? '')
    .split(',')
    .filter(Boolean);
  if (announced.some((name) => trailer[name.trim().toLowerCase()] === undefined)) throw new S3Fault('MalformedTrailerError', 400);
  if (verified.payload === 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER') {
    const { signingKey, timestamp, scope } = verified;
    const content = announced.map((name) => `${name}:${trailer[name] ?? ''}\n`).join('');
    const toSign = ['AWS4-HMAC-SHA256-TRAILER', timestamp, scope, previous, sha256(content)].join('\n');
    if (trailer['x-amz-trailer-signature'] !== hmac(signingKey, toSign).toString('hex'))
      throw new S3Fault('SignatureDoesNotMatch', 403);
  }
  return trailer;
}

function assertChecksums(content: Buffer, headers: IncomingHttpHeaders): void {
  const { 'content-md5': md5 } = headers;
  if (md5 !== undefined && md5 !== digest('md5', content)) throw new S3Fault('BadDigest', 400);
  for (const [name, given] of Object.entries(headers)) {
    const algorithm = /^x-amz-checksum-(?!algorithm|type|mode)(\w+)$/.exec(name)?.[1];
    if (algorithm !== undefined && given !== checksum(algorithm, content))
      throw new S3Fault('BadDigest', 400, `${name} did not match`);
  }
}

function checksum(algorithm: string, content: Buffer): string {
  if (algorithm === 'sha1' || algorithm === 'sha256') return digest(algorithm, content);
  if (algorithm !== 'crc32') throw new S3Fault('NotImplemented', 501, `The double cannot check ${algorithm}`);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(content));
  return bytes.toString('base64');
}

function digest(algorithm: string, content: Buffer): string {
  return createHash(algorithm).update(content).digest('base64');
}
