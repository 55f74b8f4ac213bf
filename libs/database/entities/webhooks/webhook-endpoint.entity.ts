import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Workspace } from '../identity/workspace.entity.js';

export const WEBHOOK_KINDS = ['standard', 'slack', 'discord', 'rest_hook'] as const;
/** In which form an endpoint wants events; `rest_hook`: as `standard`, subscribed to by a tool such as Zapier or n8n. */
export type WebhookKind = (typeof WEBHOOK_KINDS)[number];

export const WEBHOOK_STATUSES = ['active', 'disabled'] as const;
export type WebhookStatus = (typeof WEBHOOK_STATUSES)[number];

export const DISABLED_REASONS = ['by_user', 'gone', 'failing'] as const;
/** `gone`: it answered 410; `failing`: it failed for too long. */
export type DisabledReason = (typeof DISABLED_REASONS)[number];

/** Where a workspace wants its events sent. */
@Entity('webhook_endpoints')
@Index('webhook_endpoints_workspace_id_id_idx', ['workspaceId', 'id'])
@Check('webhook_endpoints_kind_check', `kind IN ('standard', 'slack', 'discord', 'rest_hook')`)
@Check('webhook_endpoints_status_check', `status IN ('active', 'disabled')`)
export class WebhookEndpoint {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'workspace_id' })
  @ForeignKey(() => Workspace, { name: 'webhook_endpoints_workspace_id_fkey', onDelete: 'CASCADE' })
  workspaceId!: string;

  @Column('text')
  kind!: WebhookKind;

  /** For people. */
  @Column('text')
  name!: string;

  /** Address and signing secrets as JSON, sealed by the vault for this row: whoever knows the address of a chat may write to it. */
  @Column('bytea')
  sealed!: Buffer;

  /** Until when the secret before the current one signs, too. */
  @Column('timestamptz', { name: 'previous_secret_until', nullable: true })
  previousSecretUntil!: Date | null;

  /** Types it wants; empty: all. */
  @Column('text', { array: true })
  events!: string[];

  @Column('text', { default: 'active' })
  status!: WebhookStatus;

  @Column('text', { name: 'disabled_reason', nullable: true })
  disabledReason!: DisabledReason | null;

  @Column('timestamptz', { name: 'disabled_at', nullable: true })
  disabledAt!: Date | null;

  /** Since when no delivery succeeded; null after one did. */
  @Column('timestamptz', { name: 'failing_since', nullable: true })
  failingSince!: Date | null;

  /** Events in a row that used up their tries. */
  @Column('integer', { name: 'failed_in_row', default: 0 })
  failedInRow!: number;

  /** It asked not to be sent anything before. */
  @Column('timestamptz', { name: 'not_before', nullable: true })
  notBefore!: Date | null;

  @Column('timestamptz', { name: 'last_delivered_at', nullable: true })
  lastDeliveredAt!: Date | null;

  @Column('uuid', { name: 'created_by', nullable: true })
  createdBy!: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;
}
