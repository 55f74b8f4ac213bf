import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Workspace } from '../identity/workspace.entity.js';

/** Something that happened in a workspace, as its endpoints are told. */
@Entity('webhook_events')
@Index('webhook_events_workspace_id_id_idx', ['workspaceId', 'id'])
@Index('webhook_events_subject_id_sequence_idx', ['subjectId', 'sequence'])
@Index('webhook_events_created_at_idx', ['createdAt'])
export class WebhookEvent {
  /** UUIDv7; the same in every delivery and every try. */
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'workspace_id' })
  @ForeignKey(() => Workspace, { name: 'webhook_events_workspace_id_fkey', onDelete: 'CASCADE' })
  workspaceId!: string;

  @Column('text')
  type!: string;

  /** The row it is about. */
  @Column('uuid', { name: 'subject_id' })
  subjectId!: string;

  /** Grows with every event about its subject. */
  @Column('bigint')
  sequence!: string;

  /** Ids and small facts; never what was said in a recording. */
  @Column('jsonb')
  facts!: Record<string, string | number | null>;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
