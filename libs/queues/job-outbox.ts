import { Injectable } from '@nestjs/common';
import { currentRequestId, currentTraceparent, inSpan } from '#observability';
import { ChangeFeed, type SystemTransaction, type Transaction, type WorkspaceTransaction } from '#database';
import type { JobCatalogue, JobName } from './job-catalogue.js';
import { OutboxRelay } from './outbox-relay.js';

/** What ends a workspace is not stopped with its other work. */
const ENDS_A_WORKSPACE: JobName = 'workspace.purge';

/** A piece of work to be owed. */
export interface NewJob<N extends JobName> {
  workspaceId: string;
  /** The row it is about. */
  subjectId: string;
  /** Of the subject; work of an earlier generation is void. Default 1. */
  generation?: number;
  /** Tells apart several jobs of one name about one subject. Default 0. */
  part?: number;
  /** Acts among the jobs of the workspace: 1 goes before 0, 0 before -1. Default 0. */
  priority?: number;
  payload: JobCatalogue[N];
  /** Not before so many seconds from now, by the database's clock. Default 0. */
  delaySeconds?: number;
}

const INSERT = `
INSERT INTO jobs (workspace_id, name, subject_id, generation, part, payload, request_id, trace_parent, due_at, priority)
SELECT j."workspaceId", $1, j."subjectId", coalesce(j.generation, 1), coalesce(j.part, 0), j.payload, $2, $4,
  now() + make_interval(secs => coalesce(j."delaySeconds", 0)), coalesce(j.priority, 0)
FROM jsonb_to_recordset($3::jsonb)
  AS j ("workspaceId" uuid, "subjectId" uuid, generation integer, part integer, payload jsonb, "delaySeconds" float8,
  priority smallint)
ON CONFLICT (name, subject_id, generation, part) DO NOTHING`;

/** The only way to have work done: a row in the transaction that makes the work necessary. The queue hears of it after the commit. */
@Injectable()
export class JobOutbox {
  constructor(
    private readonly relay: OutboxRelay,
    private readonly changes: ChangeFeed,
  ) {}

  /**
   * Owes one job. The same (name, subject, generation, part) twice is one job.
   * @returns false when it was owed already
   */
  async add<N extends JobName>(tx: Transaction, name: N, job: NewJob<N>): Promise<boolean> {
    return (await this.addMany(tx, name, [job])) > 0;
  }

  /**
   * Owes many jobs of one name in one statement: a recording of ten hours has more than a thousand parts.
   * @returns how many were not owed already
   */
  async addMany<N extends JobName>(tx: Transaction, name: N, jobs: readonly NewJob<N>[]): Promise<number> {
    tx.afterCommit(() => this.relay.nudge());
    return inSpan({ name: `owe ${name}`, kind: 'producer', attributes: { 'steno.jobs': jobs.length } }, () =>
      tx.execute(INSERT, [name, currentRequestId(), JSON.stringify(jobs), currentTraceparent()]),
    );
  }

  /**
   * Takes back a job that nobody has begun.
   * @returns false when it is gone, running or done: the caller's assumption no longer holds
   */
  async withdraw(tx: Transaction, name: JobName, subjectId: string): Promise<boolean> {
    return (
      (await tx.execute(`DELETE FROM jobs WHERE name = $1 AND subject_id = $2 AND state = 'waiting'`, [name, subjectId])) > 0
    );
  }

  /**
   * Ends all work about a subject that is going away or wants none any more: waiting jobs vanish, running ones lose their lease and
   * write nothing more. Their workers hear of it at the commit and stop within a second. A job whose row is locked just then is left
   * alone (waiting for it could be a deadlock): its worker stops as well, and whoever takes it up finds nothing to do.
   */
  async forget(tx: WorkspaceTransaction, subjectId: string): Promise<void> {
    const open = `SELECT id FROM jobs WHERE subject_id = $1 AND state IN ('waiting', 'running') FOR UPDATE SKIP LOCKED`;
    await tx.execute(`DELETE FROM jobs WHERE id IN (${open})`, [subjectId]);
    await this.changes.announce(tx, `work:${subjectId}`);
  }

  /** What the unfinished jobs of a name carry. */
  async owed<N extends JobName>(tx: SystemTransaction, name: N): Promise<JobCatalogue[N][]> {
    const rows = await tx.query<{ payload: JobCatalogue[N] }>(
      `SELECT payload FROM jobs WHERE name = $1 AND state IN ('waiting', 'running')`,
      [name],
    );
    return rows.map(({ payload }) => payload);
  }

  /** Stops all work of a workspace until `resume`: what waits is not taken, what runs loses its lease and writes nothing more. */
  async suspend(tx: SystemTransaction, workspaceId: string): Promise<void> {
    await tx.execute(
      `UPDATE jobs SET state = 'waiting', due_at = 'infinity', lease_until = NULL, worker = NULL, rung_at = NULL, epoch = epoch + 1
       WHERE workspace_id = $1 AND state IN ('waiting', 'running') AND name <> $2`,
      [workspaceId, ENDS_A_WORKSPACE],
    );
  }

  /** Goes on with what `suspend` stopped. */
  async resume(tx: SystemTransaction, workspaceId: string): Promise<void> {
    await tx.execute(`UPDATE jobs SET due_at = now() WHERE workspace_id = $1 AND state = 'waiting' AND due_at = 'infinity'`, [
      workspaceId,
    ]);
    tx.afterCommit(() => this.relay.nudge());
  }
}
