import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Workspace } from '../identity/workspace.entity.js';
import type { QuotaResource } from './quota-resource.js';

/** A workspace was told that so many percent of a quota are used: once in a month. */
@Entity('quota_warnings')
@Index('quota_warnings_key', ['workspaceId', 'resource', 'month', 'percent'], { unique: true })
export class QuotaWarning {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'workspace_id' })
  @ForeignKey(() => Workspace, { name: 'quota_warnings_workspace_id_fkey', onDelete: 'CASCADE' })
  workspaceId!: string;

  @Column('text')
  resource!: QuotaResource;

  /** Its first day. */
  @Column('date')
  month!: string;

  @Column('smallint')
  percent!: number;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
