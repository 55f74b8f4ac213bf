import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { Workspace } from '../identity/workspace.entity.js';
import type { QuotaResource } from './quota-resource.js';

/** What a workspace has used of a resource in a month of its time zone; what is stored has one period without end. */
@Entity('quota_periods')
@Check('quota_periods_resource_check', `resource IN ('storage', 'processing', 'transcription', 'calls', 'tokens')`)
@Check('quota_periods_used_check', `used >= 0`)
@Check('quota_periods_reserved_check', `reserved >= 0`)
export class QuotaPeriod {
  @PrimaryColumn('uuid', { name: 'workspace_id' })
  @ForeignKey(() => Workspace, { name: 'quota_periods_workspace_id_fkey', onDelete: 'CASCADE' })
  workspaceId!: string;

  @PrimaryColumn('text')
  resource!: QuotaResource;

  @PrimaryColumn('timestamptz', { name: 'starts_at' })
  startsAt!: Date;

  @Column('timestamptz', { name: 'ends_at' })
  endsAt!: Date;

  @Column('bigint', { default: 0 })
  used!: string;

  /** Of calls: how many the processes may have let through so far, be they made or not. */
  @Column('bigint', { default: 0 })
  granted!: string;

  /** Set aside for work under way. */
  @Column('bigint', { default: 0 })
  reserved!: string;
}
