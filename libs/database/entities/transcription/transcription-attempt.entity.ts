import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Transcription } from './transcription.entity.js';

/** One call to a provider: what it cost, how long it took, what came back. Never changed once written. */
@Entity('transcription_attempts')
@Index('transcription_attempts_chunk_idx', ['transcriptionId', 'generation', 'chunkIndex'])
@Index('transcription_attempts_workspace_id_created_at_idx', ['workspaceId', 'createdAt'])
@Check('transcription_attempts_outcome_check', `outcome IN ('answered', 'failed')`)
export class TranscriptionAttempt {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @Column('uuid', { name: 'transcription_id' })
  @ForeignKey(() => Transcription, { name: 'transcription_attempts_transcription_id_fkey', onDelete: 'CASCADE' })
  transcriptionId!: string;

  @Column('integer')
  generation!: number;

  @Column('integer', { name: 'chunk_index' })
  chunkIndex!: number;

  @Column('text')
  provider!: string;

  @Column('text')
  model!: string;

  @Column('text')
  outcome!: 'answered' | 'failed';

  /** The provider error's kind, when it failed. */
  @Column('text', { name: 'error_kind', nullable: true })
  errorKind!: string | null;

  @Column('text', { name: 'provider_request_id', nullable: true })
  providerRequestId!: string | null;

  @Column('integer', { name: 'latency_ms' })
  latencyMs!: number;

  @Column('double precision', { name: 'audio_seconds' })
  audioSeconds!: number;

  /** Millionths of a dollar; null where the price is not known. */
  @Column('bigint', { name: 'cost_micro_dollars', nullable: true })
  costMicroDollars!: string | null;

  /** The workspace's own key it was made with, also once that is deleted; null: the installation's. */
  @Column('uuid', { name: 'provider_key_id', nullable: true })
  providerKeyId!: string | null;

  /** Which of the installation's keys it was made with, by an id that says nothing of it; null: none of them. */
  @Column('uuid', { name: 'installation_key_id', nullable: true })
  installationKeyId!: string | null;

  /** The provider's answer as it came. */
  @Column('jsonb', { nullable: true })
  answer!: object | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
