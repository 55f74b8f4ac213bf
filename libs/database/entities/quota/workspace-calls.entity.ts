import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { Workspace } from '../identity/workspace.entity.js';

/** Calls of a workspace on a day, as one source counted them; the calls of the day are the sum over its sources. */
@Entity('workspace_calls')
export class WorkspaceCalls {
  @PrimaryColumn('uuid', { name: 'workspace_id' })
  @ForeignKey(() => Workspace, { name: 'workspace_calls_workspace_id_fkey', onDelete: 'CASCADE' })
  workspaceId!: string;

  /** In UTC. */
  @PrimaryColumn('date')
  day!: string;

  /** Who counted: a process, or one life of a Redis. */
  @PrimaryColumn('text')
  source!: string;

  @Column('bigint')
  calls!: string;
}
