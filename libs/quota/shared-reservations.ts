import { Injectable } from '@nestjs/common';
import type { QuotaResource, Statement } from '#database';
import { limitOf, standingColumns } from './limit-of.js';
import { Plans } from './plans.js';
import type { QuotaSubject } from './quota-ledger.repository.js';

/** What works of one moment take of one resource, set aside for all of them in one entry. */
export interface SharedReservation {
  id: string;
  kind: QuotaSubject['kind'];
  resource: QuotaResource;
  amount: number;
}

/** A part of a shared reservation, for one work. */
export interface SharedPart {
  /** Of the work. */
  id: string;
  /** Of the reservation. */
  reservation: string;
  amount: number;
}

/** How a work ended. Nothing used: its part is given back. */
export interface EndedPart extends SharedPart {
  used: number;
}

/** Of that, nothing where so much is not left, or a period has yet to begin. */
const RESERVE = `
WITH taken AS (
  UPDATE quota_periods p SET reserved = p.reserved + $5::bigint
  FROM workspaces w
  WHERE p.workspace_id = $1 AND p.resource = $3 AND p.starts_at <= now() AND p.ends_at > now() AND w.id = p.workspace_id
    AND coalesce(p.used + p.reserved + $5::bigint <= ${limitOf('$7')}, true)
  RETURNING p.starts_at)
INSERT INTO quota_ledger (id, workspace_id, subject_id, generation, resource, subject_kind, kind, starts_at, amount, expires_at)
SELECT gen_random_uuid(), $1, $2::uuid, 1, $3, $4, 'reserve', starts_at, $5::bigint, now() + make_interval(secs => $6)
FROM taken RETURNING subject_id`;

const NOT_WAITED_FOR = `SELECT set_config('synchronous_commit', 'off', true)`;

/**
 * Nobody else's is of that id, whatever the resource. To name that, too, has Postgres take the index by workspace and resource for the better
 * one while the table is young, and read all of the workspace's ledger.
 */
const ENTRY = `l.workspace_id = $1 AND l.subject_id = $2 AND l.generation = 1 AND l.kind = 'reserve'`;

/**
 * Each work is closed once, whoever tries at the same moment, and with that takes its part out of the entry: what stands there is always
 * what is set aside for works under way. An entry that nobody closed in its time has no end any more (`QuotaLedger.close`), and nothing is
 * taken out of it. What was really used goes into the period of the reservation, however much it is.
 */
const END = `
WITH ended AS (SELECT * FROM jsonb_to_recordset($5::jsonb) AS e (id uuid, amount bigint, used bigint)),
held AS (SELECT l.starts_at FROM quota_ledger l WHERE ${ENTRY}),
closed AS (
  INSERT INTO quota_ledger (id, workspace_id, subject_id, generation, resource, subject_kind, kind, starts_at, amount)
  SELECT gen_random_uuid(), $1, e.id, 1, $3, $4, CASE WHEN e.used > 0 THEN 'settle' ELSE 'release' END, held.starts_at,
    CASE WHEN e.used > 0 THEN e.used ELSE e.amount END
  FROM ended e, held ON CONFLICT DO NOTHING RETURNING subject_id),
drawn AS (
  SELECT sum(e.amount)::bigint AS amount, sum(e.used)::bigint AS used FROM ended e JOIN closed c ON c.subject_id = e.id
  HAVING count(*) > 0),
freed AS (
  UPDATE quota_ledger l SET amount = l.amount - drawn.amount, expires_at = CASE WHEN l.amount > drawn.amount THEN l.expires_at END
  FROM drawn WHERE ${ENTRY} AND l.expires_at IS NOT NULL RETURNING drawn.amount)
UPDATE quota_periods p SET used = p.used + drawn.used, reserved = p.reserved - coalesce((SELECT amount FROM freed), 0)
FROM drawn, held, workspaces w
WHERE p.workspace_id = $1 AND p.resource = $3 AND p.starts_at = held.starts_at AND w.id = p.workspace_id
RETURNING ${standingColumns('$6')}`;

/**
 * Reservations that works of one moment have together: an entry for each of them would cost more than all else that is written of a short
 * call.
 */
@Injectable()
export class SharedReservations {
  constructor(private readonly plans: Plans) {}

  /** Sets something aside; gives no row where so much is not left, or a period has yet to begin. */
  reserve(workspaceId: string, { id, kind, resource, amount }: SharedReservation, seconds: number): Statement {
    return { sql: RESERVE, parameters: [workspaceId, id, resource, kind, amount, seconds, this.plans.json] };
  }

  /** Has the commit not be waited for until it is on disk. */
  notWaitedFor(): Statement {
    return { sql: NOT_WAITED_FOR, parameters: [] };
  }

  /** Ends works that have parts of one reservation; gives where the quota stands then, unless all were ended before. */
  end(workspaceId: string, { id, kind, resource }: Omit<SharedReservation, 'amount'>, parts: readonly EndedPart[]): Statement {
    const ended = parts.map((part) => ({ id: part.id, amount: part.amount, used: part.used }));
    return { sql: END, parameters: [workspaceId, id, resource, kind, JSON.stringify(ended), this.plans.json] };
  }
}
