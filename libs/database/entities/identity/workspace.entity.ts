import { Check, Column, Entity, PrimaryColumn } from 'typeorm';
import type { QuotaResource } from '../quota/quota-resource.js';

export const PLANS = ['free', 'pro', 'enterprise', 'custom'] as const;
/** What a workspace has booked: decides its limits. */
export type Plan = (typeof PLANS)[number];

/** By what engines are chosen. */
export type EnginePolicy = 'cheapest' | 'fastest' | 'best' | 'private';

/** The tenant: every recording, transcript and limit belongs to one. */
@Entity('workspaces')
@Check('workspaces_kind_check', `kind IN ('personal', 'team')`)
@Check('workspaces_audio_retention_check', `audio_retention_days BETWEEN 1 AND 3650`)
@Check('workspaces_transcript_retention_check', `transcript_retention_days BETWEEN 1 AND 3650`)
@Check('workspaces_speech_policy_check', `speech_policy IN ('cheapest', 'fastest', 'best', 'private')`)
@Check('workspaces_speech_preference_check', `speech_policy IS NULL OR speech_order IS NULL`)
@Check('workspaces_plan_check', `plan IN ('free', 'pro', 'enterprise', 'custom')`)
export class Workspace {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  name!: string;

  @Column('text')
  kind!: 'personal' | 'team';

  @Column('text', { default: 'free' })
  plan!: Plan;

  /** By IANA's name; its months are those of the quotas. */
  @Column('text', { default: 'UTC' })
  timezone!: string;

  /** What it may use in place of its plan's quotas, by resource: bytes, milliseconds, calls, tokens; null: as much as it likes. */
  @Column('jsonb', { default: {} })
  quotas!: Partial<Record<QuotaResource, number | null>>;

  /** Recordings are deleted so many days after they came; null: never. */
  @Column('integer', { name: 'audio_retention_days', nullable: true })
  audioRetentionDays!: number | null;

  /** Transcriptions are deleted so many days after they ended; null: never. */
  @Column('integer', { name: 'transcript_retention_days', nullable: true })
  transcriptRetentionDays!: number | null;

  /** By what engines are chosen where a request does not say; null: by the order below, or as the installation does. */
  @Column('text', { name: 'speech_policy', nullable: true })
  speechPolicy!: EnginePolicy | null;

  /** Engines in the order they are asked in, as `groq/whisper-large-v3` or `groq`; null: by the policy, or as the installation does. */
  @Column('text', { name: 'speech_order', array: true, nullable: true })
  speechOrder!: string[] | null;

  /** Deleted by its owner; the rows go after a while. */
  @Column('timestamptz', { name: 'deleted_at', nullable: true })
  deletedAt!: Date | null;

  /** When they go, unless the owner restores it before. */
  @Column('timestamptz', { name: 'purge_at', nullable: true })
  purgeAt!: Date | null;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
