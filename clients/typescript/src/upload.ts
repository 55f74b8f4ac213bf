import { ApiError, ChecksumError } from './errors.ts';
import type { Recording, Schema, UploadState } from './models.ts';
import { sha256Of } from './sha256.ts';
import type { RequestOptions, Transport } from './transport.ts';

/** Up to this many bytes a file goes in one request. */
const DIRECT_BYTES = 8 * 1024 * 1024;
const DEFAULT_PARALLEL = 4;
/** The server gives no more URLs at once. */
const URLS_AT_ONCE = 100;
const BINARY = 'application/octet-stream';

type PartUrl = Schema<'PartUrlDto'>;

export interface UploadProgress {
  /** Those that have arrived; they rise part by part. */
  sentBytes: number;
  totalBytes: number;
}

export interface UploadOptions extends RequestOptions {
  /** What the recording is called; the name of a `File` when left out. */
  name?: string | undefined;
  /** SHA-256 of the file, hexadecimal, where it is known already. */
  sha256?: string | undefined;
  /** An upload that was begun before and did not end; only the missing parts are sent. */
  uploadId?: string | undefined;
  /** Told the id of an upload in parts before anything is sent. Keep it, and an upload that was cut off can go on. */
  onBegun?: ((uploadId: string) => unknown) | undefined;
  onProgress?: ((progress: UploadProgress) => void) | undefined;
  /** Parts that are sent side by side; 4 when left out. */
  parallel?: number | undefined;
  /** Files up to so many bytes go in one request and are held in memory for it, larger ones in parts; 8 MiB when left out. */
  directBytes?: number | undefined;
}

/**
 * Sends a recording: small ones in one request, large ones in parts side by side.
 * @throws ChecksumError when what was stored is not the file
 */
export async function sendRecording(transport: Transport, file: Blob, options: UploadOptions): Promise<Recording> {
  const sha256 = (options.sha256 ?? (await readable(sha256Of(file, options.signal)))).toLowerCase();
  const name = options.name ?? (file instanceof File ? file.name : 'recording');
  const isDirect = options.uploadId === undefined && file.size <= (options.directBytes ?? DIRECT_BYTES);
  const sending = isDirect
    ? sendWhole(transport, file, name, options)
    : new PartsUpload(transport, file, name, sha256, options).send();
  const recording = await sending;
  if (recording.sha256 !== sha256)
    throw new ChecksumError(`The recording ${recording.id} is not the file that was sent. Delete it and send the file again.`);
  return recording;
}

async function sendWhole(transport: Transport, file: Blob, name: string, options: UploadOptions): Promise<Recording> {
  const form = new FormData();
  form.set('file', await inMemory(file), name);
  const request = {
    ...transport.toRoute('post', '/api/v1/audio/upload', { timeoutMs: transport.timeFor(file.size), ...requestOptions(options) }),
    body: form,
  };
  options.onProgress?.({ sentBytes: 0, totalBytes: file.size });
  const recording = await transport.send(request, async (response) => (await response.json()) as Recording);
  options.onProgress?.({ sentBytes: file.size, totalBytes: file.size });
  return recording;
}

/** An upload in parts, from its beginning or from where it was cut off. */
class PartsUpload {
  private readonly transport: Transport;
  private readonly file: Blob;
  private readonly name: string;
  private readonly sha256: string;
  private readonly options: UploadOptions;
  private sentBytes = 0;

  constructor(transport: Transport, file: Blob, name: string, sha256: string, options: UploadOptions) {
    this.transport = transport;
    this.file = file;
    this.name = name;
    this.sha256 = sha256;
    this.options = options;
  }

  async send(): Promise<Recording> {
    const { uploadId } = this.options;
    return uploadId === undefined ? this.begin() : this.goOn(uploadId);
  }

  private async goOn(uploadId: string): Promise<Recording> {
    const upload = await this.transport.call('get', '/api/v1/uploads/{id}', { path: { id: uploadId } }, this.control);
    this.refuseAnotherFile(upload);
    if (upload.status !== 'completed') {
      const partBytes = upload.partBytes ?? this.file.size;
      const arrived = new Set(upload.parts.map(({ number }) => number));
      this.report(upload.parts.reduce((sum, { bytes }) => sum + bytes, 0));
      const missing = numbersTo(Math.ceil(this.file.size / partBytes)).filter((number) => !arrived.has(number));
      await this.sendParts(upload.id, partBytes, missing, []);
    }
    return this.complete(upload.id);
  }

  private async begin(): Promise<Recording> {
    const body = { name: this.name, bytes: this.file.size, sha256: this.sha256 };
    const begun = await this.transport.call('post', '/api/v1/uploads', { body }, requestOptions(this.options));
    await this.options.onBegun?.(begun.id);
    // Under a key of the caller's own this may be the answer to an earlier run, whose parts are there.
    if (this.options.idempotencyKey !== undefined) return this.goOn(begun.id);
    this.report(0);
    const partBytes = begun.partBytes ?? this.file.size;
    await this.sendParts(begun.id, partBytes, numbersTo(Math.ceil(this.file.size / partBytes)), begun.partUrls);
    return this.complete(begun.id);
  }

  /** The requests of one upload beside its first: the key is only for that one. */
  private get control(): RequestOptions {
    return { ...requestOptions(this.options), idempotencyKey: undefined };
  }

  private refuseAnotherFile({ id, bytes, sha256 }: UploadState): void {
    if (bytes === this.file.size && (sha256 === null || sha256 === this.sha256)) return;
    throw new ChecksumError(`The upload ${id} was begun with another file. Give that one, or begin anew.`);
  }

  /** @param known URLs that are there already */
  private async sendParts(id: string, partBytes: number, numbers: number[], known: PartUrl[]): Promise<void> {
    for (let first = 0; first < numbers.length; first += URLS_AT_ONCE) {
      const batch = numbers.slice(first, first + URLS_AT_ONCE);
      const urls = first === 0 && known.length > 0 ? known : await this.urlsOf(id, batch);
      await inParallel(urls, this.options.parallel ?? DEFAULT_PARALLEL, this.options.signal, (part, signal) =>
        this.sendPart(id, part, partBytes, signal),
      );
    }
  }

  private async sendPart(id: string, part: PartUrl, partBytes: number, signal: AbortSignal): Promise<void> {
    const start = (part.number - 1) * partBytes;
    const piece = await inMemory(this.file.slice(start, start + part.bytes));
    try {
      await this.put(part.url, piece, signal);
    } catch (error) {
      // The URL has ended meanwhile.
      if (!(error instanceof ApiError) || error.status !== 403) throw error;
      const [renewed] = await this.urlsOf(id, [part.number]);
      if (renewed === undefined) throw error;
      await this.put(renewed.url, piece, signal);
    }
    this.report(part.bytes);
  }

  private async put(url: string, body: Blob, signal: AbortSignal): Promise<void> {
    const request = {
      ...this.control,
      timeoutMs: this.options.timeoutMs ?? this.transport.timeFor(body.size),
      signal,
      method: 'PUT',
      target: url,
      headers: { 'content-type': BINARY },
      body,
      anonymous: true,
      repeatable: true,
    };
    await this.transport.send(request, (response) => response.arrayBuffer());
  }

  private async urlsOf(id: string, numbers: number[]): Promise<PartUrl[]> {
    const wanted = { path: { id }, body: { numbers } };
    const options = { ...this.control, repeatable: true };
    return (await this.transport.call('post', '/api/v1/uploads/{id}/parts', wanted, options)).partUrls;
  }

  private complete(id: string): Promise<Recording> {
    const options = { timeoutMs: this.transport.timeFor(this.file.size), ...this.control, repeatable: true };
    return this.transport.call('post', '/api/v1/uploads/{id}/complete', { path: { id } }, options);
  }

  private report(bytes: number): void {
    this.sentBytes += bytes;
    this.options.onProgress?.({ sentBytes: this.sentBytes, totalBytes: this.file.size });
  }
}

/**
 * What a blob holds, in memory. A file that changes while it is sent is told here: Node's fetch, given a form with such a file, ends the
 * whole program.
 */
async function inMemory(blob: Blob): Promise<Blob> {
  return new Blob([await readable(blob.arrayBuffer())], { type: BINARY });
}

/** @throws ChecksumError when the file could not be read */
async function readable<Content>(reading: Promise<Content>): Promise<Content> {
  try {
    return await reading;
  } catch (error) {
    if ((error as { name?: unknown } | null)?.name !== 'NotReadableError') throw error;
    throw new ChecksumError('The file cannot be read, or changed since it was opened. Open it again and send it.', {
      cause: error,
    });
  }
}

function requestOptions({ signal, timeoutMs, retries, idempotencyKey }: RequestOptions): RequestOptions {
  return { signal, retries, idempotencyKey, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
}

function numbersTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** Runs so many at once; the first failure ends the others. */
async function inParallel<Item>(
  items: Item[],
  lanes: number,
  outer: AbortSignal | undefined,
  run: (item: Item, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failed = new AbortController();
  const signal = outer === undefined ? failed.signal : AbortSignal.any([outer, failed.signal]);
  const queue = items.values();
  const lane = async (): Promise<void> => {
    for (const item of queue) {
      try {
        await run(item, signal);
      } catch (error) {
        failed.abort(error);
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, lanes) }, lane));
}
