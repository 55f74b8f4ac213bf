import { setTimeout as sleep } from 'node:timers/promises';
import { opusRecording } from './recordings.ts';
import { onBothQueues, type Row, type Sides } from './row.ts';
import type { Stage } from './stage.ts';
import { PREPARE_ONLY, Transcribing } from './transcribing.ts';

const MANY = 1_000;
const SLOTS = 4;
const SECONDS = 40;
/** Jobs of the many that are over before the first of the single orders comes. */
const WARM_UP_JOBS = 5 * SLOTS;
const ORDERS_AT_ONCE = 20;
const PATIENCE_MS = 600_000;
const LOOK_EVERY_MS = 50;

export const p9: Row = {
  id: 'P9',
  work: `The wait of a single order while another workspace has ${MANY.toLocaleString('en')} jobs and the worker ${SLOTS} slots`,
  floor: 'the mean time of a job (preparing a recording of 40 s)',
  unit: 's',
  reach: { atMost: 2 },
  variants: onBothQueues(open),
};

const JOBS = `
SELECT count(*) FILTER (WHERE j.state = 'done')::int AS done, count(*) FILTER (WHERE j.state <> 'done')::int AS open,
  coalesce(avg(extract(epoch FROM j.finished_at - t.started_at)), 0)::float8 AS "meanSeconds"
FROM jobs j JOIN transcriptions t ON t.id = j.subject_id WHERE j.name = 'transcription.prepare'`;

const WAIT = 'SELECT extract(epoch FROM started_at - created_at)::float8 AS seconds FROM transcriptions WHERE id = $1';

async function open(stage: Stage, queue: Record<string, string>): Promise<Sides> {
  const settings = { ...queue, ...PREPARE_ONLY, MEDIA_CONCURRENCY: String(SLOTS) };
  const path = await opusRecording(stage.directory, SECONDS);
  const many = await Transcribing.open(stage, settings);
  const single = await many.stranger('single@example.com');
  await orderMany(many, await many.upload(path));
  const recording = await single.upload(path);
  await stage.startWorker(settings);
  await until(async () => (await jobs(stage)).done >= WARM_UP_JOBS);
  return {
    steno: async () => waitOf(stage, await single.order(recording)),
    floor: async () => (await jobs(stage)).meanSeconds,
  };
}

async function orderMany(account: Transcribing, recording: string): Promise<void> {
  for (let ordered = 0; ordered < MANY; ordered += ORDERS_AT_ONCE)
    await Promise.all(Array.from({ length: ORDERS_AT_ONCE }, () => account.order(recording)));
}

/** Seconds from an order to the beginning of its job, by the clock of the database. */
async function waitOf(stage: Stage, id: string): Promise<number> {
  const waited = await stage.asOwner((owner) =>
    until(async () => (await owner.query<{ seconds: number | null }>(WAIT, [id])).rows[0]?.seconds),
  );
  if ((await jobs(stage)).open === 0) throw new Error('The jobs of the many were over before the single one began.');
  return waited;
}

interface Jobs {
  done: number;
  /** They wait or run. */
  open: number;
  meanSeconds: number;
}

async function jobs(stage: Stage): Promise<Jobs> {
  const { rows } = await stage.asOwner((owner) => owner.query<Jobs>(JOBS));
  return rows[0] ?? { done: 0, open: 0, meanSeconds: NaN };
}

/** Looks until there is something true. @returns it */
async function until<T>(look: () => Promise<T | null | undefined | false>): Promise<T> {
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await sleep(LOOK_EVERY_MS)) {
    const seen = await look();
    if (seen !== null && seen !== undefined && seen !== false) return seen;
  }
  throw new Error(`Nothing came of it within ${PATIENCE_MS / 1_000} s.`);
}
