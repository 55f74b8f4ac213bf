const PLANS = ['free', 'pro', 'enterprise', 'custom'] as const;

/** What a workspace may use of each resource in a month, stored bytes at any time; null: as much as it likes. */
export interface PlanQuotas {
  storageBytes: number | null;
  /** Sound that is decoded and cut. */
  processingSeconds: number | null;
  /** Sound that speech providers transcribe. */
  transcriptionSeconds: number | null;
  apiCalls: number | null;
  aiTokens: number | null;
}

/** The quotas of each plan. */
export type QuotaPlans = Record<(typeof PLANS)[number], PlanQuotas>;

const MEGABYTE = 1_000_000;
const MINUTE = 60;

/** How each resource is named in the setting, and how many of our units one of its is. */
const RESOURCES: Record<string, { field: keyof PlanQuotas; unit: number }> = {
  storage: { field: 'storageBytes', unit: MEGABYTE },
  processing: { field: 'processingSeconds', unit: MINUTE },
  transcription: { field: 'transcriptionSeconds', unit: MINUTE },
  calls: { field: 'apiCalls', unit: 1 },
  tokens: { field: 'aiTokens', unit: 1 },
};

function plan(gigabytes: number, processing: number, transcription: number, apiCalls: number, aiTokens: number): PlanQuotas {
  return {
    storageBytes: gigabytes * 1_000 * MEGABYTE,
    processingSeconds: processing * MINUTE,
    transcriptionSeconds: transcription * MINUTE,
    apiCalls,
    aiTokens,
  };
}

const UNLIMITED: PlanQuotas = {
  storageBytes: null,
  processingSeconds: null,
  transcriptionSeconds: null,
  apiCalls: null,
  aiTokens: null,
};

const DEFAULTS: QuotaPlans = {
  free: plan(1, 60, 30, 1_000, 50_000),
  pro: plan(100, 3_000, 1_500, 100_000, 5_000_000),
  enterprise: plan(2_000, 60_000, 30_000, 5_000_000, 200_000_000),
  // What such a workspace may use stands in its own row.
  custom: UNLIMITED,
};

/** `off`, `plan.resource=off` or `plan.resource=amount`; at most 999 999 999 megabytes, minutes, calls or tokens. */
export const QUOTA_PLANS_SETTING =
  /^(?:off|(free|pro|enterprise|custom)\.(storage|processing|transcription|calls|tokens)=(off|\d{1,9}))$/;

/** Reads entries that fit the pattern above, one after the other. */
export function readQuotaPlans(entries: readonly string[]): QuotaPlans {
  const plans = structuredClone(DEFAULTS);
  for (const entry of entries) {
    const [, name, resource = '', amount] = QUOTA_PLANS_SETTING.exec(entry) ?? [];
    if (name === undefined) for (const each of PLANS) plans[each] = { ...UNLIMITED };
    const { field, unit } = RESOURCES[resource] ?? {};
    if (field !== undefined && unit !== undefined)
      plans[name as keyof QuotaPlans][field] = amount === 'off' ? null : Number(amount) * unit;
  }
  return plans;
}
