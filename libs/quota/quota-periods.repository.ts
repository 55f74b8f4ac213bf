import { Injectable } from '@nestjs/common';
import type { QuotaResource, Transaction } from '#database';
import { limitOf, standingColumns } from './limit-of.js';
import { Plans } from './plans.js';

/** Where a quota stands, in the units of the ledger. */
export interface Standing {
  resource: QuotaResource;
  used: number;
  reserved: number;
  /** Null: there is none. */
  limit: number | null;
  /** When it begins anew; null: never, what is stored is stored. */
  resetAt: Date | null;
}

const LIMIT = limitOf('$3');
const SHOWN = standingColumns('$3');

const CURRENT = `p.workspace_id = $1 AND p.resource = $2 AND p.starts_at <= now() AND p.ends_at > now()`;

/**
 * A period is a month of the workspace's time zone by the database's clock. One that has begun stays as it is when the time zone changes,
 * and the next begins where it ends: nobody gets a second month by moving, and the first days of one are never a period of their own.
 */
const OPEN_MONTH = `
INSERT INTO quota_periods (workspace_id, resource, starts_at, ends_at)
SELECT w.id, $2, s.at, (date_trunc('month', (s.at + interval '2 days') AT TIME ZONE w.timezone) + interval '1 month') AT TIME ZONE w.timezone
FROM workspaces w CROSS JOIN LATERAL (
  SELECT greatest(date_trunc('month', now() AT TIME ZONE w.timezone) AT TIME ZONE w.timezone, max(p.ends_at)) AS at
  FROM quota_periods p WHERE p.workspace_id = w.id AND p.resource = $2) AS s
WHERE w.id = ANY ($1::uuid[]) AND NOT EXISTS (
  SELECT FROM quota_periods p WHERE p.workspace_id = w.id AND p.resource = $2 AND p.starts_at <= now() AND p.ends_at > now())
ON CONFLICT DO NOTHING`;

/** What is stored is a level, not a flow. */
const OPEN_LEVEL = `
INSERT INTO quota_periods (workspace_id, resource, starts_at, ends_at)
SELECT id, $2, 'epoch', 'infinity' FROM workspaces WHERE id = ANY ($1::uuid[]) ON CONFLICT DO NOTHING`;

const LOOK = `SELECT ${SHOWN} FROM quota_periods p JOIN workspaces w ON w.id = p.workspace_id WHERE ${CURRENT}`;

/** The one statement that decides: whoever comes at the same moment waits for the row and is judged by what is left then. */
const TAKE = `
UPDATE quota_periods p SET used = p.used + $4::bigint, reserved = p.reserved + $5::bigint
FROM workspaces w
WHERE w.id = p.workspace_id AND ${CURRENT} AND (${LIMIT} IS NULL OR p.used + p.reserved + $4::bigint + $5::bigint <= ${LIMIT})
RETURNING ${SHOWN}, p.starts_at AS "startsAt"`;

const LOCK_STANDING = `
SELECT ${SHOWN}, greatest(p.granted, p.used)::float8 AS taken FROM quota_periods p JOIN workspaces w ON w.id = p.workspace_id
WHERE ${CURRENT} FOR UPDATE OF p`;

const GRANT = `UPDATE quota_periods p SET granted = $3::bigint WHERE ${CURRENT}`;

/** Never refused. */
const GIVE_BACK = `UPDATE quota_periods p SET used = greatest(0, p.used - $3::bigint) WHERE ${CURRENT}`;

/** Counters of the current month, one row for each workspace. */
export interface PeriodOfWorkspace extends Standing {
  workspaceId: string;
}

const LOCK_CALLS = `
SELECT p.workspace_id FROM quota_periods p
WHERE p.workspace_id = ANY ($1::uuid[]) AND p.resource = $2 AND p.starts_at <= now() AND p.ends_at > now()
ORDER BY p.workspace_id FOR UPDATE`;

const ADD_CALLS = `
UPDATE quota_periods p SET used = p.used + c.calls
FROM unnest($1::uuid[], $4::bigint[]) AS c (workspace_id, calls) JOIN workspaces w ON w.id = c.workspace_id
WHERE p.workspace_id = c.workspace_id AND p.resource = $2 AND p.starts_at <= now() AND p.ends_at > now()
RETURNING p.workspace_id AS "workspaceId", ${SHOWN}`;

/** Of the calls that are left, the share a process gets at a time, and the most. */
const SHARE_GRANTED = 0.02;
const MOST_GRANTED = 1_000;

/** What was taken of a quota. */
export interface Taken extends Standing {
  startsAt: Date;
}

/** How much of each quota is used and set aside, period by period. */
@Injectable()
export class QuotaPeriods {
  constructor(private readonly plans: Plans) {}

  /**
   * Takes from the current period, if so much is left by the plan as it is now.
   * @returns null when it is not
   */
  async take(
    tx: Transaction,
    workspaceId: string,
    resource: QuotaResource,
    { used = 0, reserved = 0 }: { used?: number; reserved?: number },
  ): Promise<Taken | null> {
    const parameters = [workspaceId, resource, this.plans.json, used, reserved];
    const [taken] = await tx.query<Taken>(TAKE, parameters);
    if (taken !== undefined) return taken;
    await this.open(tx, [workspaceId], resource);
    const [second] = await tx.query<Taken>(TAKE, parameters);
    return second ?? null;
  }

  /**
   * Grants calls that a process may let through without asking again: a share of what is left, so that little is lost with a process and
   * several may have some at once. What is granted in all never exceeds the limit.
   */
  async grantCalls(tx: Transaction, workspaceId: string): Promise<{ standing: Standing; granted: number }> {
    await this.look(tx, workspaceId, 'calls');
    const [found] = await tx.query<Standing & { taken: number }>(LOCK_STANDING, [workspaceId, 'calls', this.plans.json]);
    if (found === undefined) throw new Error(`The workspace ${workspaceId} is gone, or its month is just over.`);
    const { taken, ...standing } = found;
    if (standing.limit === null) return { standing, granted: 0 };
    const left = Math.max(0, standing.limit - taken);
    const granted = Math.min(left, MOST_GRANTED, Math.ceil(left * SHARE_GRANTED));
    if (granted > 0) await tx.execute(GRANT, [workspaceId, 'calls', taken + granted]);
    return { standing, granted };
  }

  /** Takes from what is used: something stored is gone. */
  async giveBack(tx: Transaction, workspaceId: string, resource: QuotaResource, amount: number): Promise<void> {
    await tx.execute(GIVE_BACK, [workspaceId, resource, amount]);
  }

  /** Where a quota stands in the current period, which is opened if need be. */
  async look(tx: Transaction, workspaceId: string, resource: QuotaResource): Promise<Standing> {
    const parameters = [workspaceId, resource, this.plans.json];
    const [there] = await tx.query<Standing>(LOOK, parameters);
    if (there !== undefined) return there;
    await this.open(tx, [workspaceId], resource);
    const [standing] = await tx.query<Standing>(LOOK, parameters);
    if (standing === undefined) throw new Error(`The workspace ${workspaceId} is gone.`);
    return standing;
  }

  /**
   * Locks the current periods of workspaces in one order, so that no two transactions wait for each other in a circle.
   * @returns the workspaces that are there
   */
  async lock(tx: Transaction, workspaceIds: readonly string[], resource: QuotaResource): Promise<string[]> {
    await this.open(tx, workspaceIds, resource);
    const rows = await tx.query<{ workspace_id: string }>(LOCK_CALLS, [workspaceIds, resource]);
    return rows.map(({ workspace_id }) => workspace_id);
  }

  /** Adds to what is used, without asking: it has happened. */
  async add(tx: Transaction, resource: QuotaResource, amounts: ReadonlyMap<string, number>): Promise<PeriodOfWorkspace[]> {
    const parameters = [[...amounts.keys()], resource, this.plans.json, [...amounts.values()]];
    return tx.query<PeriodOfWorkspace>(ADD_CALLS, parameters);
  }

  private async open(tx: Transaction, workspaceIds: readonly string[], resource: QuotaResource): Promise<void> {
    await tx.execute(resource === 'storage' ? OPEN_LEVEL : OPEN_MONTH, [workspaceIds, resource]);
  }
}
