import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Workspace } from '../identity/workspace.entity.js';
import type { QuotaResource } from './quota-resource.js';

/**
 * A movement of a quota. For one piece of work (subject, generation) and resource there is at most one row of each kind, and at most
 * one that closes it.
 */
@Entity('quota_ledger')
@Index('quota_ledger_kind_key', ['subjectId', 'generation', 'resource', 'kind'], { unique: true })
@Index('quota_ledger_close_key', ['subjectId', 'generation', 'resource'], {
  unique: true,
  where: `kind IN ('settle', 'release')`,
})
@Index('quota_ledger_expires_at_idx', ['expiresAt'], { where: 'expires_at IS NOT NULL' })
@Index('quota_ledger_period_idx', ['workspaceId', 'resource', 'startsAt'])
@Check('quota_ledger_kind_check', `kind IN ('reserve', 'adjust', 'settle', 'release')`)
export class QuotaEntry {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'workspace_id' })
  @ForeignKey(() => Workspace, { name: 'quota_ledger_workspace_id_fkey', onDelete: 'CASCADE' })
  workspaceId!: string;

  @Column('text')
  resource!: QuotaResource;

  /** The period it was reserved in, and is settled into. */
  @Column('timestamptz', { name: 'starts_at' })
  startsAt!: Date;

  /** What kind of work it is; who asks for it knows whether such work is still under way. */
  @Column('text', { name: 'subject_kind' })
  subjectKind!: string;

  @Column('uuid', { name: 'subject_id' })
  subjectId!: string;

  @Column('integer')
  generation!: number;

  @Column('text')
  kind!: 'reserve' | 'adjust' | 'settle' | 'release';

  /** Reserved, added to that (may be negative), really used, or given back. */
  @Column('bigint')
  amount!: string;

  /** Of a reservation that is not closed: when it is given back, unless the work is still under way. */
  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
