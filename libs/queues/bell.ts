import type { JobsOptions } from 'bullmq';

/** What travels through the queue: which row to look at. All facts are in the row. */
export interface Bell {
  v: 1;
  /** Row id in `jobs`; absent on a canary. */
  jobId?: string;
  workspaceId?: string;
  requestId?: string;
  canary?: true;
}

/**
 * BullMQ keeps nothing of a bell: the row records every try, and a kept record would block the next bell of the same id.
 * Attempts 1: tries and waits are counted in the row. https://docs.bullmq.io/guide/jobs/job-ids
 */
const BELL_OPTIONS = { attempts: 1, removeOnComplete: true, removeOnFail: true } as const satisfies JobsOptions;

/**
 * Settings of a bell. Its id is the same until somebody claims the row (a second ring is then no second job) and a new one
 * afterwards. Never all digits and without ':', which BullMQ refuses.
 */
export function bellOptions(jobId: string, epoch: number): JobsOptions {
  return { ...BELL_OPTIONS, jobId: `outbox-${jobId}-${epoch}` };
}

/** Settings of a canary bell: nothing is kept, and it goes before everything that waits. */
export function canaryOptions(id: string): JobsOptions {
  return { ...BELL_OPTIONS, jobId: `canary-${id}`, lifo: true };
}
