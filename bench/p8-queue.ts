import { setTimeout as sleep } from 'node:timers/promises';
import { registerAccount } from './account.ts';
import { onBothQueues, type Row, type Sides } from './row.ts';
import type { Stage } from './stage.ts';

const JOBS = 10_000;
const WORKSPACES = 16;
const SLOTS = 16;
const PATIENCE_MS = 300_000;
const LOOK_EVERY_MS = 100;

export const p8: Row = {
  id: 'P8',
  work: `${JOBS.toLocaleString('en')} short jobs from order to settlement by one worker with ${SLOTS} slots: claimed by lease, a transcript of one line written, quotas settled, in ${WORKSPACES} workspaces`,
  floor: `BullMQ alone, the same number of empty jobs by one worker with ${SLOTS} slots`,
  unit: 'jobs/s',
  reach: { atLeast: 0.15 },
  turns: 1,
  variants: onBothQueues(open),
};

const OPTIONS = { provider: 'openai', model: 'whisper-1', language: 'en', prompt: null, temperature: null, diarize: false };
const ANSWER = {
  ...{ text: 'Good morning.', language: 'en', timestampSource: 'provider', words: [], warnings: [] },
  segments: [{ start: 0, end: 2, text: 'Good morning.', speaker: null, confidence: null }],
};

/**
 * What ordering and a provider that needs no time leave behind: all but the last job of transcriptions of two seconds. The first three
 * statements take a parameter.
 */
const ORDER = [
  `INSERT INTO ordered
   SELECT gen_random_uuid(), ($1::uuid[])[1 + n % cardinality($1::uuid[])] FROM generate_series(1, ${JOBS}) AS n`,
  `INSERT INTO transcriptions (id, workspace_id, status, stage, options, chunk_count, chunks_done, duration_seconds, started_at)
   SELECT id, workspace_id, 'processing', 'assemble', $1::jsonb, 1, 1, 2, now() FROM ordered`,
  `INSERT INTO transcription_chunks (transcription_id, generation, workspace_id, index, start_seconds, end_seconds, bytes, object_key, status,
     transcript, answered_in)
   SELECT id, 1, workspace_id, 0, 0, 2, 0, 'none', 'done', $1::jsonb, 1 FROM ordered`,
  `INSERT INTO quota_periods (workspace_id, resource, starts_at, ends_at, reserved)
   SELECT workspace_id, 'transcription', date_trunc('month', now()), now() + interval '1 month', 2000 * count(*) FROM ordered GROUP BY 1`,
  `INSERT INTO quota_ledger (id, workspace_id, subject_id, generation, resource, subject_kind, kind, starts_at, amount)
   SELECT gen_random_uuid(), workspace_id, id, 1, 'transcription', 'transcription', 'reserve', date_trunc('month', now()), 2000
   FROM ordered`,
  `INSERT INTO jobs (workspace_id, name, subject_id, request_id)
   SELECT workspace_id, 'transcription.assemble', id, 'bench' FROM ordered`,
];

const OPEN = `SELECT count(*)::int AS open FROM jobs WHERE name = 'transcription.assemble' AND state IN ('waiting', 'running')`;
const SETTLED = `SELECT count(*)::int AS settled FROM quota_ledger WHERE kind = 'settle'`;

async function open(stage: Stage, queue: Record<string, string>): Promise<Sides> {
  const bare = await stage.startProgram('bench/floors/empty-jobs.ts', queue);
  const settings = { ...queue, OPENAI_API_KEY: 'none', SPEECH_PROVIDER: 'openai' };
  const api = await stage.startApi(settings);
  const workspaces: string[] = [];
  for (let account = 0; account < WORKSPACES; account += 1)
    workspaces.push((await registerAccount(api, `bench-${account}@example.com`)).workspaceId);
  await stage.startWorker({ ...settings, WORKER_JOBS: 'transcription.assemble', MEDIA_CONCURRENCY: String(SLOTS) });
  return {
    steno: () => settleAll(stage, workspaces),
    floor: async () => Number(await (await fetch(`${bare}/run/${JOBS}`)).text()),
  };
}

/** @returns jobs a second, from the commit of the orders to that of the last settlement */
async function settleAll(stage: Stage, workspaces: string[]): Promise<number> {
  return stage.asOwner(async (owner) => {
    await owner.query('CREATE TEMPORARY TABLE ordered (id uuid, workspace_id uuid)');
    const given: object[] = [workspaces, OPTIONS, ANSWER];
    await owner.query('BEGIN');
    for (const [index, statement] of ORDER.entries()) await owner.query(statement, given.slice(index, index + 1));
    await owner.query('COMMIT');
    const begun = performance.now();
    for (let left = JOBS; left > 0; await sleep(LOOK_EVERY_MS)) {
      if (performance.now() - begun > PATIENCE_MS) throw new Error(`${left} jobs were left after ${PATIENCE_MS / 1_000} s.`);
      left = (await owner.query<{ open: number }>(OPEN)).rows[0]?.open ?? JOBS;
    }
    const seconds = (performance.now() - begun) / 1_000;
    const settled = (await owner.query<{ settled: number }>(SETTLED)).rows[0]?.settled;
    if (settled !== JOBS) throw new Error(`Of ${JOBS} jobs ${settled} were settled.`);
    return JOBS / seconds;
  });
}
