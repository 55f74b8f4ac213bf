import { Injectable } from '@nestjs/common';
import type { SystemTransaction } from '#database';

/** Calls of one workspace on one day, as one source has counted them since it began. */
export interface CountedCalls {
  workspaceId: string;
  /** UTC, as in 2026-09-01. */
  day: string;
  source: string;
  calls: number;
}

const COUNTED = 'unnest($1::uuid[], $2::date[], $3::text[], $4::bigint[]) AS c (workspace_id, day, source, calls)';

const BEFORE = `
SELECT c.workspace_id AS "workspaceId", c.day::text, c.source, coalesce(w.calls, 0)::float8 AS calls
FROM ${COUNTED} LEFT JOIN workspace_calls w USING (workspace_id, day, source)`;

const WRITE = `
INSERT INTO workspace_calls AS w (workspace_id, day, source, calls) SELECT c.workspace_id, c.day, c.source, c.calls FROM ${COUNTED}
ON CONFLICT (workspace_id, day, source) DO UPDATE SET calls = greatest(w.calls, excluded.calls)`;

/** How often workspaces called. */
@Injectable()
export class WorkspaceCallsRepository {
  /**
   * Writes totals, also ones that came before or were overtaken: the greater stays. The caller holds the workspaces' periods.
   * @returns how many calls of each workspace were not counted before
   */
  async write(tx: SystemTransaction, counted: readonly CountedCalls[]): Promise<Map<string, number>> {
    const columns = [
      counted.map(({ workspaceId }) => workspaceId),
      counted.map(({ day }) => day),
      counted.map(({ source }) => source),
      counted.map(({ calls }) => calls),
    ];
    const before = await tx.query<CountedCalls>(BEFORE, columns);
    await tx.execute(WRITE, columns);
    const known = new Map(before.map((row) => [keyOf(row), row.calls]));
    const added = new Map<string, number>();
    for (const row of counted) {
      const more = Math.max(0, row.calls - (known.get(keyOf(row)) ?? 0));
      added.set(row.workspaceId, (added.get(row.workspaceId) ?? 0) + more);
    }
    return added;
  }
}

function keyOf({ workspaceId, day, source }: CountedCalls): string {
  return `${workspaceId} ${day} ${source}`;
}
