import { SetMetadata, type Type } from '@nestjs/common';
import type { WorkspaceTransaction } from '#database';
import type { JobName } from '../job-catalogue.js';
import type { ClaimedJob, JobFacts } from './claimed-job.js';
import type { JobFailure } from './job-failure.js';

export const HANDLED_JOB = 'steno:handled-job';

/** The work behind a job name. It may run more than once for one job; what it commits happens once. */
export interface JobHandler<N extends JobName> {
  /**
   * Does the work and ends it with `job.commit`. Throws when it could not; the runner decides by the error's kind whether to try
   * again. Must stop soon after `job.signal` aborts.
   */
  run(job: ClaimedJob<N>): Promise<void>;

  /** Says in the subject's row that the work will not be done. Commits together with the job's own end. */
  giveUp(tx: WorkspaceTransaction, job: JobFacts<N>, failure: JobFailure): Promise<void>;
}

/** Makes a provider the handler of a job name. Each name has exactly one; the worker checks it at start. */
export function OnJob<N extends JobName>(name: N) {
  return (handler: Type<JobHandler<N>>): void => {
    SetMetadata(HANDLED_JOB, name)(handler);
  };
}
