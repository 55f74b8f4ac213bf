import { randomInt } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startS3Double } from '#testing/s3-double';
import type { Client } from '../e2e/client.js';
import { allCompleted, countOf, discardNow, onStack, SAYS_IT } from '../e2e/orders.js';
import { shortRecording } from '../e2e/recordings.js';
import type { Stack } from '../e2e/stack.js';
import { uploadLarge } from './large-upload.js';
import { type ChaosRow, percentile, secondsOf } from './row.js';
import { writeNoise } from './sound-file.js';

const MB = 1_000_000;
const SIZES = [500 * MB, 2_000 * MB, 5_000 * MB];
const LARGE_UPLOADS = { MAX_UPLOAD_MB: '6000' };
const MORE_MEMORY_MB = 150;
const AT_ONCE = 10;
const MEMORY_OF_TEN_MB = 500;
const READS = 100;

const LARGE: ChaosRow = {
  id: 'L5',
  what: 'recordings of 500 MB, 2 GB and 5 GB uploaded through the API',
  expect: `the API needs no more than ${MORE_MEMORY_MB} MB more memory than before; the stored hash is that of the file`,
  withinSeconds: 1_800,
  run: async (turn) =>
    onStack({ env: LARGE_UPLOADS }, async (stack, client) => {
      const told: string[] = [];
      let holds = true;
      for (const bytes of SIZES.slice(0, turn.times(SIZES.length))) {
        const path = join(stack.files, 'large.wav');
        const sha256 = await writeNoise(path, bytes);
        const before = stack.api.memory().now;
        let stored = '';
        const seconds = await secondsOf(async () => (stored = (await uploadLarge(client, path)).sha256));
        const more = stack.api.memory().peak - before;
        holds &&= more <= MORE_MEMORY_MB && stored === sha256;
        told.push(
          `${bytes / MB} MB: +${more.toFixed(0)} MB, ${(bytes / MB / seconds).toFixed(0)} MB/s, hash ${stored === sha256 ? 'equal' : 'OTHER'}`,
        );
        turn.say(told.at(-1) ?? '');
      }
      return { figure: told.join('; '), holds };
    }),
};

const TEN_AT_ONCE: ChaosRow = {
  id: 'L6',
  what: `${AT_ONCE} recordings of 500 MB uploaded at once`,
  expect: `the API needs at most ${MEMORY_OF_TEN_MB} MB in all, and answers others meanwhile`,
  withinSeconds: 1_800,
  run: async (turn) =>
    onStack({ env: LARGE_UPLOADS }, async (stack, client) => {
      const path = join(stack.files, 'large.wav');
      await writeNoise(path, 500 * MB);
      const uploads = Promise.all(Array.from({ length: turn.times(AT_ONCE) }, () => client.upload(path)));
      let done = false;
      const ended = uploads.finally(() => (done = true));
      const answers: number[] = [];
      while (!done) {
        answers.push(await secondsOf(async () => (await client.send('GET', '/api/v1/transcriptions')).arrayBuffer()));
        await sleep(200);
      }
      await ended;
      const { peak } = stack.api.memory();
      const figure = `${turn.times(AT_ONCE)} × 500 MB: ${peak.toFixed(0)} MB at most; a list meanwhile p50 ${(1_000 * percentile(answers, 0.5)).toFixed(0)} ms, p99 ${(1_000 * percentile(answers, 0.99)).toFixed(0)} ms`;
      return { figure, holds: peak <= MEMORY_OF_TEN_MB };
    }),
};

/** Uploads until so many bytes are on their way, then goes away. */
async function abandonedUpload(client: Client, path: string, afterMs: number): Promise<boolean> {
  const form = new FormData();
  form.set('file', await openAsBlob(path), 'abandoned.wav');
  const away = AbortSignal.timeout(afterMs);
  return fetch(`${client.origin}/api/v1/audio/upload`, {
    method: 'POST',
    headers: { authorization: `Bearer ${client.token}` },
    body: form,
    signal: away,
  }).then(
    () => false,
    () => true,
  );
}

const ABANDONED: ChaosRow = {
  id: 'L7',
  what: '50 uploads of 60 MB whose clients go away at random moments, objects in S3',
  expect: 'no transfer is left open; there are as many objects as rows; files and sockets are closed',
  withinSeconds: 900,
  run: async (turn) => {
    const s3 = await startS3Double();
    try {
      return await onStack({ s3 }, async (stack, client) => {
        const path = join(stack.files, 'abandoned.wav');
        await writeNoise(path, 60 * MB);
        const whole = await secondsOf(() => client.upload(path));
        const wanted = turn.times(50);
        let broken = 0;
        for (let done = 1; done <= wanted; done += 1) {
          if (await abandonedUpload(client, path, randomInt(5, Math.ceil(whole * 900)))) broken += 1;
          if (done % 10 === 0) turn.say(`${done} of ${wanted}`);
        }
        await discardNow(stack);
        await stack.until(
          'all is tidied up',
          `SELECT count(*) AS n FROM jobs WHERE state IN ('waiting', 'running')`,
          (n) => n === 0,
        );
        const rows = await countOf(stack, 'SELECT count(*) AS n FROM audio');
        const figure = `${broken}/${wanted} clients gone before their answer, ${rows - 1} recordings kept whole; ${s3.openUploads.length} transfers left open, ${s3.objects.length} objects for ${rows} recordings, ${stack.api.openFiles()} files open (${stack.api.openFilesAtFirst} at first)`;
        return { figure, holds: s3.openUploads.length === 0 && s3.objects.length === rows && rows >= 1 + wanted - broken };
      });
    } finally {
      await s3.stop();
    }
  },
};

const FAIR: ChaosRow = {
  id: 'L11',
  what: 'one workspace orders 1000 transcripts, then another one; four calls at a time of 0.5 s each',
  expect: 'the other’s transcript is there within 10 s, not after those of the first',
  withinSeconds: 900,
  run: async (turn) =>
    onStack({ env: { SPEECH_CONCURRENCY: '4' } }, async (stack, client) => {
      stack.provider.always({ ...SAYS_IT, delayMs: 500 });
      const wanted = turn.times(1_000);
      const { id } = await client.upload(shortRecording(stack.files));
      const other = await stack.client();
      const theirs = await other.upload(shortRecording(stack.files));
      for (let done = 0; done < wanted; done += 20) {
        await Promise.all(Array.from({ length: Math.min(20, wanted - done) }, () => client.order(id)));
      }
      turn.say(`${wanted} ordered`);
      const seconds = await secondsOf(async () => other.waitUntilFinished((await other.order(theirs.id)).id, 600));
      const left = await countOf(stack, `SELECT count(*) AS n FROM transcriptions WHERE status IN ('pending', 'processing')`);
      turn.say(`the other has theirs after ${seconds.toFixed(1)} s, ${left} of the first wait`);
      stack.provider.always(SAYS_IT);
      await allCompleted(client, 800);
      return {
        figure: `${seconds.toFixed(1)} s, with ${left} of ${wanted} orders of the first still to do`,
        holds: seconds <= 10 && left > 0,
      };
    }),
};

const BACKLOG: ChaosRow = {
  id: 'L13',
  what: '50 000 orders wait, queue on Redis, no worker',
  expect: 'Redis holds at most 50 MB; lists are as quick as before (p99 within twice and 20 ms)',
  withinSeconds: 900,
  run: async (turn) =>
    onStack({ queue: 'redis', workers: 0 }, async (stack, client) => {
      const wanted = turn.times(50_000);
      const audio = await client.upload(shortRecording(stack.files));
      const { id } = await client.order(audio.id);
      const before = await listTimes(client);
      await stack.query(ADD_TRANSCRIPTIONS, [id, wanted]);
      await stack.query(ADD_JOBS, [id]);
      await untilRung(stack, (progress) => turn.say(progress));
      const after = await listTimes(client);
      const used = ((await stack.redis?.usedBytes()) ?? NaN) / MB;
      await stack.query('DELETE FROM jobs WHERE subject_id <> $1', [id]);
      await stack.query('DELETE FROM transcriptions WHERE id <> $1', [id]);
      await stack.redis?.wipe();
      await stack.startWorker();
      await allCompleted(client);
      const [slow, slower] = [percentile(before, 0.99), percentile(after, 0.99)].map((seconds) => seconds * 1_000);
      const figure = `${wanted} waiting: Redis ${used.toFixed(1)} MB; list p99 ${slow?.toFixed(0)} ms before, ${slower?.toFixed(0)} ms with them`;
      return { figure, holds: used <= 50 && (slower ?? NaN) <= 2 * (slow ?? NaN) + 20 };
    }),
};

const ADD_TRANSCRIPTIONS = `
INSERT INTO transcriptions (id, workspace_id, audio_id, created_by, status, stage, options)
SELECT gen_random_uuid(), workspace_id, audio_id, created_by, 'pending', 'prepare', options
FROM transcriptions, generate_series(1, $2) WHERE id = $1`;
const ADD_JOBS = `
INSERT INTO jobs (name, workspace_id, subject_id, generation, part, payload, request_id)
SELECT 'transcription.prepare', workspace_id, id, 1, 0, '{}', 'backlog' FROM transcriptions WHERE id <> $1`;

/** Waits until the relay rings for no more. */
async function untilRung(stack: Stack, say: (progress: string) => void): Promise<void> {
  const rung = 'SELECT count(*) AS n FROM jobs WHERE rung_at IS NOT NULL';
  for (let before = -1; ;) {
    const now = await countOf(stack, rung);
    say(`${now} rung`);
    if (now === before) return;
    before = now;
    await sleep(3_000);
  }
}

/** Seconds of so many reads of a list. */
async function listTimes(client: Client): Promise<number[]> {
  const seconds: number[] = [];
  for (let read = 0; read < READS; read += 1) {
    seconds.push(await secondsOf(async () => (await client.send('GET', '/api/v1/transcriptions?limit=50')).arrayBuffer()));
  }
  return seconds;
}

/** Much at once: large uploads, abandoned ones, many orders. */
export const LOAD_ROWS: ChaosRow[] = [LARGE, TEN_AT_ONCE, ABANDONED, FAIR, BACKLOG];
