import type { Page, Schema, Webhook, WebhookEvent } from '../models.ts';
import type { Operation, QueryOf } from '../operation.ts';
import { eachItem } from '../pages.ts';
import type { RequestOptions, Transport } from '../transport.ts';
import { type HeaderSource, unwrapWebhook } from '../webhook.ts';

type ListQuery = QueryOf<Operation<'get', '/api/v1/webhooks'>>;
type DeliveriesQuery = QueryOf<Operation<'get', '/api/v1/webhooks/{id}/deliveries'>>;
type Delivery = Schema<'DeliveryDto'>;
type WithSecret = Schema<'WebhookWithSecretDto'>;

/** Addresses that are told what happens. */
export class WebhooksResource {
  private readonly transport: Transport;

  constructor(transport: Transport) {
    this.transport = transport;
  }

  /** Checks and reads what arrived at an address; needs no server. See `unwrapWebhook`. */
  unwrap(body: string | Uint8Array, headers: HeaderSource, secrets: string | readonly string[]): Promise<WebhookEvent> {
    return unwrapWebhook(body, headers, secrets);
  }

  /** The answer holds the secret. */
  create(body: Schema<'CreateWebhookDto'>, options?: RequestOptions): Promise<WithSecret> {
    return this.transport.call('post', '/api/v1/webhooks', { body }, options);
  }

  /** One page, newest first. */
  list(query: ListQuery = {}, options?: RequestOptions): Promise<Page<Webhook>> {
    return this.transport.call('get', '/api/v1/webhooks', { query }, options);
  }

  /** All of them, newest first. */
  each(query: ListQuery = {}, options?: RequestOptions): AsyncGenerator<Webhook> {
    return eachItem((cursor) => this.list(cursor === undefined ? query : { ...query, cursor }, options));
  }

  get(id: string, options?: RequestOptions): Promise<Webhook> {
    return this.transport.call('get', '/api/v1/webhooks/{id}', { path: { id } }, options);
  }

  change(id: string, body: Schema<'ChangeWebhookDto'>, options?: RequestOptions): Promise<Webhook> {
    return this.transport.call('put', '/api/v1/webhooks/{id}', { path: { id }, body }, options);
  }

  remove(id: string, options?: RequestOptions): Promise<void> {
    return this.transport.call('delete', '/api/v1/webhooks/{id}', { path: { id } }, options);
  }

  /** A new secret; the one before works for a while longer. */
  rotateSecret(id: string, body: Schema<'RotateWebhookSecretDto'> = {}, options?: RequestOptions): Promise<WithSecret> {
    return this.transport.call('post', '/api/v1/webhooks/{id}/rotate-secret', { path: { id }, body }, options);
  }

  /** The events there are. */
  events(options?: RequestOptions): Promise<Schema<'EventCatalogueDto'>> {
    return this.transport.call('get', '/api/v1/webhooks/events', {}, options);
  }

  /** Sends an example. */
  test(id: string, options?: RequestOptions): Promise<Delivery> {
    return this.transport.call('post', '/api/v1/webhooks/{id}/test', { path: { id } }, options);
  }

  /** One page of what was sent, newest first. */
  deliveries(id: string, query: DeliveriesQuery = {}, options?: RequestOptions): Promise<Page<Delivery>> {
    return this.transport.call('get', '/api/v1/webhooks/{id}/deliveries', { path: { id }, query }, options);
  }

  /** All that was sent, newest first. */
  eachDelivery(id: string, query: DeliveriesQuery = {}, options?: RequestOptions): AsyncGenerator<Delivery> {
    return eachItem((cursor) => this.deliveries(id, cursor === undefined ? query : { ...query, cursor }, options));
  }

  delivery(id: string, deliveryId: string, options?: RequestOptions): Promise<Delivery> {
    return this.transport.call('get', '/api/v1/webhooks/{id}/deliveries/{deliveryId}', { path: { id, deliveryId } }, options);
  }

  /** Sends one again. */
  replay(id: string, deliveryId: string, options?: RequestOptions): Promise<Delivery> {
    const path = '/api/v1/webhooks/{id}/deliveries/{deliveryId}/replay';
    return this.transport.call('post', path, { path: { id, deliveryId } }, options);
  }

  /** Sends again what was missed. */
  replayMissed(id: string, body: Schema<'ReplayWebhookDto'>, options?: RequestOptions): Promise<Schema<'ReplayedDto'>> {
    return this.transport.call('post', '/api/v1/webhooks/{id}/replay', { path: { id }, body }, options);
  }
}
