import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Something that was done and matters to security. The apps' roles may add and read rows, nothing else. */
@Entity('audit_log')
@Index('audit_log_workspace_id_id_idx', ['workspaceId', 'id'])
@Index('audit_log_workspace_id_action_id_idx', ['workspaceId', 'action', 'id'])
@Index('audit_log_workspace_id_actor_id_id_idx', ['workspaceId', 'actorId', 'id'])
@Index('audit_log_workspace_id_target_id_id_idx', ['workspaceId', 'targetId', 'id'])
export class AuditEntry {
  /** UUIDv7: rises with time. */
  @PrimaryColumn('uuid')
  id!: string;

  /** Null where no workspace is concerned: a sign-in with an unknown address. No foreign key: the record outlives the workspace. */
  @Column('uuid', { name: 'workspace_id', nullable: true })
  workspaceId!: string | null;

  @Column('timestamptz', { default: () => 'now()' })
  at!: Date;

  /** `workspace.member_removed` and the like. */
  @Column('text')
  action!: string;

  /** user, key, system or anonymous. */
  @Column('text', { name: 'actor_kind' })
  actorKind!: string;

  @Column('uuid', { name: 'actor_id', nullable: true })
  actorId!: string | null;

  /** As it was called then. */
  @Column('text', { name: 'actor_name', nullable: true })
  actorName!: string | null;

  /** What it was done to: user, api_key, … */
  @Column('text', { name: 'target_kind', nullable: true })
  targetKind!: string | null;

  @Column('text', { name: 'target_id', nullable: true })
  targetId!: string | null;

  @Column('jsonb', { default: () => `'{}'` })
  details!: Record<string, string | number | boolean | null | string[]>;

  /** Of the client. */
  @Column('text', { nullable: true })
  address!: string | null;

  @Column('text', { nullable: true })
  device!: string | null;

  @Column('text', { name: 'request_id', nullable: true })
  requestId!: string | null;
}
