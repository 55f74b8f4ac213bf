import type { BegunUpload, Page, Recording, Schema, Upload, UploadState } from '../models.ts';
import type { Operation, QueryOf } from '../operation.ts';
import { eachItem } from '../pages.ts';
import type { RequestOptions, Transport } from '../transport.ts';

type ListQuery = QueryOf<Operation<'get', '/api/v1/uploads'>>;

/** Uploads that take more than one request, step by step; `audio.upload` takes all the steps. */
export class UploadsResource {
  private readonly transport: Transport;

  constructor(transport: Transport) {
    this.transport = transport;
  }

  begin(body: Schema<'NewUploadDto'>, options?: RequestOptions): Promise<BegunUpload> {
    return this.transport.call('post', '/api/v1/uploads', { body }, options);
  }

  /** One page, newest first. */
  list(query: ListQuery = {}, options?: RequestOptions): Promise<Page<Upload>> {
    return this.transport.call('get', '/api/v1/uploads', { query }, options);
  }

  /** All of them, newest first. */
  each(query: ListQuery = {}, options?: RequestOptions): AsyncGenerator<Upload> {
    return eachItem((cursor) => this.list(cursor === undefined ? query : { ...query, cursor }, options));
  }

  /** How far it is, part by part. */
  get(id: string, options?: RequestOptions): Promise<UploadState> {
    return this.transport.call('get', '/api/v1/uploads/{id}', { path: { id } }, options);
  }

  /** URLs for parts: those behind the first hundred, or new ones for those that expired. */
  parts(id: string, numbers: number[], options?: RequestOptions): Promise<Schema<'PartUrlsDto'>> {
    return this.transport.call(
      'post',
      '/api/v1/uploads/{id}/parts',
      { path: { id }, body: { numbers } },
      { ...options, repeatable: true },
    );
  }

  complete(id: string, options?: RequestOptions): Promise<Recording> {
    return this.transport.call('post', '/api/v1/uploads/{id}/complete', { path: { id } }, { ...options, repeatable: true });
  }

  abort(id: string, options?: RequestOptions): Promise<void> {
    return this.transport.call('delete', '/api/v1/uploads/{id}', { path: { id } }, options);
  }
}
