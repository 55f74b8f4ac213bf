import { Injectable } from '@nestjs/common';
import type { SystemTransaction, WorkspaceTransaction } from '#database';

/** Seconds of sound a slot gets done in a second, by provider and model; as a Postgres object, keys `provider/model`. */
export type Speeds = Record<string, number>;

/** What a workspace has ordered and not got yet. */
export interface OpenWork {
  workspaceId: string;
  count: number;
  /** In seconds of one slot. */
  seconds: number;
}

/** Calls from which speeds are measured: the last ones of all workspaces. */
const MEASURED_CALLS = 200;

/** $1: how many calls. */
const SPEEDS = `
SELECT provider || '/' || model AS engine, sum(audio_seconds) / greatest(sum(latency_ms) / 1000.0, 0.001) AS speed
FROM (
  SELECT provider, model, audio_seconds, latency_ms FROM transcription_attempts WHERE outcome = 'answered'
  ORDER BY id DESC LIMIT $1) a
GROUP BY provider, model`;

/** What is left of a transcription, in seconds of one slot; $1: speeds, $2: seconds of one whose length is not known yet. */
const LEFT = `
coalesce(t.duration_seconds, $2) * (1 - coalesce(t.chunks_done::float8 / nullif(t.chunk_count, 0), 0))
  / ($1::jsonb ->> concat(t.options ->> 'provider', '/', t.options ->> 'model'))::float8`;

const OPEN = `t.status IN ('pending', 'processing')`;

const OPEN_WORK = `
SELECT t.workspace_id AS "workspaceId", count(*)::int AS count, coalesce(sum(${LEFT}), 0) AS seconds
FROM transcriptions t WHERE ${OPEN} GROUP BY t.workspace_id`;

const BEFORE = `
SELECT count(*)::int AS count, coalesce(sum(${LEFT}), 0) AS seconds
FROM transcriptions t WHERE ${OPEN} AND t.workspace_id = $3 AND (t.priority > $4 OR (t.priority = $4 AND t.id < $5))`;

/** What the outlook of a transcription is reckoned from. */
@Injectable()
export class OutlookRepository {
  /** Measured in the last calls; an engine that nobody called lately is not in it. */
  async speeds(tx: SystemTransaction, calls = MEASURED_CALLS): Promise<Speeds> {
    const rows = await tx.query<{ engine: string; speed: number }>(SPEEDS, [calls]);
    return Object.fromEntries(rows.map(({ engine, speed }) => [engine, Number(speed)]));
  }

  /** Of every workspace. @param usualSeconds of a recording whose length is not known yet */
  async openWork(tx: SystemTransaction, speeds: Speeds, usualSeconds: number): Promise<OpenWork[]> {
    return tx.query<OpenWork>(OPEN_WORK, [JSON.stringify(speeds), usualSeconds]);
  }

  /** Of the transaction's workspace, what goes before a transcription. */
  async before(
    tx: WorkspaceTransaction,
    { id, priority }: { id: string; priority: number },
    speeds: Speeds,
    usualSeconds: number,
  ): Promise<Omit<OpenWork, 'workspaceId'>> {
    type Row = Omit<OpenWork, 'workspaceId'>;
    const [row] = await tx.query<Row>(BEFORE, [JSON.stringify(speeds), usualSeconds, tx.workspaceId, priority, id]);
    return row ?? { count: 0, seconds: 0 };
  }
}
