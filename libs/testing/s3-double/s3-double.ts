import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { type OperationName, operationOf, perform, type S3Answer } from './operations.js';
import { contentOf } from './request-body.js';
import { type FaultMode, S3Fault } from './s3-fault.js';
import { type Credentials, verifySignature } from './signature.js';
import { type OpenUpload, type StoredObject, StoredObjects } from './stored-objects.js';
import { toXml } from './xml.js';

const SLOW_BYTES_PER_SECOND = 1024;
const MIB = 1024 * 1024;
/** Long enough for a busy machine: a connection that is closed just when it is used again fails a request that nothing was wrong with. */
const KEEP_ALIVE_MS = 60_000;

interface S3DoubleSettings {
  bucket: string;
  region: string;
  credentials: Credentials;
  /** Smallest part but the last; S3's own is 5 MiB. */
  minPartBytes: number;
}

const SETTINGS: S3DoubleSettings = {
  bucket: 'recordings',
  region: 'us-east-1',
  credentials: { accessKeyId: 'steno-test', secretAccessKey: 'steno-test-secret' },
  minPartBytes: 5 * MIB,
};

/** A small S3 that is strict about signatures and checksums, and misbehaves when told to. Start it with `startS3Double`. */
export class S3Double {
  /** Every operation asked for, in order, refused ones included. */
  readonly requests: OperationName[] = [];
  private mode: FaultMode = 'ok';
  private only?: OperationName[];
  private faulty = 0;
  private readonly server: Server;

  constructor(
    readonly settings: S3DoubleSettings,
    private readonly directory: string,
    private readonly stored: StoredObjects,
  ) {
    this.server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => void this.serve(request, response));
  }

  get endpoint(): string {
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('The S3 double is not listening.');
    return `http://127.0.0.1:${address.port}`;
  }

  get objects(): StoredObject[] {
    return this.stored.sorted('');
  }

  get openUploads(): OpenUpload[] {
    return [...this.stored.uploads.values()];
  }

  /** Connections that are in the middle of something or kept alive. */
  connections(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
    });
  }

  /** From now on requests fail in this way, or only those of the named operations; `ok` ends it. */
  fail(mode: FaultMode, ...only: OperationName[]): void {
    this.mode = mode;
    this.only = only.length > 0 ? only : undefined;
    this.faulty = 0;
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve, reject) => this.server.once('error', reject).listen(0, '127.0.0.1', resolve));
    return this;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
    await rm(this.directory, { recursive: true, force: true });
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => response.destroy());
    try {
      await this.answer(request, response);
    } catch (error) {
      // The client went away, which tests do on purpose.
      if (request.socket.destroyed || response.headersSent) return void response.destroy();
      const fault = error instanceof S3Fault ? error : new S3Fault('InternalError', 500, String(error));
      const xml = request.method === 'HEAD' ? '' : toXml('Error', { Code: fault.code, Message: fault.message });
      response.writeHead(fault.status, { 'content-type': 'application/xml', ...fault.headers }).end(xml);
    }
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', headers } = request;
    const url = new URL(request.url ?? '', 'http://double');
    const path = decodeURIComponent(url.pathname);
    const [, bucket = '', ...segments] = path.split('/');
    const key = segments.join('/');
    const operation = operationOf(method, key, url.searchParams);
    this.requests.push(operation);
    const mode = this.modeOf(operation);
    if (mode === 'reset' && operation !== 'GetObject') return void request.socket.resetAndDestroy();
    const raw = await readBody(request, mode === 'slow');
    if (mode === 'hang') return;
    failWhenAsked(mode);

    const verified = verifySignature(
      { method, path, query: url.searchParams, headers },
      this.settings.credentials,
      this.settings.region,
    );
    if (bucket !== this.settings.bucket) throw new S3Fault('NoSuchBucket', 404);
    const content = contentOf(raw, headers, verified);
    const answer = await perform(operation, this.stored, { bucket, key, query: url.searchParams, headers, content });
    await send(method, response, answer, mode);
  }

  private modeOf(operation: OperationName): FaultMode {
    if (this.only !== undefined && !this.only.includes(operation)) return 'ok';
    this.faulty += 1;
    if (this.mode === '503third') return this.faulty % 3 === 0 ? '503' : 'ok';
    return this.mode;
  }
}

/** Starts a double with one empty bucket on a free port of this machine. Stop it in the end. */
export async function startS3Double(settings: Partial<S3DoubleSettings> = {}): Promise<S3Double> {
  const complete = { ...SETTINGS, ...settings };
  const directory = await mkdtemp(join(tmpdir(), 's3-double-'));
  return new S3Double(complete, directory, new StoredObjects(directory, complete.minPartBytes)).start();
}

function failWhenAsked(mode: FaultMode): void {
  if (mode === '503') throw new S3Fault('SlowDown', 503, 'Please reduce your request rate.');
  if (mode === 'denied') throw new S3Fault('AccessDenied', 403);
  if (mode === 'full') throw new S3Fault('XMinioStorageFull', 507);
}

async function readBody(request: IncomingMessage, slow: boolean): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    if (slow) await delay((chunk.length / SLOW_BYTES_PER_SECOND) * 1000);
  }
  return Buffer.concat(chunks);
}

async function send(method: string, response: ServerResponse, answer: S3Answer, mode: FaultMode): Promise<void> {
  const { status = 200, headers = {}, xml, file } = answer;
  response.writeHead(status, {
    'x-amz-request-id': 'double',
    ...(xml === undefined ? {} : { 'content-type': 'application/xml' }),
    ...headers,
  });
  if (method === 'HEAD' || file === undefined || file.end < file.start)
    return void response.end(method === 'HEAD' ? undefined : xml);
  const { start, end, object } = file;
  const half = start + Math.floor((end - start) / 2);
  const cut = mode === 'truncate' || mode === 'reset';
  const source = createReadStream(object.path, {
    start,
    end: cut ? half : end,
    ...(mode === 'slow' ? { highWaterMark: 256 } : {}),
  });
  await pipeline(source, (chunks) => misbehaving(chunks, mode, half - start), response, { end: !cut });
  if (mode === 'truncate') response.socket?.end();
  if (mode === 'reset') response.socket?.resetAndDestroy();
}

async function* misbehaving(chunks: AsyncIterable<Buffer>, mode: FaultMode, corruptAt: number): AsyncIterable<Buffer> {
  let position = 0;
  for await (const chunk of chunks) {
    const at = corruptAt - position;
    if (mode === 'corrupt' && at >= 0 && at < chunk.length) chunk.writeUInt8((chunk.readUInt8(at) ^ 0xff) & 0xff, at);
    if (mode === 'slow') await delay((chunk.length / SLOW_BYTES_PER_SECOND) * 1000);
    position += chunk.length;
    yield chunk;
  }
}
