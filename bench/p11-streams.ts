import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { registerAccount } from './account.ts';
import { EventStreams } from './event-streams.ts';
import { limitOf, NO_PROGRAM, onBothQueues, percentile, type Row, type Sides } from './row.ts';
import type { Stage } from './stage.ts';

const WORKSPACES = 10;
/** So many a workspace may have in one process. */
const STREAMS_A_WORKSPACE = 100;
const STREAMS = WORKSPACES * STREAMS_A_WORKSPACE;
/** The changes of a second are spread over it. */
const BATCHES_A_SECOND = 20;
const WARM_UP_SECONDS = 5;
const SECONDS = 15;
const LONGEST_DELAY_MS = 200;
const MOST_MEMORY_MB = 300;
const NOT_IN_TIME_MS = 1_000;

const ADD_TRANSCRIPTIONS = `
INSERT INTO transcriptions (id, workspace_id, status, stage, options, chunk_count, started_at)
SELECT gen_random_uuid(), $1, 'processing', 'transcribe',
  '{"provider": "local", "model": "pocketsphinx", "language": null, "prompt": null, "temperature": null, "diarize": false}', 1000000, now()
FROM generate_series(1, $2) RETURNING id`;

/** What a worker does when a chunk is done; the count says when that was, in milliseconds, and comes back in the id of the event. */
const CHANGE = 'UPDATE transcriptions SET chunks_done = $2 WHERE id = ANY ($1::uuid[])';
const ANNOUNCE = `SELECT pg_notify('steno_changes', 'transcription:' || id) FROM unnest($1::uuid[]) AS id`;

const WORK = `${STREAMS.toLocaleString('en')} open event streams of one API, each of a transcription that changes once a second`;

export const p11: Row = {
  id: 'P11',
  work: `${WORK}: the p99 of the time from a change until its event is here`,
  floor: NO_PROGRAM,
  unit: 'ms',
  reach: { atMost: 1 },
  turns: 1,
  variants: onBothQueues((stage, settings) => open(stage, settings, 'delay')),
};

export const p11Memory: Row = {
  ...p11,
  id: 'P11.1',
  work: `${WORK}: the most memory of the API`,
  unit: 'MB',
  variants: onBothQueues((stage, settings) => open(stage, settings, 'memory')),
};

async function open(stage: Stage, settings: Record<string, string>, figure: 'delay' | 'memory'): Promise<Sides> {
  const api = await stage.startApi(settings);
  const streams = stage.use(new EventStreams(api));
  const ids: string[] = [];
  for (let workspace = 0; workspace < WORKSPACES; workspace += 1) {
    const { token, workspaceId } = await registerAccount(api, `bench-${workspace}@example.com`);
    const added = await addTranscriptions(stage, workspaceId);
    await Promise.all(added.map((id) => streams.open(`/api/v1/transcriptions/${id}/events`, token)));
    ids.push(...added);
  }
  return {
    steno: async () => {
      const delays = await change(stage, settings.REDIS_URL, ids, streams);
      return figure === 'delay' ? percentile(delays, 99) : stage.memoryOfApi(api, 'VmHWM');
    },
    floor: limitOf(figure === 'delay' ? LONGEST_DELAY_MS : MOST_MEMORY_MB),
  };
}

async function addTranscriptions(stage: Stage, workspaceId: string): Promise<string[]> {
  return stage.asOwner(async (owner) => {
    const { rows } = await owner.query<{ id: string }>(ADD_TRANSCRIPTIONS, [workspaceId, STREAMS_A_WORKSPACE]);
    return rows.map(({ id }) => id);
  });
}

/** Changes each transcription once a second. @returns the delays of their events in ms; one that never came counts as a second */
async function change(stage: Stage, redisUrl: string | undefined, ids: string[], streams: EventStreams): Promise<number[]> {
  const redis = redisUrl === undefined ? null : new Redis(redisUrl);
  const batch = Math.ceil(ids.length / BATCHES_A_SECOND);
  const begun = performance.now();
  let changes = 0;
  const delays: number[] = [];
  streams.heard = (count) => {
    if (count >= 1_000 * WARM_UP_SECONDS) delays.push(performance.now() - begun - count);
  };
  await stage.asOwner(async (owner) => {
    for (let step = 0; step < (WARM_UP_SECONDS + SECONDS) * BATCHES_A_SECOND; step += 1) {
      await sleep(Math.max(0, begun + (step * 1_000) / BATCHES_A_SECOND - performance.now()));
      const changed = ids.slice((step % BATCHES_A_SECOND) * batch, ((step % BATCHES_A_SECOND) + 1) * batch);
      const now = Math.floor(performance.now() - begun);
      if (now >= 1_000 * WARM_UP_SECONDS) changes += changed.length;
      await owner.query('BEGIN');
      await owner.query(CHANGE, [changed, now]);
      if (redis === null) await owner.query(ANNOUNCE, [changed]);
      await owner.query('COMMIT');
      if (redis !== null) await Promise.all(changed.map((id) => redis.publish(`steno:events:transcription:${id}`, '')));
    }
  });
  await sleep(NOT_IN_TIME_MS);
  redis?.disconnect();
  const lost = Math.max(0, changes - delays.length);
  return [...delays, ...Array.from({ length: lost }, () => NOT_IN_TIME_MS)];
}
