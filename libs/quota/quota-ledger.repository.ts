import { Injectable } from '@nestjs/common';
import type { QuotaResource, Transaction } from '#database';
import { limitOf, standingColumns } from './limit-of.js';
import { Plans } from './plans.js';
import type { Standing } from './quota-periods.repository.js';

/** A piece of work that something is reserved for. */
export interface QuotaSubject {
  workspaceId: string;
  /** Whoever gives this kind of work says whether such work is still under way (`ReservationHolders`). */
  kind: 'transcription' | 'request';
  id: string;
  /** Raised when the work is begun anew; by default 1. */
  generation?: number;
}

/** A reservation nobody closed in its time. */
export interface ExpiredReservation {
  workspaceId: string;
  kind: QuotaSubject['kind'];
  id: string;
  generation: number;
  resource: QuotaResource;
}

const WORK = `workspace_id = $1 AND subject_id = $2 AND generation = $3 AND resource = $4`;

const RESERVE = `
INSERT INTO quota_ledger (id, workspace_id, subject_id, generation, resource, subject_kind, kind, starts_at, amount, expires_at)
VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, 'reserve', $6, $7, now() + make_interval(secs => $8))`;

/**
 * What one work takes of several resources, in one round trip: while a period is locked, everybody else of the workspace waits. Nothing
 * where so much is not left of one of them, or a period has yet to begin. Periods are locked in the order they are asked for in.
 */
const RESERVE_AT_ONCE = `
WITH asked AS (
  SELECT resource, amount, place FROM jsonb_to_recordset($4::jsonb) AS a (resource text, amount bigint, place integer)),
held AS (
  SELECT p.resource, p.starts_at, a.amount, coalesce(p.used + p.reserved + a.amount <= ${limitOf('$7')}, true) AS fits
  FROM asked a JOIN quota_periods p ON p.resource = a.resource JOIN workspaces w ON w.id = p.workspace_id
  WHERE p.workspace_id = $1 AND p.starts_at <= now() AND p.ends_at > now()
  ORDER BY a.place FOR UPDATE OF p),
taken AS (
  UPDATE quota_periods p SET reserved = p.reserved + held.amount FROM held
  WHERE p.workspace_id = $1 AND p.resource = held.resource AND p.starts_at = held.starts_at
    AND (SELECT count(*) FILTER (WHERE fits) FROM held) = (SELECT count(*) FROM asked)
  RETURNING p.resource, p.starts_at, held.amount)
INSERT INTO quota_ledger (id, workspace_id, subject_id, generation, resource, subject_kind, kind, starts_at, amount, expires_at)
SELECT gen_random_uuid(), $1, $2, $3, resource, $5, 'reserve', starts_at, amount, now() + make_interval(secs => $6) FROM taken`;

const HELD = `
SELECT starts_at, sum(amount) AS amount FROM quota_ledger WHERE ${WORK} AND kind IN ('reserve', 'adjust') GROUP BY starts_at`;

const IS_OPEN = `
SELECT amount::float8 AS amount FROM (${HELD}) AS held
WHERE NOT EXISTS (SELECT FROM quota_ledger WHERE ${WORK} AND kind IN ('settle', 'release', 'adjust'))`;

/** In the period it was reserved in; what makes it smaller is never refused. */
const ADJUST = `
WITH held AS (${HELD}), moved AS (
  UPDATE quota_periods p SET reserved = p.reserved + $5::bigint - held.amount
  FROM held, workspaces w
  WHERE p.workspace_id = $1 AND p.resource = $4 AND p.starts_at = held.starts_at AND w.id = p.workspace_id
    AND ($5::bigint <= held.amount OR coalesce(p.used + p.reserved + $5::bigint - held.amount <= ${limitOf('$6')}, true))
  RETURNING p.starts_at, $5::bigint - held.amount AS amount)
INSERT INTO quota_ledger (id, workspace_id, subject_id, generation, resource, subject_kind, kind, starts_at, amount)
SELECT gen_random_uuid(), $1, $2, $3, $4, $7, 'adjust', starts_at, amount FROM moved`;

/**
 * Closes a reservation once, whoever tries at the same moment: the second insertion waits for the first and then does nothing. What was
 * really used goes into the period of the reservation, however much it is.
 */
const CLOSE = `
WITH held AS (${HELD}), closed AS (
  INSERT INTO quota_ledger (id, workspace_id, subject_id, generation, resource, subject_kind, kind, starts_at, amount)
  SELECT gen_random_uuid(), $1, $2, $3, $4, $6, CASE WHEN $5::bigint > 0 THEN 'settle' ELSE 'release' END, starts_at, CASE WHEN $5::bigint > 0 THEN $5::bigint ELSE amount END
  FROM held ON CONFLICT DO NOTHING RETURNING starts_at),
kept AS (UPDATE quota_ledger SET expires_at = NULL WHERE ${WORK} AND kind = 'reserve' AND EXISTS (SELECT FROM closed))
UPDATE quota_periods p SET used = p.used + $5::bigint, reserved = p.reserved - held.amount
FROM held, closed, workspaces w
WHERE p.workspace_id = $1 AND p.resource = $4 AND p.starts_at = closed.starts_at AND w.id = p.workspace_id
RETURNING ${standingColumns('$7')}`;

const EXPIRED = `
SELECT workspace_id AS "workspaceId", subject_kind AS kind, subject_id AS id, generation, resource
FROM quota_ledger WHERE expires_at < now() ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED`;

const PROLONG = `
UPDATE quota_ledger SET expires_at = now() + make_interval(secs => $5) WHERE ${WORK} AND expires_at IS NOT NULL`;

const DISAGREEMENTS = `
SELECT p.workspace_id AS "workspaceId", p.resource, p.starts_at AS "startsAt", p.used::float8 AS used, p.reserved::float8 AS reserved,
  coalesce(l.used, 0)::float8 AS "usedByLedger", coalesce(l.reserved, 0)::float8 AS "reservedByLedger"
FROM quota_periods p LEFT JOIN (
  SELECT e.workspace_id, e.resource, e.starts_at, sum(e.amount) FILTER (WHERE e.kind = 'settle') AS used,
    sum(e.amount) FILTER (WHERE e.kind IN ('reserve', 'adjust') AND NOT EXISTS (
      SELECT FROM quota_ledger c WHERE c.subject_id = e.subject_id AND c.generation = e.generation AND c.resource = e.resource
        AND c.kind IN ('settle', 'release'))) AS reserved
  FROM quota_ledger e GROUP BY e.workspace_id, e.resource, e.starts_at
) AS l USING (workspace_id, resource, starts_at)
WHERE p.resource IN ('processing', 'transcription', 'tokens')
  AND (p.used <> coalesce(l.used, 0) OR p.reserved <> coalesce(l.reserved, 0))
ORDER BY p.workspace_id, p.resource`;

/** A period whose figures are not the sum of its entries. */
export interface LedgerDisagreement {
  workspaceId: string;
  resource: QuotaResource;
  startsAt: Date;
  used: number;
  reserved: number;
  usedByLedger: number;
  reservedByLedger: number;
}

/** What was reserved, settled and released, entry by entry. */
@Injectable()
export class QuotaLedger {
  constructor(private readonly plans: Plans) {}

  /** Writes down what the period has set aside already. */
  async reserve(
    tx: Transaction,
    subject: QuotaSubject,
    { resource, startsAt, amount, seconds }: { resource: QuotaResource; startsAt: Date; amount: number; seconds: number },
  ): Promise<void> {
    await tx.execute(RESERVE, [...workOf(subject, resource), subject.kind, startsAt, amount, seconds]);
  }

  /**
   * Sets aside and writes down what work takes of several resources.
   * @param amounts in the order in which periods are locked
   * @returns false, with nothing set aside, where it does not fit or a period has yet to begin
   */
  async reserveAtOnce(
    tx: Transaction,
    { workspaceId, id, generation = 1, kind }: QuotaSubject,
    amounts: readonly [QuotaResource, number][],
    seconds: number,
  ): Promise<boolean> {
    const asked = JSON.stringify(amounts.map(([resource, amount], place) => ({ resource, amount, place })));
    const parameters = [workspaceId, id, generation, asked, kind, seconds, this.plans.json];
    return (await tx.execute(RESERVE_AT_ONCE, parameters)) === amounts.length;
  }

  /** What is set aside for work that was neither adjusted nor closed; null when nothing is. */
  async open(tx: Transaction, subject: QuotaSubject, resource: QuotaResource): Promise<number | null> {
    const [held] = await tx.query<{ amount: number }>(IS_OPEN, workOf(subject, resource));
    return held?.amount ?? null;
  }

  /** @returns false when so much more is not left */
  async adjust(tx: Transaction, subject: QuotaSubject, resource: QuotaResource, total: number): Promise<boolean> {
    return (await tx.execute(ADJUST, [...workOf(subject, resource), total, this.plans.json, subject.kind])) > 0;
  }

  /** @returns where the quota stands then; null when there is nothing to close */
  async close(tx: Transaction, subject: QuotaSubject, resource: QuotaResource, used: number): Promise<Standing | null> {
    const parameters = [...workOf(subject, resource), used, subject.kind, this.plans.json];
    const [standing] = await tx.query<Standing>(CLOSE, parameters);
    return standing ?? null;
  }

  /** Reservations whose time is over, the oldest first; locked, for works may just be drawing on them (`SharedReservations`). */
  async expired(tx: Transaction, limit: number): Promise<ExpiredReservation[]> {
    return tx.query<ExpiredReservation>(EXPIRED, [limit]);
  }

  /** The work goes on. */
  async prolong(tx: Transaction, subject: QuotaSubject, resource: QuotaResource, seconds: number): Promise<void> {
    await tx.execute(PROLONG, [...workOf(subject, resource), seconds]);
  }

  /** Periods whose figures are not the sum of their entries: there should be none. */
  async disagreements(tx: Transaction): Promise<LedgerDisagreement[]> {
    return tx.query<LedgerDisagreement>(DISAGREEMENTS);
  }
}

function workOf({ workspaceId, id, generation = 1 }: QuotaSubject, resource: QuotaResource): (string | number)[] {
  return [workspaceId, id, generation, resource];
}
