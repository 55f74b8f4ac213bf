import { Injectable } from '@nestjs/common';
import { Config } from '#config';
import type { Plan, SystemTransaction } from '#database';
import { JOB_NAMES, JOB_SETTINGS, type JobName } from './job-catalogue.js';

/** A job the queue is to be told of. */
export interface JobToRing {
  id: string;
  name: JobName;
  workspaceId: string;
  requestId: string;
  epoch: number;
}

/** The jobs of one name: the slots workers have for them, and what is under way, rung or running. */
export interface Lane {
  name: JobName;
  /** Null while no worker is known to take them. */
  slots: number | null;
  underWay: number;
  /** In the last half second. */
  finished: number;
}

/** Most jobs rung in one statement. */
const BATCH = 100;
/** Workspaces whose last turn is remembered; whoever had theirs before goes first. */
const REMEMBERED = 1_000;
/** A worker whose last pulse is older is not counted on; pulses come each 10 s. */
export const WORKER_SEEN_SECONDS = 60;
/** Rung while no worker is known: enough for one that just starts, and few enough to be nothing. */
const ROOM_WITHOUT_WORKERS = 20;

const UNDER_WAY = `
SELECT name, workspace_id FROM jobs WHERE state = 'running'
UNION ALL SELECT name, workspace_id FROM jobs WHERE state = 'waiting' AND rung_at IS NOT NULL`;

const WAITS = `state = 'waiting' AND rung_at IS NULL`;

const LANES = `
SELECT n.name, s.slots, coalesce(u.jobs, 0) AS "underWay", coalesce(f.jobs, 0) AS finished
FROM unnest($1::text[]) AS n (name)
LEFT JOIN (
  SELECT key AS name, sum(value::int)::int AS slots FROM worker_pulses, jsonb_each_text(slots)
  WHERE canary_at > now() - make_interval(secs => ${WORKER_SEEN_SECONDS}) GROUP BY key) s ON s.name = n.name
LEFT JOIN (SELECT name, count(*)::int AS jobs FROM (${UNDER_WAY}) u GROUP BY name) u ON u.name = n.name
LEFT JOIN (
  SELECT name, count(*)::int AS jobs FROM jobs WHERE finished_at > now() - interval '0.5 seconds' GROUP BY name) f ON f.name = n.name
CROSS JOIN LATERAL (SELECT FROM jobs j WHERE j.name = n.name AND ${WAITS} AND j.due_at <= now() ORDER BY j.due_at LIMIT 1) due`;

/** The first of a workspace's jobs of a priority, by the index jobs_to_feed_idx. */
const firstOf = (priority: number): string => `
  (SELECT id, priority, due_at FROM jobs
   WHERE name = $1 AND workspace_id = q.workspace_id AND ${WAITS} AND priority = ${priority} AND due_at <= now()
   ORDER BY due_at, id LIMIT (SELECT jobs FROM share))`;

/**
 * Each workspace's jobs in its own order; among workspaces the turn goes to whoever has the fewest under way, then to whoever had none
 * for longest. Workspaces are found by
 * skipping through the index, and of each only as many jobs are read as may be its share: 50 000 jobs that wait cost nothing.
 */
const PICK = `
WITH RECURSIVE q (workspace_id) AS (
  (SELECT workspace_id FROM jobs WHERE name = $1 AND ${WAITS} ORDER BY workspace_id LIMIT 1)
  UNION ALL
  SELECT (
    SELECT j.workspace_id FROM jobs j WHERE j.name = $1 AND ${WAITS} AND j.workspace_id > q.workspace_id
    ORDER BY j.workspace_id LIMIT 1)
  FROM q WHERE q.workspace_id IS NOT NULL
), share AS (
  SELECT ceil(2.0 * $2::int / greatest(count(workspace_id), 1))::int AS jobs FROM q
), under_way AS (
  SELECT workspace_id, count(*)::int AS jobs FROM (${UNDER_WAY}) u WHERE name = $1 GROUP BY workspace_id
), candidates AS (
  SELECT j.id, j.due_at, w.plan, coalesce(s.place, 0) AS place,
    coalesce(u.jobs, 0) + row_number() OVER (PARTITION BY q.workspace_id ORDER BY j.priority DESC, j.due_at, j.id) AS turn
  FROM q
  JOIN workspaces w ON w.id = q.workspace_id
  LEFT JOIN under_way u ON u.workspace_id = q.workspace_id
  LEFT JOIN unnest($4::uuid[]) WITH ORDINALITY AS s (workspace_id, place) ON s.workspace_id = q.workspace_id
  CROSS JOIN LATERAL (${firstOf(1)} UNION ALL ${firstOf(0)} UNION ALL ${firstOf(-1)}) j
), picked AS (
  SELECT id, row_number() OVER (ORDER BY turn, place, due_at, id) AS rank FROM candidates
  WHERE $3::jsonb = 'null' OR turn <= ($3::jsonb ->> plan)::int
  ORDER BY rank LIMIT $2
), locked AS (
  SELECT jobs.id, picked.rank FROM jobs JOIN picked ON picked.id = jobs.id
  WHERE ${WAITS} FOR UPDATE OF jobs SKIP LOCKED
), rung AS (
  UPDATE jobs SET rung_at = now() FROM locked WHERE jobs.id = locked.id
  RETURNING jobs.id, name, jobs.workspace_id AS "workspaceId", request_id AS "requestId", epoch, locked.rank
)
SELECT id, name, "workspaceId", "requestId", epoch FROM rung ORDER BY rank`;

/**
 * Decides which jobs the queue hears of. It hears of few: about as many as there are slots, and half as many again, so that no slot
 * waits. All other jobs wait in their rows, where the next one can still be chosen fairly: ten thousand jobs of one workspace do not
 * delay the single one of another.
 */
@Injectable()
export class Feeder {
  /** The workspaces in the order in which this process let them have their last turn, by job name. */
  private readonly served = new Map<JobName, Set<string>>();

  constructor(private readonly config: Config) {}

  /** The names of which jobs wait for their bell. */
  async lanes(tx: SystemTransaction): Promise<Lane[]> {
    return tx.query<Lane>(LANES, [JOB_NAMES]);
  }

  /**
   * Chooses jobs of a name and marks them as rung.
   * @param room at most so many
   * @returns them, in the order in which they are to be rung
   */
  async pick(tx: SystemTransaction, name: JobName, room: number): Promise<JobToRing[]> {
    const limits = this.limitsOf(name);
    const served = this.served.get(name) ?? new Set();
    this.served.set(name, served);
    const jobs = await tx.query<JobToRing>(PICK, [name, Math.min(room, BATCH), JSON.stringify(limits), [...served]]);
    for (const { workspaceId } of jobs) remember(served, workspaceId);
    return jobs;
  }

  /** How many of a workspace may be under way, by its plan; null: any number. */
  private limitsOf(name: JobName): Record<Plan, number> | null {
    const { ofWorkspace } = JOB_SETTINGS[name];
    if (ofWorkspace !== undefined) return { free: ofWorkspace, pro: ofWorkspace, enterprise: ofWorkspace, custom: ofWorkspace };
    return name.startsWith('transcription.') ? this.config.planJobs : null;
  }
}

/** Notes that a workspace had its turn just now, and forgets whose turn is longest ago. */
function remember(served: Set<string>, workspaceId: string): void {
  served.delete(workspaceId);
  served.add(workspaceId);
  const [oldest] = served;
  if (served.size > REMEMBERED && oldest !== undefined) served.delete(oldest);
}

/** The share of the half second for whose jobs the queue may hold bells: 50 ms, a few times what the feeder takes to look again. */
const LOOKS_IN_HALF_A_SECOND = 10;

/**
 * How many more jobs of a lane the queue should hear of. Half as many as there are slots wait in the queue, or, when jobs are so
 * short that these would be gone before the next look, as many as are done until then.
 */
export function roomIn({ slots, underWay, finished }: Omit<Lane, 'name'>): number {
  const ahead = Math.max(Math.ceil((slots ?? 0) / 2), Math.min(Math.ceil(finished / LOOKS_IN_HALF_A_SECOND), BATCH));
  return Math.max(0, (slots ?? ROOM_WITHOUT_WORKERS) + ahead - underWay);
}
