/** The floor of P2: no account, no workspace, no limits, no log; one statement on a pool of as many connections as the API has. */
import pg from 'pg';
import { fastify } from './fastify.ts';

const SQL = `
SELECT id, workspace_id, audio_id, created_by, status, stage, generation, options, low_accuracy, chunk_count, chunks_done,
  duration_seconds, language, text, warnings, error_code, error_detail, created_at, started_at, finished_at
FROM transcriptions WHERE id = $1 AND workspace_id = $2`;

const { DATABASE_URL, PORT } = process.env;
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 16 });
const server = fastify();

server.get('/', () => 'ready');

server.get<{ Params: { workspace: string; id: string } }>('/:workspace/transcriptions/:id', async ({ params }, reply) => {
  const { rows } = await pool.query<object>(SQL, [params.id, params.workspace]);
  return rows[0] ?? reply.status(404).send();
});

process.once('SIGTERM', () => process.exit());
await server.listen({ port: Number(PORT), host: '127.0.0.1' });
