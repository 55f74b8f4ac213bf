import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Workspace } from '../identity/workspace.entity.js';
import { ApiKey } from './api-key.entity.js';

/** Calls of a key on a day, as one source counted them; the calls of the day are the sum over its sources. */
@Entity('api_key_usage')
@Index('api_key_usage_workspace_id_day_idx', ['workspaceId', 'day'])
export class ApiKeyUsage {
  @PrimaryColumn('uuid', { name: 'key_id', primaryKeyConstraintName: 'api_key_usage_pkey' })
  @ForeignKey(() => ApiKey, { name: 'api_key_usage_key_id_fkey', onDelete: 'CASCADE' })
  keyId!: string;

  @Column('uuid', { name: 'workspace_id' })
  @ForeignKey(() => Workspace, { name: 'api_key_usage_workspace_id_fkey', onDelete: 'CASCADE' })
  workspaceId!: string;

  /** In UTC. */
  @PrimaryColumn('date', { primaryKeyConstraintName: 'api_key_usage_pkey' })
  day!: string;

  /** Who counted: a process, or one life of a Redis. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'api_key_usage_pkey' })
  source!: string;

  @Column('bigint')
  calls!: string;

  @Column('timestamptz', { name: 'last_at' })
  lastAt!: Date;
}
