import { Injectable } from '@nestjs/common';
import { Database } from '#database';

/** A circuit as it stands in its row; times as seconds from now by the database's clock. */
export interface CircuitRow {
  id: string;
  failures: number;
  openings: number;
  /** Null: it was not blocked; zero or less: it may be tried again. */
  blockedSeconds: number | null;
  reason: string | null;
  changedAt: Date;
}

/** When a circuit opens, and for how long. */
export interface Opening {
  /** Failed calls in a row that open it. */
  failures: number;
  /** For how long at first; doubled each time it opens again. */
  firstSeconds: number;
  longestSeconds: number;
}

const ROWS = `
SELECT id, failures, openings, extract(epoch FROM blocked_until - now())::float8 AS "blockedSeconds", reason, changed_at AS "changedAt"
FROM circuits ORDER BY id`;

/**
 * Counts a failure. A call that began before the circuit opened changes nothing; one that tried whether it works again opens it anew,
 * for twice as long.
 */
const FAILED = `
INSERT INTO circuits AS c (id, failures, openings, blocked_until, reason)
SELECT $1, CASE WHEN $3 = 1 THEN 0 ELSE 1 END, CASE WHEN $3 = 1 THEN 1 ELSE 0 END,
  CASE WHEN $3 = 1 THEN now() + make_interval(secs => $4) END, $2
ON CONFLICT (id) DO UPDATE SET
  failures = CASE WHEN c.openings > 0 OR c.failures + 1 >= $3 THEN 0 ELSE c.failures + 1 END,
  openings = c.openings + CASE WHEN c.openings > 0 OR c.failures + 1 >= $3 THEN 1 ELSE 0 END,
  blocked_until = CASE WHEN c.openings > 0 OR c.failures + 1 >= $3
    THEN now() + make_interval(secs => least($4 * power(2, least(c.openings, 20)), $5)) ELSE c.blocked_until END,
  probe_until = NULL, reason = $2, changed_at = now()
WHERE c.blocked_until IS NULL OR c.blocked_until <= now()
RETURNING c.openings, c.blocked_until IS NOT NULL AS opened`;

const BLOCKED = `
INSERT INTO circuits AS c (id, blocked_until, reason) VALUES ($1, now() + make_interval(secs => $2), $3)
ON CONFLICT (id) DO UPDATE SET blocked_until = greatest(c.blocked_until, excluded.blocked_until), reason = $3, changed_at = now()`;

/** An answer says nothing of a block that came after its call began: what a provider asked us to wait, we wait. */
const SUCCEEDED = `DELETE FROM circuits WHERE id = $1 AND (blocked_until IS NULL OR blocked_until <= now())`;

const PROBE = `
UPDATE circuits SET probe_until = now() + make_interval(secs => $2)
WHERE id = $1 AND blocked_until <= now() AND (probe_until IS NULL OR probe_until <= now()) RETURNING id`;

@Injectable()
export class CircuitsRepository {
  constructor(private readonly database: Database) {}

  async all(): Promise<CircuitRow[]> {
    return this.database.asSystem((tx) => tx.query<CircuitRow>(ROWS));
  }

  /** @returns whether it opened by it */
  async failed(id: string, reason: string, { failures, firstSeconds, longestSeconds }: Opening): Promise<boolean> {
    const parameters = [id, reason, failures, firstSeconds, longestSeconds];
    const [row] = await this.database.asSystem((tx) => tx.query<{ opened: boolean }>(FAILED, parameters));
    return row?.opened ?? false;
  }

  async block(id: string, seconds: number, reason: string): Promise<void> {
    await this.database.asSystem((tx) => tx.execute(BLOCKED, [id, seconds, reason]));
  }

  async succeeded(id: string): Promise<void> {
    await this.database.asSystem((tx) => tx.execute(SUCCEEDED, [id]));
  }

  async lift(id: string, reasons: readonly string[]): Promise<void> {
    await this.database.asSystem((tx) => tx.execute('DELETE FROM circuits WHERE id = $1 AND reason = ANY($2)', [id, reasons]));
  }

  /** Of all who want to try whether it works again, in all processes, one may. @returns whether it is the caller */
  async claimProbe(id: string, seconds: number): Promise<boolean> {
    return (await this.database.asSystem((tx) => tx.query<{ id: string }>(PROBE, [id, seconds]))).length === 1;
  }
}
