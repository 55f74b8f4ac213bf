import { Injectable } from '@nestjs/common';
import { AuditLog } from '#audit';
import { Database, type DeliveryStatus, type WebhookEndpoint, type WorkspaceTransaction } from '#database';
import { FieldError } from '#errors';
import { IdempotentEffects } from '#idempotency';
import { type Actor, auditActorOf } from '#identity';
import type { Page, PageRequest } from '#paging';
import { DeliveriesRepository, type ListedDelivery } from './deliveries.repository.js';
import { EndpointsRepository } from './endpoints.repository.js';
import { ProductEvents } from './product-events.js';
import { webhooksErrors } from './webhooks.errors.js';
import { found } from './webhooks.service.js';

/** What became of the events an endpoint was owed, and how it gets them once more. */
@Injectable()
export class ReplayService {
  constructor(
    private readonly database: Database,
    private readonly endpoints: EndpointsRepository,
    private readonly deliveries: DeliveriesRepository,
    private readonly events: ProductEvents,
    private readonly audit: AuditLog,
    private readonly effects: IdempotentEffects,
  ) {}

  /**
   * Newest first.
   * @throws FieldError webhook_not_found
   */
  async list(
    { workspaceId }: Actor,
    id: string,
    request: PageRequest,
    statuses: readonly DeliveryStatus[],
  ): Promise<Page<ListedDelivery>> {
    return this.database.inWorkspace(workspaceId, async (tx) => {
      found(await this.endpoints.find(tx, id));
      return this.deliveries.list(tx, id, request, statuses);
    });
  }

  /** @throws FieldError webhook_not_found, webhook_delivery_not_found */
  async get({ workspaceId }: Actor, id: string, deliveryId: string): Promise<ListedDelivery> {
    return this.database.inWorkspace(workspaceId, async (tx) => {
      found(await this.endpoints.find(tx, id));
      return this.findIn(tx, id, deliveryId);
    });
  }

  /**
   * Sends an event that says that it is a test. Also to an endpoint that is disabled.
   * @throws FieldError webhook_not_found
   */
  async test({ workspaceId }: Actor, id: string): Promise<ListedDelivery> {
    return this.database.inWorkspace(workspaceId, async (tx) => {
      found(await this.endpoints.lock(tx, id));
      const deliveryId = await this.events.recordFor(tx, workspaceId, 'webhook.test', id, { webhookId: id });
      await this.effects.mark(tx, `/api/v1/webhooks/${id}/deliveries/${deliveryId}`);
      return this.findIn(tx, id, deliveryId);
    });
  }

  /**
   * Sends an event once more, with the same id: a receiver that has it already knows it again.
   * @throws FieldError webhook_not_found, webhook_delivery_not_found, webhook_disabled, webhook_delivery_under_way
   */
  async replayOne(actor: Actor, id: string, deliveryId: string): Promise<ListedDelivery> {
    return this.database.inWorkspace(actor.workspaceId, async (tx) => {
      refuseDisabled(found(await this.endpoints.lock(tx, id)));
      const delivery = await this.findIn(tx, id, deliveryId);
      if (delivery.status === 'sending')
        throw new FieldError(webhooksErrors.webhook_delivery_under_way, webhooksErrors.webhook_delivery_under_way.example);
      await this.effects.mark(tx, `/api/v1/webhooks/${id}/deliveries/${deliveryId}`);
      await this.deliveries.resetTries(tx, deliveryId);
      await this.deliveries.again(tx, delivery, 0);
      await this.record(tx, actor, id, { deliveryId });
      return this.findIn(tx, id, deliveryId);
    });
  }

  /**
   * Sends everything an endpoint did not get since a time: what failed, what it missed while it was disabled, and what it subscribed
   * to only later.
   * @param since by default when the endpoint was made
   * @returns how many events
   * @throws FieldError webhook_not_found, webhook_disabled
   */
  async replayMissed(actor: Actor, id: string, since?: Date): Promise<number> {
    return this.database.inWorkspace(actor.workspaceId, async (tx) => {
      const endpoint = found(await this.endpoints.lock(tx, id));
      refuseDisabled(endpoint);
      await this.effects.mark(tx, `/api/v1/webhooks/${id}/deliveries`);
      const from = since ?? endpoint.createdAt;
      const deliveries = await this.deliveries.replay(tx, id, { owed: from, unowed: from }, endpoint.events);
      await this.record(tx, actor, id, { deliveries, since: since?.toISOString() ?? null });
      return deliveries;
    });
  }

  private async findIn(tx: WorkspaceTransaction, id: string, deliveryId: string): Promise<ListedDelivery> {
    const delivery = await this.deliveries.findWithEvent(tx, deliveryId);
    if (delivery?.endpointId === id) return delivery;
    throw new FieldError(webhooksErrors.webhook_delivery_not_found, webhooksErrors.webhook_delivery_not_found.example);
  }

  private async record(
    tx: WorkspaceTransaction,
    actor: Actor,
    id: string,
    details: Record<string, string | number | null>,
  ): Promise<void> {
    await this.audit.record(tx, {
      workspaceId: tx.workspaceId,
      actor: auditActorOf(actor),
      action: 'webhook.replayed',
      target: { kind: 'webhook', id },
      details,
    });
  }
}

function refuseDisabled({ status }: WebhookEndpoint): void {
  if (status === 'disabled') throw new FieldError(webhooksErrors.webhook_disabled, webhooksErrors.webhook_disabled.example);
}
