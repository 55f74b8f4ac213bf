import type { IncomingHttpHeaders } from 'node:http';
import { S3Fault } from './s3-fault.js';
import { encode } from './signature.js';
import type { StoredObject, StoredObjects } from './stored-objects.js';
import { elementsOf, textOf, toXml } from './xml.js';

export interface S3Request {
  bucket: string;
  key: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  content: Buffer;
}

export interface S3Answer {
  status?: number;
  headers?: Record<string, string | number>;
  xml?: string;
  /** A span of a stored object as the body; both ends counted. */
  file?: { object: StoredObject; start: number; end: number };
}

type Operation = (objects: StoredObjects, request: S3Request) => S3Answer | Promise<S3Answer>;

const OPERATIONS = {
  HeadBucket: () => ({}),
  ListObjectsV2: listObjects,
  ListMultipartUploads: listUploads,
  DeleteObjects: deleteObjects,
  PutObject: putObject,
  GetObject: (objects, request) => getObject(objects, request),
  HeadObject: (objects, request) => getObject(objects, request),
  DeleteObject: async (objects, { key }) => {
    await objects.delete(key);
    return { status: 204 };
  },
  CreateMultipartUpload: (objects, { bucket, key, headers }) => {
    const { id } = objects.openUpload(key, headers['content-type'] ?? 'binary/octet-stream');
    return { xml: toXml('InitiateMultipartUploadResult', { Bucket: bucket, Key: key, UploadId: id }) };
  },
  UploadPart: async (objects, request) => {
    const part = await objects.putPart(uploadOf(objects, request), Number(request.query.get('partNumber')), request.content);
    return { headers: { etag: part.etag } };
  },
  ListParts: listParts,
  CompleteMultipartUpload: completeUpload,
  AbortMultipartUpload: async (objects, request) => {
    await objects.abort(uploadOf(objects, request));
    return { status: 204 };
  },
} satisfies Record<string, Operation>;

export type OperationName = keyof typeof OPERATIONS;

/** Does what S3's documentation says of the operation. @throws S3Fault */
export function perform(name: OperationName, objects: StoredObjects, request: S3Request): S3Answer | Promise<S3Answer> {
  const operation: Operation = OPERATIONS[name];
  return operation(objects, request);
}

/** Which operation a request means. @throws S3Fault NotImplemented */
export function operationOf(method: string, key: string, query: URLSearchParams): OperationName {
  const uploadId = query.has('uploadId');
  const found = key === '' ? ofBucket(method, query) : ofObject(method, query, uploadId);
  if (found === undefined)
    throw new S3Fault('NotImplemented', 501, `The double has no ${method} with ${[...query.keys()].join()}`);
  return found;
}

function ofBucket(method: string, query: URLSearchParams): OperationName | undefined {
  if (method === 'HEAD') return 'HeadBucket';
  if (method === 'POST' && query.has('delete')) return 'DeleteObjects';
  if (method === 'GET' && query.has('uploads')) return 'ListMultipartUploads';
  return method === 'GET' && query.get('list-type') === '2' ? 'ListObjectsV2' : undefined;
}

function ofObject(method: string, query: URLSearchParams, uploadId: boolean): OperationName | undefined {
  if (method === 'POST' && query.has('uploads')) return 'CreateMultipartUpload';
  if (method === 'POST' && uploadId) return 'CompleteMultipartUpload';
  if (method === 'PUT') return uploadId ? 'UploadPart' : 'PutObject';
  if (method === 'DELETE') return uploadId ? 'AbortMultipartUpload' : 'DeleteObject';
  if (method === 'HEAD') return 'HeadObject';
  if (method === 'GET') return uploadId ? 'ListParts' : 'GetObject';
  return undefined;
}

async function putObject(objects: StoredObjects, { key, headers, content }: S3Request): Promise<S3Answer> {
  if (headers['x-amz-copy-source'] !== undefined) throw new S3Fault('NotImplemented', 501, 'The double does not copy');
  if (headers['if-none-match'] === '*' && objects.objects.has(key)) throw new S3Fault('PreconditionFailed', 412);
  const { etag } = await objects.put(key, content, headers['content-type'] ?? 'binary/octet-stream');
  return { headers: { etag } };
}

function getObject(objects: StoredObjects, { key, query, headers }: S3Request): S3Answer {
  const object = objects.find(key);
  const span = spanOf(headers.range, object.bytes);
  const { start, end } = span ?? { start: 0, end: object.bytes - 1 };
  const disposition = query.get('response-content-disposition');
  return {
    status: span === undefined ? 200 : 206,
    headers: {
      etag: object.etag,
      'accept-ranges': 'bytes',
      'last-modified': object.modifiedAt.toUTCString(),
      'content-length': end - start + 1,
      'content-type': query.get('response-content-type') ?? object.contentType,
      ...(disposition === null ? {} : { 'content-disposition': disposition }),
      ...(span === undefined ? {} : { 'content-range': `bytes ${start}-${end}/${object.bytes}` }),
    },
    file: { object, start, end },
  };
}

/** Written apart from the project's own reading of ranges: a judge must not share the mistakes of the judged. */
function spanOf(range: string | undefined, bytes: number): { start: number; end: number } | undefined {
  const match = /^bytes=(\d+)?-(\d+)?$/.exec(range ?? '');
  if (match === null || (match[1] === undefined && match[2] === undefined)) return undefined;
  const start = match[1] === undefined ? Math.max(0, bytes - Number(match[2])) : Number(match[1]);
  const end = match[1] === undefined || match[2] === undefined ? bytes - 1 : Math.min(Number(match[2]), bytes - 1);
  if (start > end) throw new S3Fault('InvalidRange', 416, 'InvalidRange', { 'content-range': `bytes */${bytes}` });
  return { start, end };
}

function listObjects(objects: StoredObjects, { bucket, query }: S3Request): S3Answer {
  const encoded = query.get('encoding-type') === 'url';
  const shown = (text: string): string => (encoded ? text.split('/').map(encode).join('/') : text);
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const token = query.get('continuation-token');
  const after = token === null ? (query.get('start-after') ?? '') : Buffer.from(token, 'base64url').toString();
  const all = objects.sorted(prefix).filter(({ key }) => Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0);
  const groups = new Map(all.map((object) => [groupOf(object.key, prefix, delimiter) ?? object.key, object]));
  const max = Math.min(Number(query.get('max-keys') ?? 1000), 1000);
  const page = [...groups].slice(0, max);
  const IsTruncated = groups.size > page.length;
  const xml = toXml('ListBucketResult', {
    Name: bucket,
    Prefix: shown(prefix),
    MaxKeys: max,
    KeyCount: page.length,
    IsTruncated,
    EncodingType: encoded ? 'url' : undefined,
    NextContinuationToken: IsTruncated ? Buffer.from(page.at(-1)?.[1].key ?? '').toString('base64url') : undefined,
    Contents: page
      .filter(([name, { key }]) => name === key)
      .map(([, { key, modifiedAt, etag, bytes }]) => ({
        Key: shown(key),
        LastModified: modifiedAt,
        ETag: etag,
        Size: bytes,
        StorageClass: 'STANDARD',
      })),
    CommonPrefixes: page.filter(([name, { key }]) => name !== key).map(([name]) => ({ Prefix: shown(name) })),
  });
  return { xml };
}

/** The common prefix that a key disappears into. */
function groupOf(key: string, prefix: string, delimiter: string): string | undefined {
  const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}

async function deleteObjects(objects: StoredObjects, { headers, content }: S3Request): Promise<S3Answer> {
  const checked =
    headers['content-md5'] ??
    Object.keys(headers).find((name) => /^x-amz-checksum-(crc|sha)/.test(name)) ??
    headers['x-amz-trailer'];
  if (checked === undefined) throw new S3Fault('InvalidRequest', 400, 'Missing required header for this request: Content-MD5');
  const body = content.toString();
  const keys = elementsOf(body, 'Object').map((object) => textOf(object, 'Key'));
  if (keys.length > 1000) throw new S3Fault('MalformedXML', 400);
  for (const key of keys) await objects.delete(key);
  const quiet = body.includes('<Quiet>true</Quiet>');
  return { xml: toXml('DeleteResult', { Deleted: quiet ? [] : keys.map((Key) => ({ Key })) }) };
}

function listUploads(objects: StoredObjects, { bucket, query }: S3Request): S3Answer {
  const prefix = query.get('prefix') ?? '';
  const after = [query.get('key-marker') ?? '', query.get('upload-id-marker') ?? ''].join('\n');
  const max = Math.min(Number(query.get('max-uploads') ?? 1000), 1000);
  const all = [...objects.uploads.values()].map((upload) => ({ ...upload, place: `${upload.key}\n${upload.id}` }));
  const rest = all
    .filter(({ key, place }) => key.startsWith(prefix) && place > after)
    .sort((a, b) => (a.place < b.place ? -1 : 1));
  const page = rest.slice(0, max);
  const IsTruncated = rest.length > page.length;
  const xml = toXml('ListMultipartUploadsResult', {
    Bucket: bucket,
    MaxUploads: max,
    IsTruncated,
    NextKeyMarker: IsTruncated ? page.at(-1)?.key : undefined,
    NextUploadIdMarker: IsTruncated ? page.at(-1)?.id : undefined,
    Upload: page.map(({ key, id, initiatedAt }) => ({ Key: key, UploadId: id, Initiated: initiatedAt })),
  });
  return { xml };
}

function listParts(objects: StoredObjects, request: S3Request): S3Answer {
  const upload = uploadOf(objects, request);
  const after = Number(request.query.get('part-number-marker') ?? 0);
  const max = Math.min(Number(request.query.get('max-parts') ?? 1000), 1000);
  const rest = [...upload.parts.values()].filter(({ number }) => number > after).sort((a, b) => a.number - b.number);
  const page = rest.slice(0, max);
  const IsTruncated = rest.length > page.length;
  const xml = toXml('ListPartsResult', {
    Bucket: request.bucket,
    Key: upload.key,
    UploadId: upload.id,
    MaxParts: max,
    IsTruncated,
    NextPartNumberMarker: page.at(-1)?.number,
    Part: page.map(({ number, etag, bytes, modifiedAt }) => ({
      PartNumber: number,
      ETag: etag,
      Size: bytes,
      LastModified: modifiedAt,
    })),
  });
  return { xml };
}

async function completeUpload(objects: StoredObjects, request: S3Request): Promise<S3Answer> {
  const listed = elementsOf(request.content.toString(), 'Part').map((part) => ({
    number: Number(textOf(part, 'PartNumber')),
    etag: textOf(part, 'ETag'),
  }));
  const object = await objects.complete(uploadOf(objects, request), listed);
  return { xml: toXml('CompleteMultipartUploadResult', { Bucket: request.bucket, Key: object.key, ETag: object.etag }) };
}

function uploadOf(objects: StoredObjects, { query, key }: S3Request): ReturnType<StoredObjects['findUpload']> {
  return objects.findUpload(query.get('uploadId') ?? '', key);
}
