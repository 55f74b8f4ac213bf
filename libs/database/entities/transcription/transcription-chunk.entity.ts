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

/** A stretch of a recording that goes to a provider in one call. */
@Entity('transcription_chunks')
@Check('transcription_chunks_status_check', `status IN ('pending', 'done')`)
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

  @Column('double precision', { name: 'start_seconds' })
  startSeconds!: number;

  @Column('double precision', { name: 'end_seconds' })
  endSeconds!: number;

  @Column('integer')
  bytes!: number;

  @Column('text', { name: 'object_key' })
  objectKey!: string;

  @Column('text', { default: 'pending' })
  status!: 'pending' | 'done';

  /** Null until done. */
  @Column('jsonb', { nullable: true })
  transcript!: ChunkTranscript | null;
}
