import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '#errors';
import { SPOKEN, type Stack } from './stack.js';

/** How long tidying up (removal of chunks, of what a failed upload left) may take after the last answer. */
const TIDY_SECONDS = 45;

/** Connections of pools that open at the first use and stay: the database's, the provider's, the object store's. */
const MORE_FILES = 30;

const OPEN_JOBS = `SELECT count(*) AS n FROM jobs WHERE state IN ('waiting', 'running')`;
const LEFT_JOBS = `
  SELECT name || ' ' || state || ' due in ' || round(extract(epoch FROM due_at - now())) || ' s' || coalesce(' ' || error_code, '') AS job
  FROM jobs WHERE state IN ('waiting', 'running') LIMIT 5`;

/** What may be wrong, each with the statement that finds it: one row for each finding, with a text. */
const FINDINGS = {
  'a transcription has not ended': `
    SELECT id || ' ' || status AS finding FROM transcriptions WHERE status IN ('pending', 'processing')`,
  'a completed transcription lacks chunks, or has one twice': `
    SELECT t.id || ': ' || count(c.*) || ' of ' || t.chunk_count AS finding
    FROM transcriptions t LEFT JOIN transcription_chunks c ON c.transcription_id = t.id AND c.status = 'done'
    WHERE t.status = 'completed' GROUP BY t.id HAVING count(c.*) <> t.chunk_count OR t.chunks_done <> t.chunk_count`,
  'a transcript has a gap in its lines': `
    SELECT transcription_id || ': ' || count(*) || ' lines, last ' || max(index) AS finding
    FROM transcript_segments GROUP BY transcription_id HAVING count(*) <> max(index) + 1`,
  'a chunk has more answers than it was asked for': `
    SELECT a.transcription_id || '/' || a.chunk_index || ': ' || count(*) AS finding FROM transcription_attempts a
    LEFT JOIN transcription_chunks c ON c.transcription_id = a.transcription_id AND c.generation = a.generation AND c.index = a.chunk_index
    WHERE a.outcome = 'answered' GROUP BY a.transcription_id, a.generation, a.chunk_index, c.redo
    HAVING count(*) > 1 + coalesce(jsonb_array_length(c.redo->'tries'), 0)`,
  'outside was not told what became of a transcription, or too often': `
    SELECT t.id || ' ' || t.status || ': ' || count(e.*) || ' events' AS finding FROM transcriptions t
    LEFT JOIN webhook_events e ON e.subject_id = t.id AND e.type = 'transcription.' || t.status
    WHERE t.status IN ('completed', 'failed', 'cancelled')
      AND EXISTS (SELECT FROM webhook_endpoints w WHERE w.workspace_id = t.workspace_id AND w.created_at < t.created_at)
    GROUP BY t.id HAVING count(e.*) NOT BETWEEN 1 AND t.generation`,
  'a job did not end': `SELECT name || ' ' || state || ' ' || coalesce(error_code, '') AS finding FROM jobs WHERE state <> 'done'
    AND NOT (state = 'failed' AND EXISTS (SELECT FROM transcriptions t WHERE t.id = jobs.subject_id AND t.status = 'failed'))`,
};

/**
 * What holds whatever was killed, cut off or refused: everything accepted has ended, each unit of work had one effect, store and
 * rows agree, nothing temporary is left, no log holds a secret or what was said.
 * @throws Error that lists every violation
 */
export async function checkInvariants(stack: Stack): Promise<void> {
  await stack
    .until('all jobs ended', OPEN_JOBS, (n) => n === 0, TIDY_SECONDS)
    .catch(async (error: unknown) => {
      const left = (await stack.query<{ job: string }>(LEFT_JOBS)).map(({ job }) => job);
      throw new Error(`Not ended: ${left.join(', ')}. ${messageOf(error)}`, { cause: error });
    });
  const violations = [
    ...(await rowViolations(stack)),
    ...(await lostOrders(stack)),
    ...(await callViolations(stack)),
    ...(await fileViolations(stack)),
    ...(await processViolations(stack)),
    ...leaks(stack),
  ];
  if (violations.length > 0) throw new Error(`Broken:\n${violations.join('\n')}\n\n${stack.tails()}`);
}

async function rowViolations(stack: Stack): Promise<string[]> {
  const violations = [];
  for (const [name, sql] of Object.entries(FINDINGS)) {
    for (const { finding } of await stack.query<{ finding: string }>(sql)) violations.push(`${name}: ${finding}`);
  }
  return violations;
}

async function lostOrders(stack: Stack): Promise<string[]> {
  const rows = new Set((await stack.query<{ id: string }>('SELECT id FROM transcriptions')).map(({ id }) => id));
  const accepted = stack.clients.flatMap((client) => [...client.accepted]);
  return accepted.filter((id) => !rows.has(id)).map((id) => `an accepted order is lost: ${id}`);
}

/** Nobody can have answered more often than the provider was called. */
async function callViolations(stack: Stack): Promise<string[]> {
  const { double, otherDoubles } = stack;
  if (double === undefined) return [];
  const calls = [double, ...otherDoubles].reduce((sum, provider) => sum + provider.calls.length, 0);
  const sql = `SELECT count(*) AS n FROM transcription_attempts WHERE outcome = 'answered'`;
  const answered = Number((await stack.query<{ n: string }>(sql))[0]?.n);
  return answered <= calls ? [] : [`${answered} answers were stored and ${calls} calls made`];
}

/** Removal of objects ends after the job's row says so; files are looked at until they agree. */
async function fileViolations(stack: Stack): Promise<string[]> {
  let found: string[] = [];
  for (const deadline = performance.now() + 5_000; performance.now() < deadline; await sleep(100)) {
    const keys = new Set((await stack.query<{ key: string }>('SELECT object_key AS key FROM audio')).map(({ key }) => key));
    const stored = storedKeys(stack);
    found = [
      ...[...stored].filter((key) => !keys.has(key)).map((key) => `an object belongs to no row: ${key}`),
      ...[...keys].filter((key) => !stored.has(key)).map((key) => `a recording has lost its object: ${key}`),
      ...(stack.s3?.openUploads ?? []).map(({ key }) => `an upload to S3 is left open: ${key}`),
      ...entriesOf(join(stack.home, 'tmp')).map((name) => `a temporary directory is left: ${name}`),
    ];
    if (found.length === 0) return [];
  }
  return found;
}

function storedKeys({ home, s3 }: Stack): Set<string> {
  if (s3 !== undefined) return new Set(s3.objects.map(({ key }) => key));
  const objects = filesIn(join(home, 'objects'));
  return new Set(objects.filter(isPublished).map((path) => path.replace(/@(bytes|type)$/, '')));
}

/** What a killed process was just writing lies aside, seen by nobody, until the hourly sweep. */
function isPublished(path: string): boolean {
  return !path.startsWith('~incoming/');
}

function filesIn(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1));
}

function entriesOf(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory) : [];
}

/** Programs that were started are gone and waited for, and files and sockets are closed again, shortly after the last work. */
async function processViolations({ processes, origin }: Stack): Promise<string[]> {
  let found: string[] = [];
  for (const deadline = performance.now() + 5_000; performance.now() < deadline; await sleep(100)) {
    // Clients, ourselves among them, keep their connections for a while.
    const clients = connectionsTo(Number(new URL(origin).port));
    found = processes
      .filter((process) => process.isRunning)
      .flatMap((process) => [
        ...process.children().map((child) => `${process.log} has left a child: ${child}`),
        ...(process.openFiles() > process.openFilesAtFirst + MORE_FILES + clients
          ? [
              `${process.log} has ${process.openFiles()} files open, at first ${process.openFilesAtFirst}; ${clients} clients are there`,
            ]
          : []),
      ]);
    if (found.length === 0) return [];
  }
  return found;
}

/** How many connections to a port of this machine are open; 0 where the system does not tell. */
function connectionsTo(port: number): number {
  if (!existsSync('/proc/net/tcp')) return 0;
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1);
  return lines.filter((line) => line.trim().split(/\s+/)[1]?.endsWith(local)).length;
}

function leaks({ processes, clients, env, databaseUrl }: Stack): string[] {
  const secrets: Record<string, string> = {
    'the key of the provider': env.OPENAI_API_KEY ?? '',
    'the secret of the tokens': env.AUTH_SECRET ?? '',
    'the master key': env.MASTER_KEY ?? '',
    'the password of the database': new URL(databaseUrl).password,
    'what was said': SPOKEN,
  };
  for (const [index, { password, token }] of clients.entries()) {
    Object.assign(secrets, { [`the password of client ${index}`]: password, [`the token of client ${index}`]: token });
  }
  return processes.flatMap((process) => {
    const output = process.output();
    const told = Object.entries(secrets).filter(([, secret]) => secret !== '' && output.includes(secret));
    return [
      ...told.map(([name]) => `${process.log} tells ${name}`),
      ...(output.includes('nobody listened') ? [`${process.log} tells of a rejected promise`] : []),
    ];
  });
}
