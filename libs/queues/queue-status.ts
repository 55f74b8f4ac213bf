import { Injectable } from '@nestjs/common';
import { Config } from '#config';
import { Database, type SystemTransaction, type WorkspaceTransaction } from '#database';
import { WORKER_SEEN_SECONDS } from './feeder.js';
import { JOB_NAMES, JOB_SETTINGS, type JobName, type JobSettings } from './job-catalogue.js';

/** The jobs of one name. */
export interface QueueOfName {
  name: JobName;
  slotClass: JobSettings['slots'];
  /** Due, and not begun. */
  waiting: number;
  /** Not due yet. */
  later: number;
  running: number;
  /** Of the workers that were seen; null when none takes this job. */
  slots: number | null;
  /** How long the one that is due for longest has been; null when none is. */
  oldestSeconds: number | null;
}

/** A worker process that was seen lately. */
export interface SeenWorker {
  name: string;
  host: string;
  startedAt: Date;
  /** When it last proved that it takes jobs. */
  seenAt: Date;
  slots: Partial<Record<JobName, number>>;
  /** Jobs it has at this moment. */
  busy: number;
}

/** Jobs that do not go on, and why. */
export interface StuckJobs {
  name: JobName;
  jobs: number;
  /** A sentence for whoever runs the service. */
  reason: string;
}

export interface QueueReport {
  queues: QueueOfName[];
  workers: SeenWorker[];
  stuck: StuckJobs[];
}

const SEEN = `canary_at > now() - make_interval(secs => ${WORKER_SEEN_SECONDS})`;

const QUEUES = `
SELECT name,
  count(*) FILTER (WHERE state = 'waiting' AND due_at <= now())::int AS waiting,
  count(*) FILTER (WHERE state = 'waiting' AND due_at > now())::int AS later,
  count(*) FILTER (WHERE state = 'running')::int AS running,
  extract(epoch FROM now() - min(due_at) FILTER (WHERE state = 'waiting' AND due_at <= now()))::float8 AS "oldestSeconds"
FROM jobs WHERE state IN ('waiting', 'running') GROUP BY name`;

const WORKERS = `
SELECT worker AS name, host, started_at AS "startedAt", canary_at AS "seenAt", slots,
  (SELECT count(*)::int FROM jobs j WHERE j.state = 'running' AND j.worker = p.worker) AS busy
FROM worker_pulses p WHERE ${SEEN} ORDER BY started_at, worker`;

/** Failed and waiting for the next try; `seconds` until the first of them. */
const AGAIN = `
SELECT name, count(*)::int AS jobs, error_code AS code, min(error_detail) AS detail,
  ceil(extract(epoch FROM min(due_at) - now()))::int AS seconds
FROM jobs WHERE state = 'waiting' AND due_at > now() AND due_at < 'infinity' AND error_code IS NOT NULL
GROUP BY name, error_code ORDER BY name, error_code`;

const SUSPENDED = `
SELECT name, count(*)::int AS jobs FROM jobs WHERE state = 'waiting' AND due_at = 'infinity' GROUP BY name ORDER BY name`;

const SET_ASIDE = `
SELECT name, count(*)::int AS jobs, max(crashes)::int AS crashes FROM jobs
WHERE state = 'failed' AND error_code = 'quarantined' AND finished_at IS NOT NULL GROUP BY name ORDER BY name`;

const SILENT = `
SELECT name, count(*)::int AS jobs FROM jobs WHERE state = 'running' AND lease_until < now() GROUP BY name ORDER BY name`;

const AT_LIMIT = `
SELECT u.name, u.workspace_id AS "workspaceId", u.jobs AS running, w.plan,
  (SELECT count(*)::int FROM jobs j
   WHERE j.name = u.name AND j.workspace_id = u.workspace_id AND j.state = 'waiting' AND j.rung_at IS NULL AND j.due_at <= now()) AS jobs
FROM (
  SELECT name, workspace_id, count(*)::int AS jobs FROM jobs
  WHERE state = 'running' OR (state = 'waiting' AND rung_at IS NOT NULL) GROUP BY name, workspace_id) u
JOIN workspaces w ON w.id = u.workspace_id
WHERE u.name LIKE 'transcription.%' AND u.jobs >= ($1::jsonb ->> w.plan)::int
ORDER BY u.name, u.workspace_id LIMIT 20`;

/** Tries of the open work about one subject that went wrong. */
export interface FailedTries {
  count: number;
  /** Of the last one. */
  code: string | null;
  detail: string | null;
  /** When the work goes on; null while some of it does. */
  nextAt: Date | null;
}

const TRIES = `
SELECT sum(failures + crashes)::int AS count,
  (array_agg(error_code ORDER BY id DESC) FILTER (WHERE error_code IS NOT NULL))[1] AS code,
  (array_agg(error_detail ORDER BY id DESC) FILTER (WHERE error_code IS NOT NULL))[1] AS detail,
  CASE WHEN bool_and(state = 'waiting' AND due_at > now()) THEN min(due_at) END AS "nextAt"
FROM jobs WHERE subject_id = $1 AND workspace_id = $2 AND generation = $3 AND name = ANY ($4) AND state IN ('waiting', 'running')`;

/** What the queue holds, who works on it, and what does not go on and why. Read from the rows, which know; never from the queue. */
@Injectable()
export class QueueStatus {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
  ) {}

  /** How things stand now. */
  async report(): Promise<QueueReport> {
    return this.database.asSystem(async (tx) => {
      const workers = await tx.query<SeenWorker>(WORKERS);
      const queues = await this.queues(tx, workers);
      return { queues, workers, stuck: [...withoutWorker(queues), ...(await this.stuck(tx))] };
    });
  }

  /** What went wrong so far with the open work about a subject. */
  async failedTries(tx: WorkspaceTransaction, subjectId: string, generation: number, names: JobName[]): Promise<FailedTries> {
    const [row] = await tx.query<FailedTries>(TRIES, [subjectId, tx.workspaceId, generation, names]);
    return { count: row?.count ?? 0, code: row?.code ?? null, detail: row?.detail ?? null, nextAt: row?.nextAt ?? null };
  }

  /** The slots that workers have for a job; null when none takes it. */
  async slotsFor(tx: SystemTransaction, name: JobName): Promise<number | null> {
    const [row] = await tx.query<{ slots: number | null }>(
      `SELECT sum((slots ->> $1)::int)::int AS slots FROM worker_pulses WHERE ${SEEN}`,
      [name],
    );
    return row?.slots ?? null;
  }

  private async queues(tx: SystemTransaction, workers: SeenWorker[]): Promise<QueueOfName[]> {
    type Counts = Omit<QueueOfName, 'slotClass' | 'slots'>;
    const counted = new Map((await tx.query<Counts>(QUEUES)).map((row) => [row.name, row]));
    return JOB_NAMES.map((name) => {
      const slots = workers.reduce((sum, worker) => sum + (worker.slots[name] ?? 0), 0);
      const counts = counted.get(name) ?? { name, waiting: 0, later: 0, running: 0, oldestSeconds: null };
      return { ...counts, slotClass: JOB_SETTINGS[name].slots, slots: slots === 0 ? null : slots };
    });
  }

  private async stuck(tx: SystemTransaction): Promise<StuckJobs[]> {
    const rows = <Row extends object>(sql: string, parameters: unknown[] = []) =>
      tx.query<Row & { name: JobName; jobs: number }>(sql, parameters);
    const again = await rows<{ code: string; detail: string | null; seconds: number }>(AGAIN);
    const suspended = await rows(SUSPENDED);
    const silent = await rows(SILENT);
    const setAside = await rows<{ crashes: number }>(SET_ASIDE);
    const limits = [JSON.stringify(this.config.planJobs)];
    const atLimit = (await rows<{ workspaceId: string; running: number; plan: string }>(AT_LIMIT, limits)).filter(
      ({ jobs }) => jobs > 0,
    );
    return [
      ...again.map(({ name, jobs, code, detail, seconds }) =>
        stuck(name, jobs, `Failed (${code}) and waits for the next try, the first in ${seconds} s: ${detail ?? ''}`.trim()),
      ),
      ...atLimit.map(({ name, jobs, workspaceId, running, plan }) =>
        stuck(
          name,
          jobs,
          `Waits because workspace ${workspaceId} has ${running} under way, which is all its plan (${plan}) allows.`,
        ),
      ),
      ...suspended.map(({ name, jobs }) => stuck(name, jobs, 'Is suspended because its workspace was deleted.')),
      ...silent.map(({ name, jobs }) => stuck(name, jobs, 'Has a worker that does not answer; it is taken back within seconds.')),
      ...setAside.map(({ name, jobs, crashes }) =>
        stuck(name, jobs, `Was set aside after its workers stopped ${crashes} times; look into its recording and their logs.`),
      ),
    ];
  }
}

function withoutWorker(queues: QueueOfName[]): StuckJobs[] {
  const reason = `Waits for a worker: none that takes it has been seen for ${WORKER_SEEN_SECONDS} s.`;
  return queues
    .filter(({ waiting, slots }) => waiting > 0 && slots === null)
    .map(({ name, waiting }) => stuck(name, waiting, reason));
}

function stuck(name: JobName, jobs: number, reason: string): StuckJobs {
  return { name, jobs, reason };
}
