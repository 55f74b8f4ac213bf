import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Audio } from '../audio/audio.entity.js';
import { type EnginePolicy, Workspace } from '../identity/workspace.entity.js';

export const TRANSCRIPTION_STATUSES = ['pending', 'processing', 'completed', 'failed', 'cancelled'] as const;
export type TranscriptionStatus = (typeof TRANSCRIPTION_STATUSES)[number];

export const TRANSCRIPTION_STAGES = ['prepare', 'transcribe', 'assemble'] as const;
export type TranscriptionStage = (typeof TRANSCRIPTION_STAGES)[number];

/** What the caller asked for; complete, so that a later change of defaults does not change a running job. */
export interface TranscriptionOptions {
  provider: string;
  model: string;
  /** ISO-639-1; null lets the model find out. */
  language: string | null;
  prompt: string | null;
  temperature: number | null;
  diarize: boolean;
  /** Not there: the text is in the language spoken. */
  task?: 'translate';
  /** Names and words to expect. */
  vocabulary?: string[];
  /** false: transcribed anew although the result may be there already. Not there: true. */
  reuse?: false;
  /** true: another engine does what this one cannot for now; the choice was Steno's. Not there: nobody but this one is asked. */
  fallback?: true;
  /** By what the engine was chosen, and others are when it cannot; one of the two at most. Not there: it was named, or the default is. */
  policy?: EnginePolicy;
  /** Engines in the order they are asked in, and nobody else. */
  order?: readonly string[];
  /** Who speaks on each channel, where channels are transcribed apart. Not there: they are not. */
  channels?: string[];
}

export const FINDING_KINDS = [
  'missing_text',
  'failed_part',
  'loop',
  'text_over_silence',
  'times_out_of_order',
  'language_change',
] as const;
export const FINDING_OUTCOMES = ['mended', 'confirmed', 'kept', 'removed'] as const;

/** What is wrong with a stretch of a transcript, and what was done about it; seconds from the start of the recording. */
export interface QualityFinding {
  kind: (typeof FINDING_KINDS)[number];
  start: number;
  end: number;
  /** For people. */
  detail: string;
  /**
   * `mended`: another try gave better text, which stands in the transcript now. `confirmed`: another engine heard the same.
   * `kept`: neither. `removed`: the text was taken out.
   */
  outcome: (typeof FINDING_OUTCOMES)[number];
  /** Providers and models asked again, as `openai/whisper-1`. */
  asked: string[];
}

/** How far a transcript can be trusted. */
export interface TranscriptQuality {
  /** Share of the seconds with speech that have text, 0 to 1; null when there is no speech, or no times to tell by. */
  coverage: number | null;
  /** Seconds in which somebody may be speaking. */
  speechSeconds: number;
  findings: QualityFinding[];
}

/** One order to transcribe a recording: the job and its result. */
@Entity('transcriptions')
@Index('transcriptions_workspace_id_id_idx', ['workspaceId', 'id'])
@Index('transcriptions_workspace_id_status_id_idx', ['workspaceId', 'status', 'id'])
@Index('transcriptions_audio_id_idx', ['audioId'])
@Index('transcriptions_workspace_id_finished_at_idx', ['workspaceId', 'finishedAt'])
@Index('transcriptions_sound_idx', ['workspaceId', 'soundSha256'], { where: `status = 'completed'` })
/** By GIN, which TypeORM does not know. */
@Index('transcriptions_search_idx', { synchronize: false })
@Check('transcriptions_status_check', `status IN ('pending', 'processing', 'completed', 'failed', 'cancelled')`)
@Check('transcriptions_stage_check', `stage IN ('prepare', 'transcribe', 'assemble')`)
@Check('transcriptions_priority_check', `priority BETWEEN -1 AND 1`)
export class Transcription {
  /** UUIDv7: rises with time, so lists are ordered by it. */
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'workspace_id' })
  @ForeignKey(() => Workspace, { name: 'transcriptions_workspace_id_fkey', onDelete: 'CASCADE' })
  workspaceId!: string;

  /** Null once the recording was deleted; the transcript stays. */
  @Column('uuid', { name: 'audio_id', nullable: true })
  @ForeignKey(() => Audio, { name: 'transcriptions_audio_id_fkey', onDelete: 'SET NULL' })
  audioId!: string | null;

  @Column('uuid', { name: 'created_by', nullable: true })
  createdBy!: string | null;

  /** With which key it was ordered, also once that is deleted; null: in person. */
  @Column('uuid', { name: 'api_key_id', nullable: true })
  apiKeyId!: string | null;

  @Column('text', { default: 'pending' })
  status!: TranscriptionStatus;

  @Column('text', { default: 'prepare' })
  stage!: TranscriptionStage;

  /** Raised by a retry; work of an earlier generation changes nothing. */
  @Column('integer', { default: 1 })
  generation!: number;

  @Column('jsonb')
  options!: TranscriptionOptions;

  @Column('boolean', { name: 'low_accuracy', default: false })
  lowAccuracy!: boolean;

  /** Chunks of this generation; null until the recording is cut. */
  @Column('integer', { name: 'chunk_count', nullable: true })
  chunkCount!: number | null;

  @Column('integer', { name: 'chunks_done', default: 0 })
  chunksDone!: number;

  /** Seconds of sound, counted by decoding. */
  @Column('double precision', { name: 'duration_seconds', nullable: true })
  durationSeconds!: number | null;

  @Column('text', { nullable: true })
  language!: string | null;

  @Column('text', { nullable: true })
  text!: string | null;

  /** The words of the text and the workspace, for searching; written by the database whenever the text is. */
  @Column({ type: 'tsvector', nullable: true, select: false, insert: false, update: false })
  search?: string | null;

  /** Sentences about what a reader of the transcript should know. */
  @Column('jsonb', { default: [] })
  warnings!: string[];

  /** Acts inside the workspace: 1 before 0 before -1. */
  @Column('smallint', { default: 0 })
  priority!: number;

  /** Of the decoded sound, hexadecimal; null until it was decoded. */
  @Column('text', { name: 'sound_sha256', nullable: true })
  soundSha256!: string | null;

  /** The transcription whose result this one took over, because sound and options were the same. */
  @Column('uuid', { name: 'reused_from', nullable: true })
  reusedFrom!: string | null;

  /** What was found when the transcript was compared with the sound; null until completed. */
  @Column('jsonb', { nullable: true })
  quality!: TranscriptQuality | null;

  @Column('text', { name: 'error_code', nullable: true })
  errorCode!: string | null;

  @Column('text', { name: 'error_detail', nullable: true })
  errorDetail!: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'started_at', nullable: true })
  startedAt!: Date | null;

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt!: Date | null;
}
