import { Injectable } from '@nestjs/common';
import { type Statement, type SystemTransaction, type Transaction, UsageRecord, type WorkspaceTransaction } from '#database';
import { Metrics } from '#observability';
import { CallFigures } from './call-figures.js';
import { type ProviderCall, recordOf } from './provider-call.js';

/** What sums can be told apart by. */
export const USAGE_GROUPS = ['day', 'month', 'user', 'apiKey', 'providerKey', 'installationKey', 'provider', 'model'] as const;
export type UsageGroup = (typeof USAGE_GROUPS)[number];

const COLUMNS: Record<UsageGroup, string> = {
  day: `to_char(u.at AT TIME ZONE w.timezone, 'YYYY-MM-DD')`,
  month: `to_char(u.at AT TIME ZONE w.timezone, 'YYYY-MM')`,
  user: 'u.user_id',
  apiKey: 'u.api_key_id',
  providerKey: 'u.provider_key_id',
  installationKey: 'u.installation_key_id',
  provider: 'u.provider',
  model: 'u.model',
};

/** What calls come to. */
export interface UsageSums {
  calls: number;
  failed: number;
  /** Of sound in the calls that were answered. */
  milliseconds: number;
  /** Of text that language models read. */
  inputTokens: number;
  /** Of text that they wrote. */
  outputTokens: number;
  /** Of the calls whose cost is known. */
  costMicroDollars: number;
  /** Calls of which nobody knows what they cost. */
  unknownCost: number;
}

/** Sums with what they are told apart by. */
export type GroupedUsage = UsageSums & Partial<Record<UsageGroup, string | null>>;

/** Both days included, YYYY-MM-DD, in the workspace's time zone. */
export interface UsageSpan {
  from: string;
  to: string;
}

const SUMS = `count(*)::int AS calls, count(*) FILTER (WHERE u.outcome = 'failed')::int AS failed,
  coalesce(sum(u.milliseconds), 0)::float8 AS milliseconds, coalesce(sum(u.input_tokens), 0)::float8 AS "inputTokens",
  coalesce(sum(u.output_tokens), 0)::float8 AS "outputTokens", coalesce(sum(u.cost_micro_dollars), 0)::float8 AS "costMicroDollars",
  count(*) FILTER (WHERE u.cost_micro_dollars IS NULL)::int AS "unknownCost"`;

const WITHIN = `
FROM usage_records u JOIN workspaces w ON w.id = u.workspace_id
WHERE u.workspace_id = $1 AND u.at >= $2::date::timestamp AT TIME ZONE w.timezone
  AND u.at < ($3::date + 1)::timestamp AT TIME ZONE w.timezone`;

const RECORD_MANY = `
INSERT INTO usage_records (id, workspace_id, subject_id, user_id, api_key_id, provider_key_id, installation_key_id, provider, model, outcome,
  milliseconds, input_tokens, output_tokens, cost_micro_dollars)
SELECT r.id, $1, r."subjectId", r."userId", r."apiKeyId", r."providerKeyId", r."installationKeyId", r.provider, r.model, r.outcome,
  r.milliseconds, r."inputTokens", r."outputTokens", r."costMicroDollars"
FROM jsonb_to_recordset($2::jsonb) AS r (id uuid, "subjectId" uuid, "userId" uuid, "apiKeyId" uuid, "providerKeyId" uuid,
  "installationKeyId" uuid, provider text, model text, outcome text, milliseconds bigint, "inputTokens" bigint, "outputTokens" bigint,
  "costMicroDollars" bigint)`;

/** Calls to providers, one record each; records are only added. */
@Injectable()
export class UsageRecords {
  private readonly figures: CallFigures;

  constructor(metrics: Metrics) {
    this.figures = new CallFigures(metrics);
  }

  /** In the transaction that keeps what the call gave. */
  async record(tx: Transaction, call: ProviderCall): Promise<void> {
    await tx.manager.insert(UsageRecord, recordOf(call));
    tx.afterCommit(() => this.figures.count(call));
  }

  /** As `record`, for many calls of a workspace in one statement; once it is committed, `count` is told. */
  recordMany(workspaceId: string, calls: readonly ProviderCall[]): Statement {
    return { sql: RECORD_MANY, parameters: [workspaceId, JSON.stringify(calls.map(recordOf))] };
  }

  /** Shows calls that were recorded by `recordMany` in the figures. */
  count(calls: readonly ProviderCall[]): void {
    for (const call of calls) this.figures.count(call);
  }

  /**
   * Sums of a span, ordered by what they are told apart by.
   * @param groups none: one sum of all
   */
  async sums(tx: WorkspaceTransaction, { from, to }: UsageSpan, groups: readonly UsageGroup[]): Promise<GroupedUsage[]> {
    const columns = groups.map((group) => `${COLUMNS[group]} AS "${group}"`);
    const places = groups.map((_, index) => index + 1).join(', ');
    const grouped = groups.length === 0 ? '' : ` GROUP BY ${places} ORDER BY ${places}`;
    return tx.query<GroupedUsage>(`SELECT ${[...columns, SUMS].join(', ')} ${WITHIN}${grouped}`, [tx.workspaceId, from, to]);
  }

  /** Today, and the month it is in, in the workspace's time zone by the database's clock. */
  async today(tx: WorkspaceTransaction): Promise<string> {
    const [row] = await tx.query<{ day: string }>(
      `SELECT to_char(now() AT TIME ZONE timezone, 'YYYY-MM-DD') AS day FROM workspaces WHERE id = $1`,
      [tx.workspaceId],
    );
    if (row === undefined) throw new Error(`The workspace ${tx.workspaceId} is gone.`);
    return row.day;
  }

  /** Records of all workspaces in the order of their ids, after one. */
  async after(tx: SystemTransaction, id: string, until: string | null, limit: number): Promise<UsageRecord[]> {
    return tx.manager.query<UsageRecord[]>(
      `SELECT id, workspace_id AS "workspaceId", subject_id AS "subjectId", outcome, milliseconds::text,
         cost_micro_dollars::text AS "costMicroDollars"
       FROM usage_records WHERE id > $1 AND ($2::uuid IS NULL OR id <= $2) ORDER BY id LIMIT $3`,
      [id, until, limit],
    );
  }
}
