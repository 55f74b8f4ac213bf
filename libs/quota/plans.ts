import { Injectable } from '@nestjs/common';
import { Config } from '#config';
import type { Plan, QuotaResource } from '#database';

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
    const grantsOf = (plan: Plan): Grants[Plan] => {
      const { storageBytes, processingSeconds, transcriptionSeconds, apiCalls, aiTokens } = quotaPlans[plan];
      return {
        storage: storageBytes,
        processing: milliseconds(processingSeconds),
        transcription: milliseconds(transcriptionSeconds),
        calls: apiCalls,
        tokens: aiTokens,
      };
    };
    this.grants = {
      free: grantsOf('free'),
      pro: grantsOf('pro'),
      enterprise: grantsOf('enterprise'),
      custom: grantsOf('custom'),
    };
    this.json = JSON.stringify(this.grants);
  }
}

function milliseconds(seconds: number | null): number | null {
  return seconds === null ? null : seconds * MILLISECONDS;
}
