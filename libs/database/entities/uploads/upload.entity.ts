import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Audio } from '../audio/audio.entity.js';
import { Workspace } from '../identity/workspace.entity.js';

/** How the bytes come: in parts straight to the store, over a connection that may break, or fetched by us. */
export const UPLOAD_KINDS = ['parts', 'resumable', 'url'] as const;
export type UploadKind = (typeof UPLOAD_KINDS)[number];

export const UPLOAD_STATUSES = ['open', 'completing', 'completed', 'failed', 'aborted', 'expired'] as const;
export type UploadStatus = (typeof UPLOAD_STATUSES)[number];

/** A recording on its way in that takes more than one request. */
@Entity('uploads')
@Index('uploads_workspace_id_id_idx', ['workspaceId', 'id'])
@Index('uploads_audio_id_idx', ['audioId'])
@Index('uploads_open_idx', ['expiresAt'], { where: `status IN ('open', 'completing')` })
@Check('uploads_kind_check', `kind IN ('parts', 'resumable', 'url')`)
@Check('uploads_status_check', `status IN ('open', 'completing', 'completed', 'failed', 'aborted', 'expired')`)
export class Upload {
  /** UUIDv7; a recording that was sent to us has the id of its upload. */
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'workspace_id' })
  @ForeignKey(() => Workspace, { name: 'uploads_workspace_id_fkey', onDelete: 'CASCADE' })
  workspaceId!: string;

  @Column('uuid', { name: 'created_by', nullable: true })
  createdBy!: string | null;

  @Column('text')
  kind!: UploadKind;

  @Column('text', { default: 'open' })
  status!: UploadStatus;

  /** As the client named the file; for people, never for paths. */
  @Column('text')
  name!: string;

  /** Size of the whole; null until it is known. */
  @Column('bigint', { nullable: true })
  bytes!: string | null;

  /** What has safely arrived, as far as it was noted. */
  @Column('bigint', { name: 'received_bytes', default: 0 })
  receivedBytes!: string;

  /** Size of every part but the last. */
  @Column('integer', { name: 'part_bytes', nullable: true })
  partBytes!: number | null;

  /** What the client says the whole hashes to, hexadecimal. */
  @Column('text', { nullable: true })
  sha256!: string | null;

  /** Where the bytes go. */
  @Column('text', { name: 'object_key' })
  objectKey!: string;

  /** The store's own name of an upload in parts. */
  @Column('text', { name: 'store_upload_id', nullable: true })
  storeUploadId!: string | null;

  /** Where it is fetched from, without path and query, which may hold secrets. */
  @Column('text', { name: 'source_host', nullable: true })
  sourceHost!: string | null;

  /** The whole URL, sealed; null once it is not needed any more. */
  @Column('bytea', { name: 'sealed_source', nullable: true, select: false })
  sealedSource!: Buffer | null;

  /** The request that sends to a resumable upload, while there is one … */
  @Column('uuid', { nullable: true })
  writer!: string | null;

  /** … and until when it is taken for alive. */
  @Column('timestamptz', { name: 'writer_until', nullable: true })
  writerUntil!: Date | null;

  /** The recording it became; null again when that was deleted. */
  @Column('uuid', { name: 'audio_id', nullable: true })
  @ForeignKey(() => Audio, { name: 'uploads_audio_id_fkey', onDelete: 'SET NULL' })
  audioId!: string | null;

  @Column('text', { name: 'error_code', nullable: true })
  errorCode!: string | null;

  @Column('text', { name: 'error_detail', nullable: true })
  errorDetail!: string | null;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt!: Date | null;
}
