/** How many jobs of one kind a workspace may have under way at once, by its plan. */
export type PlanJobs = Record<'free' | 'pro' | 'enterprise' | 'custom', number>;

/** More than a single worker has slots for, so that it is only felt where many workers serve many workspaces. */
const DEFAULTS: PlanJobs = { free: 16, pro: 64, enterprise: 256, custom: 256 };

/** `plan=jobs`; at most 99 999. */
export const PLAN_JOBS_SETTING = /^(free|pro|enterprise|custom)=([1-9]\d{0,4})$/;

/** Reads entries that fit the pattern above. */
export function readPlanJobs(entries: readonly string[]): PlanJobs {
  const given = entries.map((entry) => entry.split('=')).map(([plan = '', jobs]) => [plan, Number(jobs)] as const);
  return { ...DEFAULTS, ...Object.fromEntries(given) };
}
