import { Injectable } from '@nestjs/common';
import { Config, type PlanQuotas, QUOTA_PLANS_SETTING, readQuotaPlans } from '#config';
import { type Plan, QUOTA_RESOURCES, type QuotaResource } from '#database';

const MILLISECONDS = 1_000;

/** What each plan grants of each resource, in the units of the ledger: bytes, milliseconds, calls, tokens. */
export type Grants = Record<Plan, Record<QuotaResource, number | null>>;

/** The quotas of the plans as this installation has them. */
@Injectable()
export class Plans {
  readonly grants: Grants;
  /** The same, as statements take it. */
  readonly json: string;

  constructor({ quotaPlans }: Config) {
    const { free, pro, enterprise, custom } = quotaPlans;
    this.grants = { free: grantsOf(free), pro: grantsOf(pro), enterprise: grantsOf(enterprise), custom: grantsOf(custom) };
    this.json = JSON.stringify(this.grants);
  }
}

/**
 * Reads quotas of one workspace, such as `transcription=600` or `storage=off`, in the units of QUOTA_PLANS.
 * @throws Error naming the first that is wrong
 */
export function readOwnQuotas(entries: readonly string[]): Partial<Grants[Plan]> {
  const settings = entries.map((entry) => `custom.${entry}`);
  const wrong = entries.find((_, index) => !QUOTA_PLANS_SETTING.test(settings[index] ?? ''));
  if (wrong !== undefined)
    throw new Error(`${wrong} is no quota. There are: ${QUOTA_RESOURCES.join(', ')}; such as transcription=600.`);
  const grants = grantsOf(readQuotaPlans(settings).custom);
  const named = QUOTA_RESOURCES.filter((resource) => entries.some((entry) => entry.startsWith(`${resource}=`)));
  return Object.fromEntries(named.map((resource) => [resource, grants[resource]]));
}

function grantsOf({ storageBytes, processingSeconds, transcriptionSeconds, apiCalls, aiTokens }: PlanQuotas): Grants[Plan] {
  return {
    storage: storageBytes,
    processing: milliseconds(processingSeconds),
    transcription: milliseconds(transcriptionSeconds),
    calls: apiCalls,
    tokens: aiTokens,
  };
}

function milliseconds(seconds: number | null): number | null {
  return seconds === null ? null : seconds * MILLISECONDS;
}
