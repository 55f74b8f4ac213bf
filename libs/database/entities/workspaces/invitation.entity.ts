import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { Role } from '../identity/membership.entity.js';
import { Workspace } from '../identity/workspace.entity.js';

/** An address asked to join a workspace. */
@Entity('invitations')
@Index('invitations_token_hash_key', ['tokenHash'], { unique: true })
@Index('invitations_open_key', ['workspaceId', 'email'], { unique: true, where: 'accepted_at IS NULL AND revoked_at IS NULL' })
@Index('invitations_workspace_id_id_idx', ['workspaceId', 'id'])
@Check('invitations_role_check', `role IN ('admin', 'member', 'viewer')`)
export class Invitation {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'workspace_id' })
  @ForeignKey(() => Workspace, { name: 'invitations_workspace_id_fkey', onDelete: 'CASCADE' })
  workspaceId!: string;

  /** Lower case, as in users. */
  @Column('text')
  email!: string;

  @Column('text')
  role!: Exclude<Role, 'owner'>;

  /** SHA-256, hexadecimal. */
  @Column('text', { name: 'token_hash', select: false })
  tokenHash!: string;

  /** A user; may be gone by now. */
  @Column('uuid', { name: 'invited_by' })
  invitedBy!: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @Column('timestamptz', { name: 'accepted_at', nullable: true })
  acceptedAt!: Date | null;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;
}
