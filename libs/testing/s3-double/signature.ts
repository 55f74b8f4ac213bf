import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { S3Fault } from './s3-fault.js';

/** What a signature is made over, besides the credentials. */
export interface SignedRequest {
  method: string;
  /** Decoded, as `/bucket/key`. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
}

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
}

/** A signature that held, with what signatures of body chunks go on from. */
export interface Verified {
  /** `x-amz-content-sha256`: a hash in hex, or one of the words for unsigned and streamed bodies. */
  payload: string;
  signature: string;
  signingKey: Buffer;
  timestamp: string;
  scope: string;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const MAX_SKEW_MS = 15 * 60_000;
const MAX_EXPIRES_SECONDS = 604_800;

interface Claim {
  credential: string;
  signedHeaders: string[];
  signature: string;
  timestamp: string;
  payload: string;
  /** Only in presigned URLs. */
  expiresSeconds?: number;
}

/**
 * Checks a request as S3 does (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html): signed headers or
 * a presigned URL, the clock, the scope, and that nothing that matters was left out of the signature.
 * @throws S3Fault
 */
export function verifySignature(request: SignedRequest, credentials: Credentials, region: string, now = Date.now()): Verified {
  const claim = request.query.has('X-Amz-Signature') ? claimOfQuery(request.query) : claimOfHeaders(request.headers);
  const [accessKeyId, date = '', claimedRegion, service, terminator] = claim.credential.split('/');
  if (accessKeyId !== credentials.accessKeyId) throw new S3Fault('InvalidAccessKeyId', 403);
  if (claimedRegion !== region)
    throw new S3Fault('AuthorizationHeaderMalformed', 400, `the region is wrong; expecting '${region}'`);
  if (service !== 's3' || terminator !== 'aws4_request' || !claim.timestamp.startsWith(date)) {
    throw new S3Fault('AuthorizationHeaderMalformed', 400);
  }
  assertTime(claim, now);
  assertCovered(claim, request.headers);

  const scope = [date, region, 's3', 'aws4_request'].join('/');
  const signingKey = [date, region, 's3', 'aws4_request'].reduce<Buffer>(
    (key, part) => hmac(key, part),
    Buffer.from(`AWS4${credentials.secretAccessKey}`),
  );
  const toSign = [ALGORITHM, claim.timestamp, scope, sha256(canonicalRequest(request, claim))].join('\n');
  const expected = hmac(signingKey, toSign);
  const given = Buffer.from(claim.signature, 'hex');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new S3Fault('SignatureDoesNotMatch', 403);
  return { payload: claim.payload, signature: claim.signature, signingKey, timestamp: claim.timestamp, scope };
}

function claimOfHeaders(headers: IncomingHttpHeaders): Claim {
  const { authorization } = headers;
  if (authorization === undefined) throw new S3Fault('AccessDenied', 403);
  const match = /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(authorization);
  if (match === null) throw new S3Fault('AuthorizationHeaderMalformed', 400);
  const [, credential = '', signedHeaders = '', signature = ''] = match;
  const payload = headers['x-amz-content-sha256'];
  if (typeof payload !== 'string') throw new S3Fault('InvalidRequest', 400, 'Missing required header: x-amz-content-sha256');
  return { credential, signedHeaders: signedHeaders.split(';'), signature, payload, timestamp: String(headers['x-amz-date']) };
}

function claimOfQuery(query: URLSearchParams): Claim {
  const value = (name: string): string => {
    const found = query.get(name);
    if (found === null) throw new S3Fault('AuthorizationQueryParametersError', 400, `${name} is missing`);
    return found;
  };
  if (value('X-Amz-Algorithm') !== ALGORITHM) throw new S3Fault('AuthorizationQueryParametersError', 400);
  return {
    credential: value('X-Amz-Credential'),
    signedHeaders: value('X-Amz-SignedHeaders').split(';'),
    signature: value('X-Amz-Signature'),
    timestamp: value('X-Amz-Date'),
    payload: query.get('X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD',
    expiresSeconds: Number(value('X-Amz-Expires')),
  };
}

function assertTime({ timestamp, expiresSeconds }: Claim, now: number): void {
  const signedAt = Date.parse(timestamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (Number.isNaN(signedAt)) throw new S3Fault('AccessDenied', 403, 'The date is missing or malformed');
  if (expiresSeconds === undefined) {
    if (Math.abs(now - signedAt) > MAX_SKEW_MS) throw new S3Fault('RequestTimeTooSkewed', 403);
    return;
  }
  if (!(expiresSeconds >= 1 && expiresSeconds <= MAX_EXPIRES_SECONDS))
    throw new S3Fault('AuthorizationQueryParametersError', 400);
  if (signedAt - now > MAX_SKEW_MS) throw new S3Fault('AccessDenied', 403, 'Request is not valid yet');
  if (now > signedAt + expiresSeconds * 1000) throw new S3Fault('AccessDenied', 403, 'Request has expired');
}

/** The host and every x-amz- header must be signed, or someone on the way could change them. */
function assertCovered({ signedHeaders }: Claim, headers: IncomingHttpHeaders): void {
  const needed = ['host', ...Object.keys(headers).filter((name) => name.startsWith('x-amz-'))];
  const missing = needed.filter((name) => !signedHeaders.includes(name));
  if (missing.length > 0)
    throw new S3Fault('AccessDenied', 403, `There were headers present which were not signed: ${missing.join()}`);
}

function canonicalRequest({ method, path, query, headers }: SignedRequest, { signedHeaders, payload }: Claim): string {
  const pairs = [...query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map((pair) => pair.join('='));
  const headerLines = signedHeaders.map(
    (name) =>
      `${name}:${String(headers[name] ?? '')
        .trim()
        .replace(/ +/g, ' ')}\n`,
  );
  return [
    method,
    path.split('/').map(encode).join('/'),
    pairs.join('&'),
    headerLines.join(''),
    signedHeaders.join(';'),
    payload,
  ].join('\n');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** The encoding of signatures: all but unreserved characters, in upper-case hex. */
export function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

export function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

export function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
