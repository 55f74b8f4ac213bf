import type { ApiKey, Page, Schema } from '../models.ts';
import type { Operation, QueryOf } from '../operation.ts';
import { eachItem } from '../pages.ts';
import type { RequestOptions, Transport } from '../transport.ts';

type ListQuery = QueryOf<Operation<'get', '/api/v1/api-keys'>>;
type UsageQuery = QueryOf<Operation<'get', '/api/v1/api-keys/{id}/usage'>>;

/** Keys with which programs act for people, in one workspace. */
export class ApiKeysResource {
  private readonly transport: Transport;

  constructor(transport: Transport) {
    this.transport = transport;
  }

  /** The answer holds the key itself, this once. */
  create(body: Schema<'CreateApiKeyDto'>, options?: RequestOptions): Promise<Schema<'ApiKeyWithTextDto'>> {
    return this.transport.call('post', '/api/v1/api-keys', { body }, options);
  }

  /** One page, newest first. */
  list(query: ListQuery = {}, options?: RequestOptions): Promise<Page<ApiKey>> {
    return this.transport.call('get', '/api/v1/api-keys', { query }, options);
  }

  /** All of them, newest first. */
  each(query: ListQuery = {}, options?: RequestOptions): AsyncGenerator<ApiKey> {
    return eachItem((cursor) => this.list(cursor === undefined ? query : { ...query, cursor }, options));
  }

  get(id: string, options?: RequestOptions): Promise<ApiKey> {
    return this.transport.call('get', '/api/v1/api-keys/{id}', { path: { id } }, options);
  }

  change(id: string, body: Schema<'ChangeApiKeyDto'>, options?: RequestOptions): Promise<ApiKey> {
    return this.transport.call('put', '/api/v1/api-keys/{id}', { path: { id }, body }, options);
  }

  revoke(id: string, options?: RequestOptions): Promise<void> {
    return this.transport.call('delete', '/api/v1/api-keys/{id}', { path: { id } }, options);
  }

  /** A new text for the same key; the old one works for a while longer. */
  rotate(id: string, body: Schema<'RotateApiKeyDto'> = {}, options?: RequestOptions): Promise<Schema<'ApiKeyWithTextDto'>> {
    return this.transport.call('post', '/api/v1/api-keys/{id}/rotate', { path: { id }, body }, options);
  }

  usage(id: string, query: UsageQuery = {}, options?: RequestOptions): Promise<Schema<'KeyCallsDto'>> {
    return this.transport.call('get', '/api/v1/api-keys/{id}/usage', { path: { id }, query }, options);
  }
}
