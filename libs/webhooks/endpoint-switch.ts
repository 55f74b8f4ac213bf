import { Injectable } from '@nestjs/common';
import { AuditLog } from '#audit';
import type { DisabledReason, WebhookEndpoint, WorkspaceTransaction } from '#database';
import { JobOutbox } from '#queues';
import { DeliveriesRepository } from './deliveries.repository.js';
import { EndpointsRepository } from './endpoints.repository.js';
import { ProductEvents } from './product-events.js';

/** Turns endpoints off. */
@Injectable()
export class EndpointSwitch {
  constructor(
    private readonly endpoints: EndpointsRepository,
    private readonly deliveries: DeliveriesRepository,
    private readonly events: ProductEvents,
    private readonly outbox: JobOutbox,
    private readonly audit: AuditLog,
  ) {}

  /** Sends an endpoint nothing any more; what waits for it is missed, and can be replayed. */
  async off(tx: WorkspaceTransaction, id: string, reason: DisabledReason): Promise<void> {
    await this.endpoints.disable(tx, id, reason);
    await this.deliveries.missAll(tx, id);
  }

  /** As `off`, because of how the endpoint does: the admins are told by letter, and other endpoints by an event. */
  async offAndTell(tx: WorkspaceTransaction, endpoint: WebhookEndpoint, reason: 'gone' | 'failing'): Promise<void> {
    const { workspaceId } = tx;
    const { id, name } = endpoint;
    await this.off(tx, id, reason);
    await this.events.record(tx, workspaceId, 'webhook.disabled', id, { webhookId: id, reason });
    // Each time it is disabled is another job.
    await this.outbox.add(tx, 'webhooks.warn', {
      workspaceId,
      subjectId: id,
      part: Math.floor(Date.now() / 1_000) - EPOCH_SECONDS,
      payload: { reason },
    });
    await this.audit.record(tx, {
      workspaceId,
      actor: { kind: 'system' },
      action: 'webhook.disabled',
      target: { kind: 'webhook', id },
      details: { name, reason },
    });
  }
}

/** 2026-01-01: keeps the numbers of the jobs in the range of their column. */
const EPOCH_SECONDS = 1_767_225_600;
