import { ImportFailedError } from '../errors.ts';
import type { Page, Recording, Schema } from '../models.ts';
import type { Operation, QueryOf } from '../operation.ts';
import { eachItem } from '../pages.ts';
import { pause } from '../pause.ts';
import type { RequestOptions, Transport } from '../transport.ts';
import { sendRecording, type UploadOptions } from '../upload.ts';

/** How often it is asked whether the server has fetched a file. */
const IMPORT_POLL_MS = 1_000;

type ListQuery = QueryOf<Operation<'get', '/api/v1/audio'>>;
type DownloadQuery = QueryOf<Operation<'get', '/api/v1/audio/{id}/download'>>;
type LinkQuery = QueryOf<Operation<'get', '/api/v1/audio/{id}/url'>>;

/** Recordings. */
export class AudioResource {
  private readonly transport: Transport;

  constructor(transport: Transport) {
    this.transport = transport;
  }

  /**
   * Sends a recording: in one request when it is small, else in parts side by side, which can go on after a crash. What is stored is
   * checked by SHA-256. On Node a file is a Blob by `await openAsBlob(path)` of node:fs, which does not read it into memory.
   */
  upload(file: Blob, options: UploadOptions = {}): Promise<Recording> {
    return sendRecording(this.transport, file, options);
  }

  /** Has the server fetch a recording; `uploads.get` tells how far it is. */
  import(body: Schema<'ImportDto'>, options?: RequestOptions): Promise<Schema<'UploadDto'>> {
    return this.transport.call('post', '/api/v1/audio/import', { body }, options);
  }

  /**
   * Has the server fetch a recording and waits until it has it.
   * @throws ImportFailedError when it could not; whatever else ends the waiting, the import goes on
   */
  async importAndWait(body: Schema<'ImportDto'>, options: RequestOptions = {}): Promise<Recording> {
    const { id } = await this.import(body, options);
    return this.waitForImport(id, options);
  }

  /**
   * Waits until the server has fetched a recording.
   * @param id of the import
   * @throws ImportFailedError when it could not; whatever else ends the waiting, the import goes on
   */
  async waitForImport(id: string, options: RequestOptions = {}): Promise<Recording> {
    for (;;) {
      const upload = await this.transport.call('get', '/api/v1/uploads/{id}', { path: { id } }, options);
      if (upload.audioId !== null) return this.get(upload.audioId, options);
      if (upload.finishedAt !== null) throw new ImportFailedError(upload);
      await pause(IMPORT_POLL_MS, options.signal);
    }
  }

  /** Makes one recording of two of the same event, a track each. */
  join(id: string, body: Schema<'SecondTrackDto'>, options?: RequestOptions): Promise<Recording> {
    return this.transport.call('post', '/api/v1/audio/{id}/second-track', { path: { id }, body }, options);
  }

  /** One page, newest first. */
  list(query: ListQuery = {}, options?: RequestOptions): Promise<Page<Recording>> {
    return this.transport.call('get', '/api/v1/audio', { query }, options);
  }

  /** All of them, newest first. */
  each(query: ListQuery = {}, options?: RequestOptions): AsyncGenerator<Recording> {
    return eachItem((cursor) => this.list(cursor === undefined ? query : { ...query, cursor }, options));
  }

  get(id: string, options?: RequestOptions): Promise<Recording> {
    return this.transport.call('get', '/api/v1/audio/{id}', { path: { id } }, options);
  }

  remove(id: string, options?: RequestOptions): Promise<void> {
    return this.transport.call('delete', '/api/v1/audio/{id}', { path: { id } }, options);
  }

  /** The file as it was sent. `timeoutMs` is for all of it; without one it may take as long as it needs. */
  download(id: string, query: DownloadQuery = {}, options: RequestOptions = {}): Promise<Blob> {
    const request = this.transport.toRoute('get', '/api/v1/audio/{id}/download', {
      timeoutMs: 2 ** 31 - 1,
      ...options,
      parameters: { id },
      query,
    });
    return this.transport.send(request, (response) => response.blob());
  }

  /** A link to the file that works without signing in, for a while. */
  link(id: string, query: LinkQuery = {}, options?: RequestOptions): Promise<Schema<'LinkDto'>> {
    return this.transport.call('get', '/api/v1/audio/{id}/url', { path: { id }, query }, options);
  }
}
