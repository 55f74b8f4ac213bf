/**
 * The floor of P3: no account, no limits, no look at the recording; three rows in one transaction. What it orders is never due, so that
 * nobody works on it.
 */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { fastify } from './fastify.ts';

const TRANSCRIPTION = `INSERT INTO transcriptions (id, workspace_id, audio_id, options) VALUES ($1, $2, $3, $4)`;
const JOB = `
INSERT INTO jobs (workspace_id, name, subject_id, request_id, due_at) VALUES ($2, 'transcription.prepare', $1, 'floor', 'infinity')`;
const RESERVATION = `
INSERT INTO quota_ledger (id, workspace_id, subject_id, generation, resource, subject_kind, kind, starts_at, amount, expires_at)
VALUES (gen_random_uuid(), $2, $1, 1, 'transcription', 'floor', 'reserve', now(), 40000, NULL)`;
const OPTIONS = { provider: 'openai', model: 'whisper-1', language: null, prompt: null, temperature: null, diarize: false };

const { DATABASE_URL, PORT } = process.env;
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 16 });
const server = fastify();

server.get('/', () => 'ready');

server.post<{ Params: { workspace: string }; Body: { audioId: string } }>(
  '/:workspace/transcriptions',
  async (request, reply) => {
    const id = randomUUID();
    const { workspace } = request.params;
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      await client.query(TRANSCRIPTION, [id, workspace, request.body.audioId, OPTIONS]);
      await client.query(JOB, [id, workspace]);
      await client.query(RESERVATION, [id, workspace]);
      await client.query('COMMIT');
    } finally {
      client.release();
    }
    return reply.status(202).send({ id, status: 'pending' });
  },
);

process.once('SIGTERM', () => process.exit());
await server.listen({ port: Number(PORT), host: '127.0.0.1' });
