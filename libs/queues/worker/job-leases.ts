import { Injectable } from '@nestjs/common';
import { Database, type WorkspaceTransaction } from '#database';
import type { JobCatalogue, JobName } from '../job-catalogue.js';
import { type JobFacts, LeaseLostError } from './claimed-job.js';
import type { JobFailure } from './job-failure.js';

interface ClaimedRow {
  id: string;
  name: JobName;
  workspace_id: string;
  subject_id: string;
  generation: number;
  part: number;
  payload: JobCatalogue[JobName];
  request_id: string;
  epoch: number;
  failures: number;
  crashes: number;
  age_seconds: number;
  due_seconds: number;
  rung_seconds: number | null;
  trace_parent: string | null;
}

const CLAIM = `
UPDATE jobs SET state = 'running', epoch = epoch + 1, lease_until = now() + make_interval(secs => $3), worker = $4
WHERE id = $1 AND workspace_id = $2 AND state = 'waiting' AND due_at <= now()
RETURNING id, name, workspace_id, subject_id, generation, part, payload, request_id, epoch, failures, crashes,
  trace_parent, extract(epoch FROM now() - created_at)::float8 AS age_seconds, extract(epoch FROM now() - due_at)::float8 AS due_seconds,
  extract(epoch FROM now() - rung_at)::float8 AS rung_seconds`;

/**
 * A job whose row is locked is being written by its own commit, or taken away: it is left alone until the next time. Nobody else takes it
 * meanwhile, and waiting for it would let the leases of all the others run out.
 */
const EXTEND = `
WITH held AS (SELECT * FROM unnest($1::bigint[], $2::integer[], $3::float8[]) AS h (id, epoch, seconds)),
running AS (SELECT held.* FROM held JOIN jobs ON jobs.id = held.id AND jobs.epoch = held.epoch AND jobs.state = 'running'),
free AS (
  SELECT running.* FROM running JOIN jobs ON jobs.id = running.id AND jobs.epoch = running.epoch AND jobs.state = 'running'
  FOR UPDATE OF jobs SKIP LOCKED),
extended AS (
  UPDATE jobs SET lease_until = now() + make_interval(secs => free.seconds) FROM free WHERE jobs.id = free.id)
SELECT id FROM running`;

const HAND_BACK = `
UPDATE jobs SET state = 'waiting', lease_until = NULL, worker = NULL, rung_at = NULL,
  due_at = now() + make_interval(secs => $3), failures = failures + $4, error_code = $5, error_detail = $6
WHERE id = $1 AND epoch = $2 AND state = 'running'`;

const GIVE_UP = `
UPDATE jobs SET state = 'failed', lease_until = NULL, finished_at = now(), failures = failures + 1, error_code = $3, error_detail = $4
WHERE id = $1 AND epoch = $2 AND state = 'running'`;

/** The statements of the lease. Every change is one compare-and-set on the epoch, timed by the database's clock. */
@Injectable()
export class JobLeases {
  constructor(private readonly database: Database) {}

  /**
   * Takes a waiting job.
   * @returns null when it is not there to be taken: somebody has it, it is done, or it is not due
   */
  async claim(jobId: string, workspaceId: string, leaseSeconds: number, worker: string): Promise<JobFacts<JobName> | null> {
    const [row] = await this.database.asSystem((tx) => tx.query<ClaimedRow>(CLAIM, [jobId, workspaceId, leaseSeconds, worker]));
    if (row === undefined) return null;
    const { workspace_id, subject_id, request_id, age_seconds, due_seconds, rung_seconds, trace_parent, ...rest } = row;
    const ids = { workspaceId: workspace_id, subjectId: subject_id, requestId: request_id, traceParent: trace_parent };
    return { ...rest, ...ids, ageSeconds: age_seconds, dueSeconds: due_seconds, rungSeconds: rung_seconds };
  }

  /**
   * Extends many leases in one statement.
   * @returns the ids still held
   */
  async extend(held: { id: string; epoch: number; seconds: number }[]): Promise<Set<string>> {
    const columns = [held.map(({ id }) => id), held.map(({ epoch }) => epoch), held.map(({ seconds }) => seconds)];
    const rows = await this.database.asSystem((tx) => tx.query<{ id: string }>(EXTEND, columns));
    return new Set(rows.map(({ id }) => id));
  }

  /**
   * Gives a job back to be taken again later.
   * @param failure why; not given when the process merely has to end
   * @param counts whether the try counts against the job
   */
  async handBack(job: JobFacts<JobName>, afterSeconds: number, failure?: JobFailure, counts = false): Promise<void> {
    const parameters = [job.id, job.epoch, afterSeconds, counts ? 1 : 0, failure?.code ?? null, failure?.detail ?? null];
    await this.database.asSystem((tx) => tx.execute(HAND_BACK, parameters));
  }

  /**
   * Ends a job for good.
   * @param effects what follows for the subject, in the same transaction
   */
  async giveUp(job: JobFacts<JobName>, failure: JobFailure, effects: (tx: WorkspaceTransaction) => Promise<void>): Promise<void> {
    await this.database.inWorkspace(job.workspaceId, async (tx) => {
      if ((await tx.execute(GIVE_UP, [job.id, job.epoch, failure.code, failure.detail])) === 0) throw new LeaseLostError(job);
      await effects(tx);
    });
  }
}
