import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { User } from '../identity/user.entity.js';
import { Workspace } from '../identity/workspace.entity.js';

/** A key with which programs act for the person who made it, in one workspace. The key itself is nowhere. */
@Entity('api_keys')
@Index('api_keys_workspace_id_id_idx', ['workspaceId', 'id'])
@Index('api_keys_user_id_idx', ['userId'])
@Index('api_keys_key_hash_key', ['keyHash'], { unique: true })
@Index('api_keys_previous_key_hash_key', ['previousKeyHash'], { unique: true })
@Check('api_keys_scopes_check', `scopes <@ ARRAY['read', 'write', 'admin'] AND cardinality(scopes) > 0`)
@Check('api_keys_previous_check', `(previous_key_hash IS NULL) = (previous_until IS NULL)`)
export class ApiKey {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'workspace_id' })
  @ForeignKey(() => Workspace, { name: 'api_keys_workspace_id_fkey', onDelete: 'CASCADE' })
  workspaceId!: string;

  /** Who made it, and for whom it acts. */
  @Column('uuid', { name: 'user_id' })
  @ForeignKey(() => User, { name: 'api_keys_user_id_fkey', onDelete: 'CASCADE' })
  userId!: string;

  @Column('text')
  name!: string;

  /** The first characters of the key, to be recognised by. */
  @Column('text')
  prefix!: string;

  /** Its last four. */
  @Column('text', { name: 'last_four' })
  lastFour!: string;

  /** SHA-256 of the key, hexadecimal. */
  @Column('text', { name: 'key_hash', select: false })
  keyHash!: string;

  /** Of the key before the last rotation, while it still works. */
  @Column('text', { name: 'previous_key_hash', nullable: true, select: false })
  previousKeyHash!: string | null;

  @Column('timestamptz', { name: 'previous_until', nullable: true })
  previousUntil!: Date | null;

  @Column('text', { array: true })
  scopes!: string[];

  /** Requests an hour, below the plan's limit; null: the plan's. */
  @Column('integer', { name: 'limit_per_hour', nullable: true })
  limitPerHour!: number | null;

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;

  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;
}
