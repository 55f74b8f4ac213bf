import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { Transcription } from './transcription.entity.js';

/** What a provider made of a chunk, times counted from the chunk's start. */
export interface ChunkTranscript {
  text: string;
  language: string | null;
  timestampSource: 'provider' | 'model' | 'none';
  segments: { start: number; end: number; text: string; speaker: string | null; confidence: number | null }[];
  words: { start: number; end: number; text: string; confidence: number | null }[];
  warnings: string[];
}

/** Another answer about a stretch of a chunk. */
export interface ChunkTry {
  provider: string;
  model: string;
  /** Whether it is of another engine than the one ordered, and one whose word counts. */
  independent: boolean;
  /** Times from the start of the stretch; null when the call failed. */
  transcript: ChunkTranscript | null;
}

/** What is done about a chunk whose answer does not fit its sound. */
export interface ChunkRedo {
  /** What is asked about again, in seconds from the start of the recording. */
  stretch: { start: number; end: number };
  /** What the rest of the recording said about the chunk when that was decided. */
  surroundings: {
    /** Letters a second of speech, by script. */
    paces: Record<string, number>;
    /** What the rest is in, where the chunk's language or script stands alone. */
    tongue: { language: string | null; script: string | null } | null;
    /** Nothing was heard in any chunk. */
    allSilent: boolean;
  };
  tries: ChunkTry[];
  /** Whether a further answer is awaited. */
  open: boolean;
}

/** A stretch of a recording that goes to a provider in one call. */
@Entity('transcription_chunks')
@Check('transcription_chunks_status_check', `status IN ('pending', 'done', 'failed')`)
export class TranscriptionChunk {
  @PrimaryColumn('uuid', { name: 'transcription_id' })
  @ForeignKey(() => Transcription, { name: 'transcription_chunks_transcription_id_fkey', onDelete: 'CASCADE' })
  transcriptionId!: string;

  @PrimaryColumn('integer')
  generation!: number;

  /** From 0. */
  @PrimaryColumn('integer')
  index!: number;

  @Column('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  /** From 0; other than 0 only in recordings whose channels are transcribed apart. */
  @Column('integer', { default: 0 })
  channel!: number;

  @Column('double precision', { name: 'start_seconds' })
  startSeconds!: number;

  @Column('double precision', { name: 'end_seconds' })
  endSeconds!: number;

  /** How much of its beginning is the end of the chunk before, because there was no pause to cut in. */
  @Column('double precision', { name: 'overlap_seconds', default: 0 })
  overlapSeconds!: number;

  /** Where there may be speech, in seconds from the start of the recording. */
  @Column('jsonb', { default: [] })
  speech!: { start: number; end: number }[];

  /** For each tenth of a second, half decibels above −120 dB of full scale, as Base64; null where channels are not told apart. */
  @Column('text', { nullable: true })
  loudness!: string | null;

  @Column('integer')
  bytes!: number;

  @Column('text', { name: 'object_key' })
  objectKey!: string;

  /** Of the object, hexadecimal; null for a silent chunk, which has none, and for one from before hashes were kept. */
  @Column('text', { nullable: true })
  sha256!: string | null;

  @Column('text', { default: 'pending' })
  status!: 'pending' | 'done' | 'failed';

  /** The generation in which a provider answered; null: none did, or none had to. */
  @Column('integer', { name: 'answered_in', nullable: true })
  answeredIn!: number | null;

  /** Set once its answer was found not to fit its sound, and it is asked about again. */
  @Column('jsonb', { nullable: true })
  redo!: ChunkRedo | null;

  /** Why it failed, when it did. */
  @Column('text', { name: 'error_code', nullable: true })
  errorCode!: string | null;

  @Column('text', { name: 'error_detail', nullable: true })
  errorDetail!: string | null;

  /** Null until done. */
  @Column('jsonb', { nullable: true })
  transcript!: ChunkTranscript | null;
}
