import type pg from 'pg';

const TRANSCRIPTS_A_WORKSPACE = 1_000;

/** Each transcript says these words, and one of a thousand others: what is searched for is found all over. */
const EVERYBODY_SAYS = 'good morning everyone let us start with the numbers of the last quarter and what our partners asked for';

const OPTIONS =
  '{"provider": "local", "model": "pocketsphinx", "language": null, "prompt": null, "temperature": null, "diarize": false}';

const WORKSPACES = `
INSERT INTO workspaces (id, name, kind) SELECT gen_random_uuid(), 'Bench ' || n, 'team' FROM generate_series(1, $1) AS n RETURNING id`;

/** Ids rise with time, as the product's do. Every tenth failed. Each workspace has the same texts, so their words are found once. */
const TRANSCRIPTS = `
WITH texts AS MATERIALIZED (
  SELECT n, text, to_tsvector('pg_catalog.simple', text) AS words
  FROM generate_series(1, ${TRANSCRIPTS_A_WORKSPACE}) AS n
  CROSS JOIN LATERAL (
    SELECT CASE WHEN n % 10 > 0 THEN '${EVERYBODY_SAYS} word' || n % 1000 || ' and word' || (n * 7) % 1000 END AS text) AS said)
INSERT INTO transcriptions (id, workspace_id, status, stage, options, chunk_count, chunks_done, duration_seconds, language, text, search, finished_at)
SELECT (lpad(to_hex(1700000000000 + n), 12, '0') || '7' || substr(md5(w.id::text || n), 1, 3) || '8' || substr(md5(w.id::text || n), 4, 15))::uuid,
  w.id, CASE WHEN text IS NULL THEN 'failed' ELSE 'completed' END, 'assemble', '${OPTIONS}', 1, 1, 20, 'en', text,
  words || array_to_tsvector(ARRAY['workspace:' || w.id]), now()
FROM unnest($1::uuid[]) AS w (id), texts`;

const WORKSPACES_AT_ONCE = 50;

/**
 * Fills workspaces with 1 000 transcripts each.
 * @param own a workspace that is one of them
 */
export async function fillLibrary(owner: pg.Client, own: string, workspaces: number): Promise<void> {
  const others = await owner.query<{ id: string }>(WORKSPACES, [workspaces - 1]);
  const ids = [own, ...others.rows.map(({ id }) => id)];
  // The index is far quicker made at the end, and a million rows are right without being asked.
  await owner.query('SET session_replication_role = replica');
  const [index] = (await owner.query<{ made: string }>(`SELECT pg_get_indexdef('transcriptions_search_idx'::regclass) AS made`))
    .rows;
  await owner.query(`SET maintenance_work_mem = '1GB'; SET synchronous_commit = off; DROP INDEX transcriptions_search_idx`);
  for (let at = 0; at < ids.length; at += WORKSPACES_AT_ONCE)
    await owner.query(TRANSCRIPTS, [ids.slice(at, at + WORKSPACES_AT_ONCE)]);
  await owner.query(index?.made ?? '');
  await owner.query('VACUUM ANALYZE transcriptions');
}
