import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Workspace } from '../identity/workspace.entity.js';

export type JobState = 'waiting' | 'running' | 'done' | 'failed';

/**
 * One piece of owed work. The row is the outbox entry (committed with what caused it, rung in the queue afterwards), the lease
 * (who works on it, until when, under which epoch) and the record of its tries.
 */
@Entity('jobs')
@Index('jobs_unit_key', ['name', 'subjectId', 'generation', 'part'], { unique: true })
@Index('jobs_to_ring_idx', ['name', 'dueAt'], { where: `state = 'waiting' AND rung_at IS NULL` })
@Index('jobs_to_feed_idx', ['name', 'workspaceId', 'priority', 'dueAt', 'id'], { where: `state = 'waiting' AND rung_at IS NULL` })
@Index('jobs_rung_idx', ['rungAt'], { where: `state = 'waiting' AND rung_at IS NOT NULL` })
@Index('jobs_running_idx', ['leaseUntil'], { where: `state = 'running'` })
@Index('jobs_finished_idx', ['finishedAt'], { where: `finished_at IS NOT NULL` })
@Index('jobs_subject_id_idx', ['subjectId'])
@Check('jobs_state_check', `state IN ('waiting', 'running', 'done', 'failed')`)
export class Job {
  @PrimaryColumn('bigint', { generated: 'identity', generatedIdentity: 'ALWAYS' })
  id!: string;

  @Column('uuid', { name: 'workspace_id' })
  @ForeignKey(() => Workspace, { name: 'jobs_workspace_id_fkey', onDelete: 'CASCADE' })
  workspaceId!: string;

  /** A name of the job catalogue. */
  @Column('text')
  name!: string;

  /** The row this work is about. */
  @Column('uuid', { name: 'subject_id' })
  subjectId!: string;

  @Column('integer', { default: 1 })
  generation!: number;

  /** Tells apart several jobs of one name about one subject, e.g. the chunks of a recording. */
  @Column('integer', { default: 0 })
  part!: number;

  @Column('jsonb', { default: {} })
  payload!: object;

  @Column('text', { default: 'waiting' })
  state!: JobState;

  /** Of the request that caused it; stands in the worker's log lines. */
  @Column('text', { name: 'request_id' })
  requestId!: string;

  /** Where it belongs in the trace of what caused it (W3C Trace Context); null where nothing is traced. */
  @Column('text', { name: 'trace_parent', nullable: true })
  traceParent!: string | null;

  /** Acts inside the workspace: 1 before 0 before -1. */
  @Column('smallint', { default: 0 })
  priority!: number;

  /** Not before this time, by the database's clock. */
  @Column('timestamptz', { name: 'due_at', default: () => 'now()' })
  dueAt!: Date;

  /** When the queue was last told; null: not yet. */
  @Column('timestamptz', { name: 'rung_at', nullable: true })
  rungAt!: Date | null;

  /** Raised by every claim. Only the holder of the newest epoch may write. */
  @Column('integer', { default: 0 })
  epoch!: number;

  @Column('timestamptz', { name: 'lease_until', nullable: true })
  leaseUntil!: Date | null;

  /** The process that holds the lease. */
  @Column('text', { nullable: true })
  worker!: string | null;

  /** Tries that ended with an error. */
  @Column('integer', { default: 0 })
  failures!: number;

  /** Tries whose worker vanished. */
  @Column('integer', { default: 0 })
  crashes!: number;

  @Column('text', { name: 'error_code', nullable: true })
  errorCode!: string | null;

  @Column('text', { name: 'error_detail', nullable: true })
  errorDetail!: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt!: Date | null;
}
