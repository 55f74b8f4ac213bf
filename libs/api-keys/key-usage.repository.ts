import { Injectable } from '@nestjs/common';
import type { SystemTransaction, WorkspaceTransaction } from '#database';

/** Calls of one key on one day, as one source has counted them since it began. */
export interface CountedCalls {
  keyId: string;
  /** UTC, as in 2026-09-01. */
  day: string;
  source: string;
  calls: number;
  lastAt: Date;
}

/** Calls of a key on one day. */
export interface CallsOfDay {
  day: string;
  calls: number;
  lastAt: Date;
}

const COUNTED =
  'unnest($1::uuid[], $2::date[], $3::text[], $4::bigint[], $5::timestamptz[]) AS c (key_id, day, source, calls, last_at)';

/** How often keys were used. */
@Injectable()
export class KeyUsageRepository {
  /** Writes totals, also ones that came before or were overtaken: the greater stays. Counts of unknown keys are left out. */
  async write(tx: SystemTransaction, counted: readonly CountedCalls[]): Promise<void> {
    const columns = [
      counted.map(({ keyId }) => keyId),
      counted.map(({ day }) => day),
      counted.map(({ source }) => source),
      counted.map(({ calls }) => calls),
      counted.map(({ lastAt }) => lastAt),
    ];
    // In one order, so that processes that write the same keys wait for each other and not in a circle.
    await tx.query('SELECT id FROM api_keys WHERE id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE', columns.slice(0, 1));
    await tx.execute(
      `INSERT INTO api_key_usage AS u (key_id, workspace_id, day, source, calls, last_at)
       SELECT k.id, k.workspace_id, c.day, c.source, c.calls, c.last_at FROM ${COUNTED} JOIN api_keys k ON k.id = c.key_id
       ON CONFLICT (key_id, day, source) DO UPDATE
         SET calls = greatest(u.calls, excluded.calls), last_at = greatest(u.last_at, excluded.last_at)`,
      columns,
    );
    await tx.execute(
      `UPDATE api_keys k SET last_used_at = greatest(k.last_used_at, last.at)
       FROM (SELECT key_id, max(last_at) AS at FROM ${COUNTED} GROUP BY key_id) last WHERE k.id = last.key_id`,
      columns,
    );
  }

  /** Calls per day, oldest first, both ends included; days without calls are not among them. */
  async perDay(tx: WorkspaceTransaction, keyId: string, from: string, to: string): Promise<CallsOfDay[]> {
    return tx.query<CallsOfDay>(
      `SELECT day::text, sum(calls)::float8 AS calls, max(last_at) AS "lastAt" FROM api_key_usage
       WHERE workspace_id = $1 AND key_id = $2 AND day BETWEEN $3 AND $4 GROUP BY day ORDER BY day`,
      [tx.workspaceId, keyId, from, to],
    );
  }
}
