import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Workspace } from '../identity/workspace.entity.js';

/** One call to a provider: by whom, with what, and what it cost. Outlives what was made by it. */
@Entity('usage_records')
@Index('usage_records_workspace_id_at_idx', ['workspaceId', 'at'])
@Check('usage_records_outcome_check', `outcome IN ('answered', 'failed')`)
export class UsageRecord {
  /** The attempt's. */
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'workspace_id' })
  @ForeignKey(() => Workspace, { name: 'usage_records_workspace_id_fkey', onDelete: 'CASCADE' })
  workspaceId!: string;

  /** What it was made for, such as the transcription. */
  @Column('uuid', { name: 'subject_id' })
  subjectId!: string;

  /** Who ordered it; also once they are gone. */
  @Column('uuid', { name: 'user_id', nullable: true })
  userId!: string | null;

  /** With which key they ordered it; null: in person. */
  @Column('uuid', { name: 'api_key_id', nullable: true })
  apiKeyId!: string | null;

  /** The workspace's own key it was made with; null: the installation's. */
  @Column('uuid', { name: 'provider_key_id', nullable: true })
  providerKeyId!: string | null;

  /** Which of the installation's keys it was made with, by an id that says nothing of it; null: none of them. */
  @Column('uuid', { name: 'installation_key_id', nullable: true })
  installationKeyId!: string | null;

  @Column('text')
  provider!: string;

  @Column('text')
  model!: string;

  @Column('text')
  outcome!: 'answered' | 'failed';

  /** Sound in the call, in milliseconds; 0 when it failed. */
  @Column('bigint')
  milliseconds!: string;

  /** Read by a language model, as the provider counts. */
  @Column('bigint', { name: 'input_tokens', default: 0 })
  inputTokens!: string;

  /** Written by it. */
  @Column('bigint', { name: 'output_tokens', default: 0 })
  outputTokens!: string;

  /** Millionths of a dollar; null where nobody knows, which is not the same as nothing. */
  @Column('bigint', { name: 'cost_micro_dollars', nullable: true })
  costMicroDollars!: string | null;

  @Column('timestamptz', { default: () => 'now()' })
  at!: Date;
}
