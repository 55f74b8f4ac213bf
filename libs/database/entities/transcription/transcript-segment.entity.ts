import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { Transcription } from './transcription.entity.js';

/** A word with its place in the recording. */
export interface TranscriptWord {
  start: number;
  end: number;
  text: string;
  confidence: number | null;
}

/** A line of the finished transcript; times in seconds from the start of the recording. */
@Entity('transcript_segments')
export class TranscriptSegment {
  @PrimaryColumn('uuid', { name: 'transcription_id' })
  @ForeignKey(() => Transcription, { name: 'transcript_segments_transcription_id_fkey', onDelete: 'CASCADE' })
  transcriptionId!: string;

  /** From 0, in the order of speech. */
  @PrimaryColumn('integer')
  index!: number;

  @Column('uuid', { name: 'workspace_id' })
  workspaceId!: string;

  @Column('double precision')
  start!: number;

  @Column('double precision')
  end!: number;

  @Column('text')
  text!: string;

  @Column('text', { nullable: true })
  speaker!: string | null;

  /** Which channel it was spoken on; null where channels were not told apart. */
  @Column('integer', { nullable: true })
  channel!: number | null;

  @Column('double precision', { nullable: true })
  confidence!: number | null;

  @Column('jsonb', { default: [] })
  words!: TranscriptWord[];
}
