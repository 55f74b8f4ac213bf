import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type FaultMode, type S3Double, startS3Double } from '#testing/s3-double';
import { ApiError } from '../../clients/typescript/src/index.js';
import { allCompleted, discardNow, onStack } from '../e2e/orders.js';
import type { Client } from '../e2e/client.js';
import { shortRecording } from '../e2e/recordings.js';
import type { Stack } from '../e2e/stack.js';
import { type ChaosRow, secondsOf } from './row.js';
import { writeNoise } from './sound-file.js';

const LARGE_BYTES = 120_000_000;
const MIB = 1024 * 1024;

async function onS3<T>(scenario: (stack: Stack, client: Client, s3: S3Double) => Promise<T>): Promise<T> {
  const s3 = await startS3Double();
  try {
    return await onStack({ s3 }, (stack, client) => scenario(stack, client, s3));
  } finally {
    await s3.stop();
  }
}

/** Status of an upload, `broken` when there was no answer. */
async function statusOf(upload: Promise<unknown>): Promise<string> {
  return upload.then(
    () => '201',
    (error: unknown) => (error instanceof ApiError ? String(error.status) : 'broken'),
  );
}

async function sha256Of(response: Response): Promise<string> {
  const hash = createHash('sha256');
  for await (const bytes of (response.body ?? []) as AsyncIterable<Uint8Array>) hash.update(bytes);
  return hash.digest('hex');
}

const FAULTS: { mode: FaultMode; bytes: number; withinSeconds: number }[] = [
  { mode: '503', bytes: MIB, withinSeconds: 8 },
  { mode: 'reset', bytes: MIB, withinSeconds: 8 },
  { mode: 'hang', bytes: MIB, withinSeconds: 25 },
  { mode: 'hang', bytes: 20 * MIB, withinSeconds: 25 },
  { mode: 'slow', bytes: 20 * MIB, withinSeconds: 130 },
];

const FAULTY: ChaosRow = {
  id: 'F20',
  what: '120 MB taken in and given out while S3 answers every third request 503; then uploads while it answers nothing but 503, resets, hangs, or takes 1 KB/s',
  expect: 'the first: the same bytes; the others: 503 in time; no transfer is left open, no row is written',
  withinSeconds: 1_200,
  run: async (turn) =>
    onS3(async (stack, client, s3) => {
      const large = join(stack.files, 'large.wav');
      const sha256 = await writeNoise(large, LARGE_BYTES);
      s3.fail('503third');
      const seconds = await secondsOf(() => client.upload(large));
      const [{ id = '' } = {}] = await stack.query<{ id: string }>('SELECT id FROM audio');
      const same = (await sha256Of(await client.send('GET', `/api/v1/audio/${id}/download`))) === sha256;
      s3.fail('ok');
      const told = [
        `every third 503: ${statSync(large).size / 1e6} MB in ${seconds.toFixed(1)} s, ${same ? 'the same' : 'OTHER'} bytes`,
      ];
      turn.say(told[0] ?? '');
      let holds = same;
      for (const { mode, bytes, withinSeconds } of FAULTS.slice(0, turn.times(FAULTS.length))) {
        const path = join(stack.files, `${mode}-${bytes}.wav`);
        await writeNoise(path, bytes);
        s3.fail(mode, ...(bytes > MIB ? (['UploadPart'] as const) : []));
        let status = '';
        const took = await secondsOf(async () => (status = await statusOf(client.upload(path))));
        s3.fail('ok');
        holds &&= status === '503' && took <= withinSeconds && s3.openUploads.length === 0;
        told.push(
          `${mode} (${Math.round(bytes / MIB)} MiB): ${status} after ${took.toFixed(1)} s, ${s3.openUploads.length} left open`,
        );
        turn.say(told.at(-1) ?? '');
      }
      await discardNow(stack);
      await client.transcribe(shortRecording(stack.files));
      await allCompleted(client);
      return { figure: told.join('; '), holds };
    }),
};

const CHANGED: ChaosRow = {
  id: 'F21',
  what: 'S3 flips one byte of what it gives: of the recording, then of a chunk; then it ends bodies half way, for a while',
  expect:
    'the change is seen before anything is decoded or sent: fetched once more, then failed with `integrity`; a body that ends early is fetched again until it is whole',
  withinSeconds: 300,
  run: async (turn) =>
    onS3(async (stack, client, s3) => {
      const failed = async (id: string): Promise<string> => {
        client.accepted.delete(id);
        return (await client.waitUntilFinished(id)).error?.code ?? 'none';
      };
      const audio = await client.upload(shortRecording(stack.files));
      s3.fail('corrupt', 'GetObject');
      const recording = await failed((await client.order(audio.id)).id);
      turn.say(`changed recording: ${recording}`);
      s3.fail('ok');
      const lock = await stack.holdTable('transcription_chunks');
      const { id } = await client.order(audio.id);
      await stack.untilHeld('transcription_chunks', 1);
      s3.fail('corrupt', 'GetObject');
      await lock.release();
      const chunk = await failed(id);
      turn.say(`changed chunk: ${chunk}`);
      const sent = stack.provider.calls.length;
      s3.fail('truncate', 'GetObject');
      const cut = await client.order(audio.id);
      await stack.until(
        'it was tried',
        `SELECT count(*) AS n FROM jobs WHERE subject_id = '${cut.id}' AND error_code IN ('object_truncated', 'storage_unavailable')`,
        (n) => n === 1,
      );
      s3.fail('ok');
      await allCompleted(client);
      await discardNow(stack); // what failed keeps its chunks for a retry
      const figure = `changed recording: ${recording}; changed chunk: ${chunk}; ${sent} changed bytes sent to the provider; cut off: completed once the store is well`;
      return { figure, holds: recording === 'integrity' && chunk === 'integrity' && sent === 0 };
    }),
};

/** A faulty object store. */
export const OBJECT_STORE_ROWS: ChaosRow[] = [FAULTY, CHANGED];
