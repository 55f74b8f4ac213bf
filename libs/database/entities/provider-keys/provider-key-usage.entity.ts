import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Workspace } from '../identity/workspace.entity.js';
import { ProviderKey } from './provider-key.entity.js';

/** What was done with a provider key on one day (UTC) with one model. Counted with each call, so that it outlives what was transcribed. */
@Entity('provider_key_usage')
@Index('provider_key_usage_workspace_id_idx', ['workspaceId'])
export class ProviderKeyUsage {
  @PrimaryColumn('uuid', { name: 'provider_key_id' })
  @ForeignKey(() => ProviderKey, { name: 'provider_key_usage_provider_key_id_fkey', onDelete: 'CASCADE' })
  providerKeyId!: string;

  @PrimaryColumn('date')
  day!: string;

  @PrimaryColumn('text')
  model!: string;

  @Column('uuid', { name: 'workspace_id' })
  @ForeignKey(() => Workspace, { name: 'provider_key_usage_workspace_id_fkey', onDelete: 'CASCADE' })
  workspaceId!: string;

  @Column('integer')
  calls!: number;

  @Column('integer')
  failed!: number;

  /** Of the calls that were answered. */
  @Column('double precision', { name: 'audio_seconds' })
  audioSeconds!: number;

  /** Millionths of a dollar by the price table; null where no price is known. */
  @Column('bigint', { name: 'cost_micro_dollars', nullable: true })
  costMicroDollars!: string | null;
}
