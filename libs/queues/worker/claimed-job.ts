import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, isDatabaseUnavailable, isStatementTimeout, type WorkspaceTransaction } from '#database';
import type { JobCatalogue, JobName } from '../job-catalogue.js';

/** What a job is about. */
export interface JobFacts<N extends JobName> {
  readonly id: string;
  readonly name: N;
  readonly workspaceId: string;
  readonly subjectId: string;
  readonly generation: number;
  readonly part: number;
  /** Changed by the job itself alone, with `carry`. */
  payload: JobCatalogue[N];
  readonly requestId: string;
  readonly epoch: number;
  readonly failures: number;
  readonly crashes: number;
  /** Since the job was owed. */
  readonly ageSeconds: number;
  /** Since it was due. */
  readonly dueSeconds: number;
  /** Since the queue was told of it; null when its claim came before the mark. */
  readonly rungSeconds: number | null;
  /** Where it belongs in the trace of what caused it. */
  readonly traceParent: string | null;
}

/** Somebody else holds the job now, or it was taken away: whatever this process still does must not be written. */
export class LeaseLostError extends Error {
  constructor(job: { name: string; id: string }) {
    super(`The lease of ${job.name} ${job.id} is lost.`);
    this.name = 'LeaseLostError';
  }
}

/** Between two tries to commit while the database is away. */
const COMMIT_AGAIN_MS = 1_000;

const HOLD = `SELECT 1 FROM jobs WHERE id = $1 AND epoch = $2 AND state = 'running' FOR UPDATE`;
const CARRY = `UPDATE jobs SET payload = $3 WHERE id = $1 AND epoch = $2 AND state = 'running'`;
const FINISH = `UPDATE jobs SET state = 'done', finished_at = now(), lease_until = NULL WHERE id = $1 AND epoch = $2 AND state = 'running'`;

/** A job this process holds the lease of, and the only way to write its effects: every write is fenced by the lease's epoch. */
export class ClaimedJob<N extends JobName> {
  private committed = false;

  /**
   * @param facts the row as claimed
   * @param signal aborts when the lease is lost, the time is up or the process must end
   */
  constructor(
    readonly facts: JobFacts<N>,
    readonly signal: AbortSignal,
    private readonly database: Database,
  ) {}

  /** Whether `commit` went through. */
  get isCommitted(): boolean {
    return this.committed;
  }

  /**
   * Ends the job and writes its effects in one transaction. Waits for a database that is away: what the work gave may have been
   * paid for. A commit whose confirmation got lost is found out by the second try, which then changes nothing.
   * @throws LeaseLostError, with nothing written, when another holder took over
   */
  async commit(effects: (tx: WorkspaceTransaction) => Promise<void>): Promise<void> {
    await this.whenReachable(() =>
      this.database.inWorkspace(this.facts.workspaceId, async (tx) => {
        if ((await tx.execute(FINISH, [this.facts.id, this.facts.epoch])) === 0) throw new LeaseLostError(this.facts);
        await effects(tx);
      }),
    );
    this.committed = true;
  }

  /**
   * Writes something on the way; the job goes on.
   * @throws LeaseLostError, with nothing written, when another holder took over
   */
  async write<T>(effects: (tx: WorkspaceTransaction) => Promise<T>): Promise<T> {
    return this.database.inWorkspace(this.facts.workspaceId, async (tx) => {
      if ((await tx.query(HOLD, [this.facts.id, this.facts.epoch])).length === 0) throw new LeaseLostError(this.facts);
      return effects(tx);
    });
  }

  /**
   * As `write`, for what may have been paid for: waits for a database that is away, and for whatever others hold.
   * @param effects change nothing when they were written before: the confirmation of the first try may have been lost
   */
  async keep<T>(effects: (tx: WorkspaceTransaction) => Promise<T>): Promise<T> {
    return this.whenReachable(() => this.write(effects), isStatementTimeout);
  }

  /**
   * Changes what the job carries, in a transaction of its `write`: whoever has to take it up after this process goes on with that.
   */
  async carry(tx: WorkspaceTransaction, payload: JobCatalogue[N]): Promise<void> {
    await tx.execute(CARRY, [this.facts.id, this.facts.epoch, JSON.stringify(payload)]);
    tx.afterCommit(() => {
      this.facts.payload = payload;
    });
  }

  /** Reads what the work needs. */
  async read<T>(query: (tx: WorkspaceTransaction) => Promise<T>): Promise<T> {
    return this.database.inWorkspace(this.facts.workspaceId, query);
  }

  private async whenReachable<T>(work: () => Promise<T>, alsoPasses: (error: unknown) => boolean = () => false): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if ((!isDatabaseUnavailable(error) && !alsoPasses(error)) || this.signal.aborted) throw error;
        await sleep(COMMIT_AGAIN_MS);
      }
    }
  }
}
