import { expect, it } from '@jest/globals';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from './client.js';
import { startPostgres } from './launcher.js';
import { allCompleted, countOf, onStack, order, SAYS_IT, untilCalled } from './orders.js';
import { longRecording, shortRecording } from './recordings.js';
import { describeWith, type QueueBackend } from './requirements.js';
import type { Stack } from './stack.js';

/** Longer than any lease: only a kill ends such a call. */
const NEVER_MS = 100_000;
/** Long enough to hold the table into which the answers are written. */
const SOON_MS = 2_000;
/** Statements that are held up wait for as long as a busy machine takes to bring the other stages to a stop. */
const PATIENT = { DATABASE_STATEMENT_TIMEOUT_MS: '60000' };

/** Chunks that need a call, over all transcriptions. */
async function neededCalls(stack: Stack): Promise<number> {
  return countOf(stack, `SELECT count(*) AS n FROM transcription_attempts WHERE outcome = 'answered'`);
}

/**
 * Brings recordings to a stop in every stage at once, and kills the worker: two that are assembled, two whose answer is there but not
 * written, four whose answer is awaited, two that are cut.
 * @returns how many calls were made in vain
 */
async function killInEveryStage(stack: Stack, client: Client, recording: string): Promise<number> {
  const { provider } = stack;
  const calls = provider.calls.length;
  provider.always(SAYS_IT);
  const segments = await stack.holdTable('transcript_segments');
  await order(client, recording, 2);
  await stack.untilHeld('transcript_segments', 2);

  provider.always({ ...SAYS_IT, delayMs: NEVER_MS });
  await order(client, recording, 4);
  await untilCalled(stack, calls + 6);

  provider.always({ ...SAYS_IT, delayMs: SOON_MS });
  await order(client, recording, 2);
  await untilCalled(stack, calls + 8);
  const chunks = await stack.holdTable('transcription_chunks');
  await stack.untilHeld('transcription_chunks', 2);

  await order(client, recording, 2);
  await stack.untilHeld('transcription_chunks', 4);

  await stack.killWorker('SIGKILL');
  await Promise.all([segments, chunks].map((lock) => lock.release()));
  provider.always(SAYS_IT);
  await stack.startWorker();
  return 6;
}

describeWith(['postgres', 'redis'], 'whatever is killed, everything accepted is completed once', () => {
  it.concurrent.each<QueueBackend>(['postgres', 'redis'])('the worker is killed in every stage, twice (queue on %s)', (queue) =>
    onStack({ queue, env: PATIENT }, async (stack, client) => {
      const recording = shortRecording(stack.files);
      const first = await killInEveryStage(stack, client, recording);
      await allCompleted(client);
      const second = await killInEveryStage(stack, client, recording);
      await allCompleted(client);
      expect(client.accepted.size).toBe(20);
      expect(await neededCalls(stack)).toBe(20);
      expect(stack.provider.calls.length).toBeLessThanOrEqual(20 + first + second);
      const [{ crashes } = { crashes: NaN }] = await stack.query<{ crashes: number }>('SELECT max(crashes) AS crashes FROM jobs');
      expect(crashes).toBe(1);
    }),
  );

  it.concurrent('the worker is killed while ffmpeg works, and again while it does so anew', () =>
    onStack({}, async (stack, client) => {
      await client.transcribe(longRecording(stack.files, 3_600));
      const claims = `SELECT max(epoch) AS n FROM jobs WHERE name = 'transcription.prepare' AND state = 'running'`;
      for (const claim of [1, 2]) {
        await stack.until(`claim ${claim} of the recording`, claims, (n) => n === claim);
        await sleep(300);
        await stack.killWorker('SIGKILL');
        await stack.startWorker();
      }
      const [finished] = await allCompleted(client);
      expect(finished?.durationSeconds).toBeCloseTo(3_600, -1);
    }),
  );

  it.concurrent('the worker is killed when answers have come and are not counted: nothing is asked, and paid for, again', () =>
    onStack({}, async (stack, client) => {
      stack.provider.always({ ...SAYS_IT, delayMs: 1_500 });
      await order(client, shortRecording(stack.files), 3);
      await untilCalled(stack, 3);
      const counting = await stack.holdTable('transcriptions');
      await stack.untilHeld('transcriptions', 3);
      await stack.killWorker('SIGKILL');
      await counting.release();
      await stack.startWorker();
      await allCompleted(client);
      expect(stack.provider.calls).toHaveLength(3);
    }),
  );

  it.concurrent('a worker that stops for longer than its lease writes nothing when it wakes', () =>
    onStack({}, async (stack, client) => {
      const [sleeper] = stack.workers;
      if (sleeper === undefined) throw new Error('There is no worker.');
      const recording = shortRecording(stack.files);
      stack.provider.always({ ...SAYS_IT, delayMs: 2_000 });
      const ids = await order(client, recording, 3);
      await untilCalled(stack, 3);
      sleeper.signal('SIGSTOP');
      stack.provider.always(SAYS_IT);
      await stack.startWorker();
      await allCompleted(client);
      const before = await Promise.all(ids.map((id) => client.segments(id)));
      sleeper.signal('SIGCONT');
      await sleep(4_000);
      expect(await Promise.all(ids.map((id) => client.segments(id)))).toEqual(before);
      expect(stack.provider.calls.length).toBe(6);
      const lost = sleeper.lines().filter(({ message }) => message === 'The lease was lost; nothing was written');
      expect(lost.length).toBe(3);
      // It is a worker again.
      await stack.killWorker('SIGTERM', stack.workers.at(-1));
      await client.transcribe(recording);
      await allCompleted(client);
    }),
  );

  it.concurrent('Redis is emptied, then killed and started empty', () =>
    onStack({ queue: 'redis' }, async (stack, client) => {
      const recording = shortRecording(stack.files);
      stack.provider.always({ ...SAYS_IT, delayMs: 3_000 });
      await order(client, recording, 12);
      await untilCalled(stack, 4);
      await stack.redis?.wipe();
      await order(client, recording, 3);
      await sleep(1_000);
      await stack.redis?.kill();
      await order(client, recording, 3);
      await sleep(3_000);
      stack.provider.always(SAYS_IT);
      await stack.redis?.launch();
      await order(client, recording, 2);
      await allCompleted(client);
      expect(stack.provider.calls.length).toBe(20);
      expect(stack.workers.every((worker) => worker.isRunning)).toBe(true);
    }),
  );

  it.concurrent('Postgres is away for longer than a lease, while providers answer', async () => {
    const directory = join(tmpdir(), `steno-e2e-postgres-${process.pid}`);
    let postgres = await startPostgres({ directory, durable: true, maxConnections: 60 });
    try {
      await onStack({ server: postgres.url }, async (stack, client) => {
        const recording = shortRecording(stack.files);
        stack.provider.always({ ...SAYS_IT, delayMs: 3_000 });
        await order(client, recording, 6);
        await untilCalled(stack, 6);
        const { url } = postgres;
        await postgres.stop();
        await sleep(18_000);
        expect((await client.send('GET', '/api/v1/transcriptions')).status).toBe(503);
        postgres = await startPostgres({ directory, durable: true, maxConnections: 60 });
        expect(postgres.url).toBe(url);
        stack.provider.always(SAYS_IT);
        await allCompleted(client);
        expect(stack.provider.calls).toHaveLength(6); // nothing that was paid for was asked again
        await client.transcribe(recording);
        await allCompleted(client);
      });
    } finally {
      await postgres.stop();
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
