import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Workspace } from '../identity/workspace.entity.js';

/** The key a workspace's secrets are sealed with, itself sealed with a master key. */
@Entity('workspace_keys')
@Index('workspace_keys_workspace_id_key', ['workspaceId'], { unique: true })
@Index('workspace_keys_master_key_id_idx', ['masterKeyId', 'id'])
export class WorkspaceKey {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'workspace_id' })
  @ForeignKey(() => Workspace, { name: 'workspace_keys_workspace_id_fkey', onDelete: 'CASCADE' })
  workspaceId!: string;

  /** Which master key it is sealed with. */
  @Column('text', { name: 'master_key_id' })
  masterKeyId!: string;

  @Column('bytea', { select: false })
  sealed!: Buffer;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
