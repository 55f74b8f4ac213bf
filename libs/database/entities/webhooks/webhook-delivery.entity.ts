import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Workspace } from '../identity/workspace.entity.js';
import { WebhookEndpoint } from './webhook-endpoint.entity.js';
import { WebhookEvent } from './webhook-event.entity.js';

export const DELIVERY_STATUSES = ['parked', 'waiting', 'sending', 'delivered', 'failed', 'missed'] as const;
/**
 * `parked`: waits until the endpoint is done with others, and has no job; `waiting`: has one; `failed`: out of tries; `missed`: the
 * endpoint was disabled.
 */
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** One try to deliver. */
export interface DeliveryAttempt {
  at: string;
  milliseconds: number;
  /** What the endpoint answered; null when it did not. */
  status: number | null;
  /** Why it failed; null when it did not. */
  error: string | null;
  /** The beginning of the answer. */
  response: string;
}

/** An event on its way to an endpoint. */
@Entity('webhook_deliveries')
@Index('webhook_deliveries_endpoint_id_event_id_key', ['endpointId', 'eventId'], { unique: true })
@Index('webhook_deliveries_workspace_id_endpoint_id_id_idx', ['workspaceId', 'endpointId', 'id'])
@Index('webhook_deliveries_event_id_idx', ['eventId'])
@Index('webhook_deliveries_open_idx', ['endpointId', 'status', 'id'], { where: `status IN ('parked', 'waiting', 'sending')` })
@Check('webhook_deliveries_status_check', `status IN ('parked', 'waiting', 'sending', 'delivered', 'failed', 'missed')`)
export class WebhookDelivery {
  /** UUIDv7: endpoints are sent what is oldest first. */
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'workspace_id' })
  @ForeignKey(() => Workspace, { name: 'webhook_deliveries_workspace_id_fkey', onDelete: 'CASCADE' })
  workspaceId!: string;

  @Column('uuid', { name: 'endpoint_id' })
  @ForeignKey(() => WebhookEndpoint, { name: 'webhook_deliveries_endpoint_id_fkey', onDelete: 'CASCADE' })
  endpointId!: string;

  @Column('uuid', { name: 'event_id' })
  @ForeignKey(() => WebhookEvent, { name: 'webhook_deliveries_event_id_fkey', onDelete: 'CASCADE' })
  eventId!: string;

  @Column('text')
  status!: DeliveryStatus;

  /** Which of its jobs counts: each further one has the next number. */
  @Column('integer', { default: 0 })
  turn!: number;

  /** Failed tries since it was owed, or replayed. */
  @Column('integer', { default: 0 })
  tries!: number;

  /** When it is tried next; null when it is not, or at once. */
  @Column('timestamptz', { name: 'due_at', nullable: true })
  dueAt!: Date | null;

  /** The latest tries, oldest first. */
  @Column('jsonb', { default: [] })
  attempts!: DeliveryAttempt[];

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt!: Date | null;
}
