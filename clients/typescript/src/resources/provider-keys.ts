import type { Page, ProviderKey, Schema } from '../models.ts';
import type { Operation, QueryOf } from '../operation.ts';
import { eachItem } from '../pages.ts';
import type { RequestOptions, Transport } from '../transport.ts';

type ListQuery = QueryOf<Operation<'get', '/api/v1/provider-keys'>>;
type UsageQuery = QueryOf<Operation<'get', '/api/v1/provider-keys/{id}/usage'>>;

/** Keys of your own at speech providers. */
export class ProviderKeysResource {
  private readonly transport: Transport;

  constructor(transport: Transport) {
    this.transport = transport;
  }

  add(body: Schema<'AddProviderKeyDto'>, options?: RequestOptions): Promise<ProviderKey> {
    return this.transport.call('post', '/api/v1/provider-keys', { body }, options);
  }

  /** One page, newest first. */
  list(query: ListQuery = {}, options?: RequestOptions): Promise<Page<ProviderKey>> {
    return this.transport.call('get', '/api/v1/provider-keys', { query }, options);
  }

  /** All of them, newest first. */
  each(query: ListQuery = {}, options?: RequestOptions): AsyncGenerator<ProviderKey> {
    return eachItem((cursor) => this.list(cursor === undefined ? query : { ...query, cursor }, options));
  }

  get(id: string, options?: RequestOptions): Promise<ProviderKey> {
    return this.transport.call('get', '/api/v1/provider-keys/{id}', { path: { id } }, options);
  }

  change(id: string, body: Schema<'ChangeProviderKeyDto'>, options?: RequestOptions): Promise<ProviderKey> {
    return this.transport.call('patch', '/api/v1/provider-keys/{id}', { path: { id }, body }, options);
  }

  remove(id: string, options?: RequestOptions): Promise<void> {
    return this.transport.call('delete', '/api/v1/provider-keys/{id}', { path: { id } }, options);
  }

  rotate(id: string, body: Schema<'RotateProviderKeyDto'>, options?: RequestOptions): Promise<ProviderKey> {
    return this.transport.call('post', '/api/v1/provider-keys/{id}/rotate', { path: { id }, body }, options);
  }

  /** Asks the provider whether it takes a key, and keeps nothing. */
  validate(body: Schema<'CheckProviderKeyDto'>, options?: RequestOptions): Promise<Schema<'KeyVerdictDto'>> {
    return this.transport.call('post', '/api/v1/provider-keys/validate', { body }, { ...options, repeatable: true });
  }

  usage(id: string, query: UsageQuery = {}, options?: RequestOptions): Promise<Schema<'KeyUsageDto'>> {
    return this.transport.call('get', '/api/v1/provider-keys/{id}/usage', { path: { id }, query }, options);
  }
}
