import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Workspace } from '../identity/workspace.entity.js';

/** A recording. The row exists only when the object does. */
@Entity('audio')
@Index('audio_workspace_id_id_idx', ['workspaceId', 'id'])
@Index('audio_workspace_id_created_at_idx', ['workspaceId', 'createdAt'])
export class Audio {
  /** UUIDv7: rises with time, so lists are ordered by it. */
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'workspace_id' })
  @ForeignKey(() => Workspace, { name: 'audio_workspace_id_fkey', onDelete: 'CASCADE' })
  workspaceId!: string;

  @Column('uuid', { name: 'created_by', nullable: true })
  createdBy!: string | null;

  /** As the client named the file; for people, never for paths. */
  @Column('text')
  name!: string;

  @Column('text', { name: 'object_key' })
  objectKey!: string;

  @Column('bigint')
  bytes!: string;

  /** Of the object as received, hexadecimal. */
  @Column('text')
  sha256!: string;

  /** One of the accepted containers, from the bytes. */
  @Column('text')
  container!: string;

  @Column('text', { name: 'content_type' })
  contentType!: string;

  @Column('text')
  codec!: string;

  @Column('integer', { name: 'sample_rate' })
  sampleRate!: number;

  @Column('integer')
  channels!: number;

  /** Seconds the container claims; the real ones are counted by decoding. */
  @Column('double precision', { name: 'claimed_seconds', nullable: true })
  claimedSeconds!: number | null;

  /** 2 where a second recording of the same event belongs to it. */
  @Column('smallint', { default: 1 })
  tracks!: number;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
