import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Workspace } from '../identity/workspace.entity.js';

export type MailState = 'waiting' | 'sent' | 'failed';

/** A letter: owed, sent or given up. */
@Entity('mails')
@Index('mails_workspace_id_id_idx', ['workspaceId', 'id'])
@Check('mails_state_check', `state IN ('waiting', 'sent', 'failed')`)
@Check('mails_content_sealed_check', `(state = 'waiting') = (content_sealed IS NOT NULL)`)
export class Mail {
  /** UUIDv7: rises with time. The Message-ID is made from it. */
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'workspace_id' })
  @ForeignKey(() => Workspace, { name: 'mails_workspace_id_fkey', onDelete: 'CASCADE' })
  workspaceId!: string;

  /** An e-mail address. */
  @Column('text')
  recipient!: string;

  @Column('text')
  subject!: string;

  /** The text and the HTML, sealed: letters carry links that let somebody in. Null once sent or given up. */
  @Column('bytea', { name: 'content_sealed', nullable: true, select: false })
  contentSealed!: Buffer | null;

  @Column('text', { default: 'waiting' })
  state!: MailState;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'sent_at', nullable: true })
  sentAt!: Date | null;

  /** Why it was given up: a sentence without anything of the letter in it. */
  @Column('text', { nullable: true })
  failure!: string | null;
}
