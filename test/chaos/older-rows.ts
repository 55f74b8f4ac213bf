import pg from 'pg';
import { messageOf } from '#errors';
import { startS3Double } from '#testing/s3-double';
import type { Client } from '../e2e/client.js';
import { allCompleted, discardNow, SAYS_IT } from '../e2e/orders.js';
import { shortRecording } from '../e2e/recordings.js';
import { type Stack, type StackOptions, startStack } from '../e2e/stack.js';
import type { ChaosRow, Outcome, Turn } from './row.js';

const LATER_UPLOADS = 5;

/** Runs statements on the server of a stack, beside its database. */
async function onServer(stack: Stack, ...statements: string[]): Promise<void> {
  const url = new URL(stack.databaseUrl);
  url.pathname = '/postgres';
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

async function whileStopped(stack: Stack, work: () => Promise<void>): Promise<void> {
  await Promise.all([stack.stopApi(), stack.killWorker('SIGTERM')]);
  await work();
  await Promise.all([stack.startApi(), stack.startWorker()]);
}

/** What becomes of a request for a recording's sound. */
async function download(client: Client, id: string): Promise<{ status: number; bytes: number }> {
  const answer = await client.send('GET', `/api/v1/audio/${id}/download`);
  return { status: answer.status, bytes: (await answer.arrayBuffer().catch(() => new ArrayBuffer(0))).byteLength };
}

const OLDER_ROWS: ChaosRow = {
  id: 'K7',
  what: `the database is put back to an earlier moment, the store (the disk, then S3) is not: ${LATER_UPLOADS} recordings came since then and one was deleted`,
  expect:
    'compare-store names each object that came since and the recording whose object is gone, and nothing else; that one is refused in words, everything else is served whole',
  withinSeconds: 300,
  run: async (turn) => {
    const disk = await putRowsBack(turn, {});
    const s3 = await startS3Double();
    try {
      const bucket = await putRowsBack(turn, { s3 });
      return { figure: `disk: ${disk.figure}; S3: ${bucket.figure}`, holds: disk.holds && bucket.holds };
    } finally {
      await s3.stop();
    }
  },
};

async function putRowsBack(turn: Turn, options: StackOptions): Promise<Outcome> {
  const stack = await startStack(options);
  try {
    const client = await stack.client();
    stack.provider.always(SAYS_IT);
    const recording = shortRecording(stack.files);
    const kept = await client.upload(recording);
    await client.order(kept.id);
    await allCompleted(client);
    const gone = await client.upload(recording);
    const name = new URL(stack.databaseUrl).pathname.slice(1);
    await whileStopped(stack, () => onServer(stack, `CREATE DATABASE ${name}_older TEMPLATE ${name}`));
    turn.say('the moment is kept');

    const later: string[] = [];
    for (let time = 0; time < turn.times(LATER_UPLOADS); time += 1) later.push((await client.upload(recording)).id);
    await client.send('DELETE', `/api/v1/audio/${gone.id}`);
    await discardNow(stack);
    await stack.until('all is tidied up', `SELECT count(*) AS n FROM jobs WHERE state IN ('waiting', 'running')`, (n) => n === 0);
    await whileStopped(stack, () =>
      onServer(stack, `DROP DATABASE ${name} WITH (FORCE)`, `ALTER DATABASE ${name}_older RENAME TO ${name}`),
    );
    turn.say('the rows are those of the earlier moment');

    const said = await stack.command('compare-store').catch(messageOf);
    const lines = said.match(/(orphan|missing) +workspaces\S+/g) ?? [];
    const named = (kind: string, id: string): boolean => lines.some((line) => line.startsWith(kind) && line.includes(id));
    const orphans = later.filter((id) => named('orphan', id)).length;
    const others = lines.filter((line) => ![gone.id, ...later].some((id) => line.includes(id)));
    const [whole, refused] = [await download(client, kept.id), await download(client, gone.id)];
    const figure = `${orphans} of ${later.length} objects that came since named, the lost one ${named('missing', gone.id) ? 'named' : 'NOT named'}, ${others.length} others; kept: ${whole.status} with ${whole.bytes} bytes, lost: ${refused.status}`;
    const told = orphans === later.length && named('missing', gone.id) && others.length === 0;
    return {
      figure,
      holds: told && whole.status === 200 && whole.bytes === gone.bytes && refused.status >= 400 && refused.status < 500,
    };
  } finally {
    await stack.stop();
  }
}

/** Rows about backups that do not fit each other. */
export const BACKUP_ROWS: readonly ChaosRow[] = [OLDER_ROWS];
