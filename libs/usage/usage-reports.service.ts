import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import {
  type GroupedUsage,
  USAGE_GROUPS,
  type UsageGroup,
  UsageRecords,
  type UsageSpan,
  type UsageSums,
} from './usage-records.repository.js';

/** Sums of a span: of all, and of each group. */
export interface UsageOfSpan extends UsageSpan {
  total: UsageSums;
  groups: GroupedUsage[];
}

/** Everything about a month that people ask for at its end. */
export interface MonthlyReport {
  /** YYYY-MM. */
  month: string;
  total: UsageSums;
  byDay: GroupedUsage[];
  byUser: GroupedUsage[];
  byApiKey: GroupedUsage[];
  byModel: GroupedUsage[];
}

const NOTHING: UsageSums = {
  calls: 0,
  failed: 0,
  milliseconds: 0,
  inputTokens: 0,
  outputTokens: 0,
  costMicroDollars: 0,
  unknownCost: 0,
};

/** What a workspace has used. */
@Injectable()
export class UsageReports {
  constructor(
    private readonly database: Database,
    private readonly records: UsageRecords,
  ) {}

  /**
   * @param span left out: of this month, up to today
   * @param groups told apart by these; none: the sum alone
   */
  async sums(workspaceId: string, span: Partial<UsageSpan>, groups: readonly UsageGroup[]): Promise<UsageOfSpan> {
    return this.database.inWorkspace(workspaceId, async (tx) => {
      const today = await this.records.today(tx);
      const to = span.to ?? today;
      const days = { from: span.from ?? `${to.slice(0, 7)}-01`, to };
      const [total = NOTHING] = await this.records.sums(tx, days, []);
      return { ...days, total, groups: groups.length === 0 ? [] : await this.records.sums(tx, days, groups) };
    });
  }

  /** @param month YYYY-MM, in the workspace's time zone */
  async month(workspaceId: string, month: string): Promise<MonthlyReport> {
    const span = { from: `${month}-01`, to: `${month}-${String(daysIn(month)).padStart(2, '0')}` };
    return this.database.inWorkspace(workspaceId, async (tx) => {
      const by = (...groups: UsageGroup[]): Promise<GroupedUsage[]> => this.records.sums(tx, span, groups);
      const [total = NOTHING] = await by();
      return {
        month,
        total,
        byDay: await by('day'),
        byUser: await by('user'),
        byApiKey: await by('apiKey'),
        byModel: await by('provider', 'model', 'providerKey', 'installationKey'),
      };
    });
  }

  /** Sums told apart by day and everything else there is. */
  async everything(workspaceId: string, span: Partial<UsageSpan>): Promise<UsageOfSpan> {
    return this.sums(
      workspaceId,
      span,
      USAGE_GROUPS.filter((group) => group !== 'month'),
    );
  }
}

function daysIn(month: string): number {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number, 0)).getUTCDate();
}
