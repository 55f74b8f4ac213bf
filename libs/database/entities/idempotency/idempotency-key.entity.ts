import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Workspace } from '../identity/workspace.entity.js';

/** A creating request that may come again: what it asked for, what it made, what it was answered. */
@Entity('idempotency_keys')
@Index('idempotency_keys_workspace_id_principal_key_key', ['workspaceId', 'principal', 'key'], { unique: true })
@Index('idempotency_keys_workspace_id_expires_at_idx', ['workspaceId', 'expiresAt'])
export class IdempotencyKey {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'workspace_id' })
  @ForeignKey(() => Workspace, { name: 'idempotency_keys_workspace_id_fkey', onDelete: 'CASCADE' })
  workspaceId!: string;

  /** Whose key it is: `user:<id>` or `key:<id>`. */
  @Column('text')
  principal!: string;

  /** As the client chose it. */
  @Column('text')
  key!: string;

  /** SHA-256 of what was asked for, hexadecimal. */
  @Column('text')
  fingerprint!: string;

  /** SHA-256 of a form's fields and files, known once it was read. */
  @Column('text', { name: 'form_fingerprint', nullable: true })
  formFingerprint!: string | null;

  /** Which run holds it; a run that lost it writes nothing. */
  @Column('integer', { default: 1 })
  run!: number;

  /** Until when the run is taken for alive; null once it has been answered. */
  @Column('timestamptz', { name: 'running_until', nullable: true })
  runningUntil!: Date | null;

  /** Where the thing is that was made; written in the transaction that made it. */
  @Column('text', { nullable: true })
  location!: string | null;

  /** Status of the answer, once there is one. */
  @Column('integer', { nullable: true })
  status!: number | null;

  /** Its headers and body, sealed: an answer may hold a secret that is shown once. */
  @Column('bytea', { nullable: true, select: false })
  answer!: Buffer | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
