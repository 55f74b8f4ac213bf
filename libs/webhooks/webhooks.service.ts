import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { type AuditAction, AuditLog, type AuditRecord } from '#audit';
import { Database, type WebhookEndpoint, type WebhookKind, type WebhookStatus, type WorkspaceTransaction } from '#database';
import { FieldError } from '#errors';
import { IdempotentEffects } from '#idempotency';
import { type Actor, auditActorOf } from '#identity';
import { OutgoingClient, type OutgoingScheme } from '#outgoing';
import type { Page, PageRequest } from '#paging';
import { DeliveriesRepository } from './deliveries.repository.js';
import { EndpointSwitch } from './endpoint-switch.js';
import { type EndpointSecrets, EndpointVault } from './endpoint-secrets.js';
import { EndpointsRepository } from './endpoints.repository.js';
import type { EventType } from './event-catalogue.js';
import { newSecret } from './signing.js';
import { webhooksErrors } from './webhooks.errors.js';

/** In plain text only where the operator's own hosts are meant: the signature proves who sent, and hides nothing. */
export const WEBHOOK_SCHEMES: readonly OutgoingScheme[] = ['https', 'http'];

const MOST_ENDPOINTS = 50;

export interface NewWebhook {
  kind: WebhookKind;
  name: string;
  url: string;
  /** None: all. */
  events: EventType[];
}

/** What is to be another; the rest stays. */
export interface WebhookChange {
  name?: string;
  url?: string;
  events?: EventType[];
  status?: WebhookStatus;
}

/** An endpoint with its address. */
export type Webhook = WebhookEndpoint & { url: string };

/** An endpoint with its secret, which is given out this once. */
export type WebhookWithSecret = Webhook & { secret: string };

/** The endpoints of a workspace. */
@Injectable()
export class WebhooksService {
  constructor(
    private readonly database: Database,
    private readonly endpoints: EndpointsRepository,
    private readonly deliveries: DeliveriesRepository,
    private readonly vault: EndpointVault,
    private readonly power: EndpointSwitch,
    private readonly outgoing: OutgoingClient,
    private readonly audit: AuditLog,
    private readonly effects: IdempotentEffects,
  ) {}

  /** @throws FieldError too_many_webhooks, address_invalid, port_refused, host_not_public */
  async create(actor: Actor, { kind, name, url: given, events }: NewWebhook): Promise<WebhookWithSecret> {
    const url = this.outgoing.check(given, WEBHOOK_SCHEMES).href;
    const id = uuidv7();
    const secret = newSecret();
    return this.database.inWorkspace(actor.workspaceId, async (tx) => {
      if ((await this.endpoints.lockAndCount(tx)) >= MOST_ENDPOINTS)
        throw new FieldError(webhooksErrors.too_many_webhooks, webhooksErrors.too_many_webhooks.example);
      await this.effects.mark(tx, `/api/v1/webhooks/${id}`);
      const sealed = await this.vault.seal(tx, id, { url, secret });
      await this.endpoints.insert(tx, { id, kind, name, sealed, events, createdBy: actor.userId });
      await this.record(tx, actor, 'webhook.created', id, { kind, name, host: new URL(url).host, events });
      return { ...found(await this.endpoints.find(tx, id)), url, secret };
    });
  }

  /** Newest first. */
  async list({ workspaceId }: Actor, request: PageRequest): Promise<Page<Webhook>> {
    return this.database.inWorkspace(workspaceId, async (tx) => {
      const { items, ...page } = await this.endpoints.list(tx, request);
      const webhooks: Webhook[] = [];
      for (const endpoint of items) webhooks.push(await this.opened(tx, endpoint));
      return { ...page, items: webhooks };
    });
  }

  /** @throws FieldError webhook_not_found, also for another workspace's */
  async get({ workspaceId }: Actor, id: string): Promise<Webhook> {
    return this.database.inWorkspace(workspaceId, (tx) => this.look(tx, id));
  }

  /**
   * Changes what is named and leaves the rest. One that is made active begins anew. If it was turned off because of how it did, it is
   * sent what it missed; if somebody turned it off, that has to be asked for.
   * @throws FieldError webhook_not_found, address_invalid, port_refused, host_not_public
   */
  async change(actor: Actor, id: string, { name, url: given, events, status }: WebhookChange): Promise<Webhook> {
    const url = given === undefined ? undefined : this.outgoing.check(given, WEBHOOK_SCHEMES).href;
    return this.database.inWorkspace(actor.workspaceId, async (tx) => {
      const before = found(await this.endpoints.lock(tx, id));
      const secrets = await this.vault.open(tx, before);
      const sealed = url === undefined ? before.sealed : await this.vault.seal(tx, id, { ...secrets, url });
      await this.endpoints.change(tx, id, { name: name ?? before.name, sealed, events: events ?? before.events });
      if (status === 'active' && before.status !== 'active') await this.enable(tx, before, events);
      if (status === 'disabled' && before.status !== 'disabled') await this.power.off(tx, id, 'by_user');
      await this.record(tx, actor, 'webhook.changed', id, {
        ...(name === undefined ? {} : { name }),
        ...(events === undefined ? {} : { events }),
        ...(status === undefined ? {} : { status }),
        ...(url === undefined ? {} : { host: new URL(url).host }),
      });
      return this.look(tx, id);
    });
  }

  /**
   * Makes another secret; deliveries are signed with both for a while.
   * @throws FieldError webhook_not_found
   */
  async rotate(actor: Actor, id: string, overlapSeconds: number): Promise<WebhookWithSecret> {
    const secret = newSecret();
    return this.database.inWorkspace(actor.workspaceId, async (tx) => {
      const { url, secret: previousSecret } = await this.vault.open(tx, found(await this.endpoints.lock(tx, id)));
      const secrets: EndpointSecrets = { url, secret, previousSecret };
      await this.endpoints.rotate(tx, id, await this.vault.seal(tx, id, secrets), overlapSeconds);
      await this.effects.mark(tx, `/api/v1/webhooks/${id}`);
      await this.record(tx, actor, 'webhook.secret_rotated', id, { overlapSeconds });
      return { ...found(await this.endpoints.find(tx, id)), url, secret };
    });
  }

  /** Its deliveries go with it. */
  async remove(actor: Actor, id: string): Promise<void> {
    await this.database.inWorkspace(actor.workspaceId, async (tx) => {
      const { name } = found(await this.endpoints.find(tx, id));
      if (!(await this.endpoints.remove(tx, id))) throw notFound();
      await this.record(tx, actor, 'webhook.deleted', id, { name });
    });
  }

  private async enable(tx: WorkspaceTransaction, before: WebhookEndpoint, events = before.events): Promise<void> {
    const { id, createdAt, disabledAt, disabledReason } = before;
    await this.endpoints.enable(tx, id);
    if (disabledReason === 'by_user') return;
    await this.deliveries.replay(tx, id, { owed: createdAt, unowed: disabledAt ?? new Date() }, events);
  }

  private async look(tx: WorkspaceTransaction, id: string): Promise<Webhook> {
    return this.opened(tx, found(await this.endpoints.find(tx, id)));
  }

  private async opened(tx: WorkspaceTransaction, endpoint: WebhookEndpoint): Promise<Webhook> {
    return { ...endpoint, url: (await this.vault.open(tx, endpoint)).url };
  }

  private async record(
    tx: WorkspaceTransaction,
    actor: Actor,
    action: AuditAction,
    id: string,
    details: AuditRecord['details'],
  ): Promise<void> {
    const target = { kind: 'webhook', id };
    await this.audit.record(tx, { workspaceId: tx.workspaceId, actor: auditActorOf(actor), action, target, details });
  }
}

/** @throws FieldError webhook_not_found when there is none */
export function found(endpoint: WebhookEndpoint | null): WebhookEndpoint {
  if (endpoint === null) throw notFound();
  return endpoint;
}

function notFound(): FieldError {
  return new FieldError(webhooksErrors.webhook_not_found, webhooksErrors.webhook_not_found.example);
}
