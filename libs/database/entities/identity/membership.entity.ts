import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { User } from './user.entity.js';
import { Workspace } from './workspace.entity.js';

export const ROLES = ['owner', 'admin', 'member', 'viewer'] as const;
export type Role = (typeof ROLES)[number];

/** Who may do what in a workspace. */
@Entity('memberships')
@Index('memberships_user_id_idx', ['userId'])
@Check('memberships_role_check', `role IN ('owner', 'admin', 'member', 'viewer')`)
export class Membership {
  @PrimaryColumn('uuid', { name: 'workspace_id', primaryKeyConstraintName: 'memberships_pkey' })
  @ForeignKey(() => Workspace, { name: 'memberships_workspace_id_fkey', onDelete: 'CASCADE' })
  workspaceId!: string;

  @PrimaryColumn('uuid', { name: 'user_id', primaryKeyConstraintName: 'memberships_pkey' })
  @ForeignKey(() => User, { name: 'memberships_user_id_fkey', onDelete: 'CASCADE' })
  userId!: string;

  @Column('text')
  role!: Role;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
