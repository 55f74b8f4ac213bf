import { csvCell } from '#audit';
import type { GroupedUsage } from './usage-records.repository.js';

export const USAGE_FORMATS = ['csv', 'json'] as const;
export type UsageFormat = (typeof USAGE_FORMATS)[number];

const COLUMNS = [
  'day',
  'userId',
  'apiKeyId',
  'providerKeyId',
  'installationKeyId',
  'provider',
  'model',
  'calls',
  'failed',
  'audioSeconds',
  'inputTokens',
  'outputTokens',
  'costMicroDollars',
  'unknownCostCalls',
] as const;

/** One row of the file. */
type Row = Record<(typeof COLUMNS)[number], string | number | null>;

/** The whole of an export: a row for each day, member, key, provider and model. Nothing in it is a formula; lines end as RFC 4180 wants it. */
export function writeUsage(format: UsageFormat, groups: readonly GroupedUsage[]): string {
  const rows = groups.map(rowOf);
  if (format === 'json') return `${JSON.stringify(rows, null, 2)}\n`;
  const lines = rows.map((row) => COLUMNS.map((column) => csvCell(String(row[column] ?? ''))).join(','));
  return [COLUMNS.join(','), ...lines, ''].join('\r\n');
}

function rowOf({ day, user, apiKey, providerKey, installationKey, provider, model, ...sums }: GroupedUsage): Row {
  return {
    day: day ?? null,
    userId: user ?? null,
    apiKeyId: apiKey ?? null,
    providerKeyId: providerKey ?? null,
    installationKeyId: installationKey ?? null,
    provider: provider ?? null,
    model: model ?? null,
    calls: sums.calls,
    failed: sums.failed,
    audioSeconds: sums.milliseconds / 1_000,
    inputTokens: sums.inputTokens,
    outputTokens: sums.outputTokens,
    costMicroDollars: sums.costMicroDollars,
    unknownCostCalls: sums.unknownCost,
  };
}
