import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Workspace } from '../identity/workspace.entity.js';

export const PROVIDER_KEY_STATUSES = ['active', 'rejected', 'disabled'] as const;
/** `rejected`: its provider refused it; `disabled`: by the workspace. */
export type ProviderKeyStatus = (typeof PROVIDER_KEY_STATUSES)[number];

/** A key a workspace has of its own at a speech provider. */
@Entity('provider_keys')
@Index('provider_keys_workspace_id_id_idx', ['workspaceId', 'id'])
@Index('provider_keys_workspace_id_provider_id_idx', ['workspaceId', 'provider', 'id'])
@Check('provider_keys_status_check', `status IN ('active', 'rejected', 'disabled')`)
export class ProviderKey {
  /** UUIDv7: of a provider's active keys the first is used. */
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'workspace_id' })
  @ForeignKey(() => Workspace, { name: 'provider_keys_workspace_id_fkey', onDelete: 'CASCADE' })
  workspaceId!: string;

  @Column('text')
  provider!: string;

  /** For people. */
  @Column('text')
  name!: string;

  /** The key, sealed by the vault for this row. Not among what is read unless it is asked for. */
  @Column('bytea', { select: false })
  sealed!: Buffer;

  @Column('text', { name: 'last_four' })
  lastFour!: string;

  @Column('text')
  status!: ProviderKeyStatus;

  @Column('uuid', { name: 'created_by', nullable: true })
  createdBy!: string | null;

  /** When its provider was last asked and took it. */
  @Column('timestamptz', { name: 'validated_at' })
  validatedAt!: Date;

  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;

  /** Why the last call with it that failed did, or why it was refused; null again when it is validated. */
  @Column('text', { name: 'last_error_code', nullable: true })
  lastErrorCode!: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;
}
