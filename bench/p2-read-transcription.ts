import { registerAccount } from './account.ts';
import { warmUp } from './http-load.ts';
import { onBothQueues, type Row, type Sides } from './row.ts';
import type { Stage } from './stage.ts';

const AT_ONCE = 32;
const TRANSCRIPTIONS = 200;
/** About as much as is said in a minute. */
const TEXT = 'good morning everyone let us start with the numbers of the last quarter '.repeat(12).trim();

const ADD_TRANSCRIPTIONS = `
INSERT INTO transcriptions (id, workspace_id, status, stage, options, chunk_count, chunks_done, duration_seconds, language, text,
  started_at, finished_at)
SELECT gen_random_uuid(), $1, 'completed', 'assemble',
  '{"provider": "local", "model": "pocketsphinx", "language": null, "prompt": null, "temperature": null, "diarize": false}',
  1, 1, 61.4, 'en', $2, now(), now()
FROM generate_series(1, $3) RETURNING id`;

export const p2: Row = {
  id: 'P2',
  work: 'GET transcriptions/:id by a signed-in user (token, session, workspace, rate limits, row-level security, log line), 32 at once',
  floor: 'bare Fastify and pg, the same SELECT',
  unit: 'requests/s',
  reach: { atLeast: 0.5 },
  variants: onBothQueues(open),
};

async function open(stage: Stage, settings: Record<string, string>): Promise<Sides> {
  const [api, bare] = await Promise.all([stage.startApi(settings), stage.startFloor('read-one-row')]);
  const { token, workspaceId } = await registerAccount(api);
  const ids = await addTranscriptions(stage, workspaceId);
  return {
    steno: await warmUp({
      origin: api,
      paths: ids.map((id) => `/api/v1/transcriptions/${id}`),
      headers: { authorization: `Bearer ${token}` },
      atOnce: AT_ONCE,
    }),
    floor: await warmUp({
      origin: bare,
      paths: ids.map((id) => `/${workspaceId}/transcriptions/${id}`),
      headers: {},
      atOnce: AT_ONCE,
    }),
  };
}

async function addTranscriptions(stage: Stage, workspaceId: string): Promise<string[]> {
  return stage.asOwner(async (owner) => {
    const { rows } = await owner.query<{ id: string }>(ADD_TRANSCRIPTIONS, [workspaceId, TEXT, TRANSCRIPTIONS]);
    await owner.query('VACUUM ANALYZE transcriptions');
    return rows.map(({ id }) => id);
  });
}
