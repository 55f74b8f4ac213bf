import { Injectable } from '@nestjs/common';
import type { WorkspaceTransaction } from '#database';

/** How the calls to a model of a provider went in a period. */
export interface CallFigures {
  provider: string;
  model: string;
  /** All of them, the cancelled ones included. */
  calls: number;
  cancelled: number;
  /** Without the cancelled ones. */
  failed: number;
  /** By the error's kind; those without one are left out. */
  failedByKind: Record<string, number>;
  /** Of the answered calls, in milliseconds; null without any, as are the other figures of answers. */
  latency: { p50: number; p95: number } | null;
  /** Seconds of sound that were answered. */
  audioSeconds: number;
  /** Seconds of sound heard in a second of waiting. */
  timesRealTime: number | null;
  /** Of the calls whose cost is known. */
  costMicroDollars: number | null;
  /** For an hour of sound; null when no cost is known. */
  microDollarsPerHour: number | null;
}

/** A call of late. */
export interface RecentCall {
  provider: string;
  /** Null: it was answered. */
  errorKind: string | null;
  at: Date;
}

interface Row {
  provider: string;
  model: string;
  /** Null in the line for all calls, and in the one for those that were answered. */
  errorKind: string | null;
  isTotal: boolean;
  calls: number;
  p50: number | null;
  p95: number | null;
  audioSeconds: number | null;
  waitedSeconds: number | null;
  cost: number | null;
  pricedSeconds: number | null;
}

/** A line for each model, and one for each kind of error of it. */
const FIGURES = `
SELECT provider, model, error_kind AS "errorKind", grouping(error_kind) = 1 AS "isTotal", count(*)::int AS calls,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY latency_ms) FILTER (WHERE outcome = 'answered') AS p50,
  percentile_cont(0.95) WITHIN GROUP (ORDER BY latency_ms) FILTER (WHERE outcome = 'answered') AS p95,
  sum(audio_seconds) FILTER (WHERE outcome = 'answered') AS "audioSeconds",
  (sum(latency_ms) FILTER (WHERE outcome = 'answered') / 1000.0)::float8 AS "waitedSeconds",
  sum(cost_micro_dollars)::float8 AS cost,
  sum(audio_seconds) FILTER (WHERE cost_micro_dollars IS NOT NULL) AS "pricedSeconds"
FROM transcription_attempts
WHERE workspace_id = $1 AND created_at >= $2
GROUP BY GROUPING SETS ((provider, model), (provider, model, error_kind))
ORDER BY provider, model, error_kind`;

const RECENT_CALLS = 20;
const RECENT = `
SELECT provider, "errorKind", at FROM (
  SELECT provider, CASE outcome WHEN 'failed' THEN coalesce(error_kind, 'unknown') END AS "errorKind", created_at AS at, id,
    row_number() OVER (PARTITION BY provider ORDER BY created_at DESC, id DESC) AS nth
  FROM transcription_attempts WHERE workspace_id = $1 AND created_at >= $2) a
WHERE nth <= ${RECENT_CALLS} ORDER BY at DESC, id DESC`;

/** The calls of a workspace to speech providers, looked back on. */
@Injectable()
export class ProviderCalls {
  /** By provider and model. */
  async figures(tx: WorkspaceTransaction, since: Date): Promise<CallFigures[]> {
    const rows = await tx.query<Row>(FIGURES, [tx.workspaceId, since]);
    return rows
      .filter(({ isTotal }) => isTotal)
      .map((total) =>
        figuresOf(
          total,
          rows.filter((row) => isKindOf(row, total)),
        ),
      );
  }

  /** The last twenty of each provider, the newest first. */
  async recent(tx: WorkspaceTransaction, since: Date): Promise<RecentCall[]> {
    return tx.query<RecentCall>(RECENT, [tx.workspaceId, since]);
  }
}

function isKindOf(row: Row, total: Row): boolean {
  return !row.isTotal && row.errorKind !== null && row.provider === total.provider && row.model === total.model;
}

function figuresOf(total: Row, kinds: readonly Row[]): CallFigures {
  const { provider, model, calls, p50, p95, audioSeconds, waitedSeconds, cost, pricedSeconds } = total;
  const failedByKind: Record<string, number> = Object.fromEntries(
    kinds.map(({ errorKind, calls: count }) => [errorKind ?? 'unknown', count]),
  );
  const { cancelled = 0, ...others } = failedByKind;
  return {
    provider,
    model,
    calls,
    cancelled,
    failed: Object.values(others).reduce((sum, count) => sum + count, 0),
    failedByKind: others,
    latency: p50 === null || p95 === null ? null : { p50: Math.round(p50), p95: Math.round(p95) },
    audioSeconds: audioSeconds ?? 0,
    timesRealTime: audioSeconds === null ? null : audioSeconds / Math.max(waitedSeconds ?? 0, 0.001),
    costMicroDollars: cost,
    microDollarsPerHour: cost === null || !pricedSeconds ? null : Math.round((cost / pricedSeconds) * 3600),
  };
}
