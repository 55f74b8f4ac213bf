import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { Workspace } from '../identity/workspace.entity.js';
import { Audio } from './audio.entity.js';

export const MIX_STATUSES = ['pending', 'ready', 'failed'] as const;
export type MixStatus = (typeof MIX_STATUSES)[number];

/** The second recording of an event; the first is the row of `audio` it belongs to. Both have a name here. */
@Entity('second_tracks')
@Check('second_tracks_mix_status_check', `mix_status IN ('pending', 'ready', 'failed')`)
export class SecondTrack {
  @PrimaryColumn('uuid', { name: 'audio_id' })
  @ForeignKey(() => Audio, { name: 'second_tracks_audio_id_fkey', onDelete: 'CASCADE' })
  audioId!: string;

  @Column('uuid', { name: 'workspace_id' })
  @ForeignKey(() => Workspace, { name: 'second_tracks_workspace_id_fkey', onDelete: 'CASCADE' })
  workspaceId!: string;

  /** Whose voice is on the first track. */
  @Column('text', { name: 'first_name' })
  firstName!: string;

  /** Whose voice is on this one. */
  @Column('text')
  name!: string;

  /** The id under which it was taken in; its object lies there. */
  @Column('uuid', { name: 'stored_as' })
  storedAs!: string;

  @Column('text', { name: 'object_key' })
  objectKey!: string;

  @Column('bigint')
  bytes!: string;

  /** Of the object as received, hexadecimal. */
  @Column('text')
  sha256!: string;

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

  @Column('double precision', { name: 'claimed_seconds', nullable: true })
  claimedSeconds!: number | null;

  /** Whether there is one recording to listen to, made of both. */
  @Column('text', { name: 'mix_status', default: 'pending' })
  mixStatus!: MixStatus;

  /** Seconds by which it began after the first; negative when before; null until that was looked for. */
  @Column('double precision', { name: 'lag_seconds', nullable: true })
  lagSeconds!: number | null;

  /** By how much its clock runs slow; null until that was looked for. */
  @Column('double precision', { nullable: true })
  drift!: number | null;

  /** Whether lag and drift were told by sound both have; null until that was looked for. */
  @Column('boolean', { name: 'by_sound', nullable: true })
  bySound!: boolean | null;

  /** The recording to listen to; null until there is one. */
  @Column('text', { name: 'mix_key', nullable: true })
  mixKey!: string | null;
}
