import { setTimeout as sleep } from 'node:timers/promises';
import type { AppProcess } from '../e2e/app-process.js';
import type { Client } from '../e2e/client.js';
import { allCompleted, countOf, discardNow, onStack, order, SAYS_IT, untilCalled } from '../e2e/orders.js';
import { longRecording, shortRecording } from '../e2e/recordings.js';
import { replaceEverything } from '../e2e/rolling-restart.js';
import type { Stack } from '../e2e/stack.js';
import { type ChaosRow, percentile, secondsOf, spread } from './row.js';

/** A call that lasts longer than the worker stands still: only then does its answer come too late. */
const ASLEEP_SECONDS = 30;
const LATE_WRITES = 20;
const AT_ONCE = 4;
const LOST = 'The lease was lost; nothing was written';

/** Kills whichever worker runs jobs of this order, and starts another, until the order has ended. */
async function killWhoTouches(stack: Stack, id: string): Promise<number> {
  const holder = `SELECT worker FROM jobs WHERE subject_id = '${id}' AND state = 'running' AND name = 'transcription.prepare'`;
  const status = `SELECT status FROM transcriptions WHERE id = '${id}'`;
  for (let starts = 0; ; await sleep(20)) {
    const [ended] = await stack.query<{ status: string }>(status);
    if (ended?.status === 'failed' || ended?.status === 'completed') return starts;
    const [held] = await stack.query<{ worker: string }>(holder);
    const worker = stack.workers.find(({ pid }) => held?.worker.split('/')[1] === String(pid));
    if (worker === undefined) continue;
    starts += 1;
    await stack.killWorker('SIGKILL', worker);
    await stack.startWorker();
  }
}

/** Seconds from the order to the transcript of so many short recordings, one after the other. */
async function waits(stack: Stack, client: Client, times: number): Promise<number[]> {
  const seconds: number[] = [];
  const recording = shortRecording(stack.files);
  for (let round = 0; round < times; round += 1) {
    seconds.push(await secondsOf(async () => client.waitUntilFinished((await client.transcribe(recording)).id)));
    await sleep(200);
  }
  return seconds;
}

const POISON: ChaosRow = {
  id: 'F10',
  what: 'a recording under which the worker dies every time (kill -9 of whichever worker takes it), two workers, others order meanwhile',
  expect: 'quarantined after at most 4 starts and 90 s; nobody else’s order fails',
  withinSeconds: 600,
  run: async (turn) =>
    onStack({ workers: 2 }, async (stack, client) => {
      const other = await stack.client();
      const before = await waits(stack, other, turn.times(10));
      turn.say('the others without poison are measured');
      // Long enough for the kill never to come too late.
      const { id } = await client.transcribe(longRecording(stack.files, 3_600));
      client.accepted.delete(id);
      let starts = 0;
      const poisoned = secondsOf(async () => (starts = await killWhoTouches(stack, id)));
      const during = await waits(stack, other, turn.times(10));
      const seconds = await poisoned;
      await allCompleted(other);
      await discardNow(stack); // what failed keeps its chunks for a retry
      const [row] = await stack.query<{ error_code: string }>(`SELECT error_code FROM transcriptions WHERE id = '${id}'`);
      const figure = `${row?.error_code ?? 'not failed'} after ${starts} starts and ${seconds.toFixed(0)} s; others p95 ${percentile(before, 0.95).toFixed(1)} s before, ${percentile(during, 0.95).toFixed(1)} s meanwhile`;
      return { figure, holds: row?.error_code === 'quarantined' && starts <= 4 && seconds <= 90 };
    }),
};

const ZOMBIE: ChaosRow = {
  id: 'F11',
  what: `SIGSTOP of a worker for ${ASLEEP_SECONDS} s while the provider is asked, then SIGCONT, ${LATE_WRITES} late writes`,
  expect: 'every late write is refused; transcripts are those of the second worker; nothing is counted twice',
  withinSeconds: 900,
  run: async (turn) => {
    const wanted = turn.times(LATE_WRITES);
    return onStack({ workers: 0 }, async (stack, client) => {
      let refused = 0;
      for (let done = 0; done < wanted; done += AT_ONCE) {
        const caught = Math.min(AT_ONCE, wanted - done);
        const calls = stack.provider.calls.length;
        stack.provider.always({ ...SAYS_IT, delayMs: 2_000 });
        const sleeper = await stack.startWorker();
        const ids = await order(client, shortRecording(stack.files), caught);
        await untilCalled(stack, calls + caught);
        sleeper.signal('SIGSTOP');
        stack.provider.always(SAYS_IT);
        const second = await stack.startWorker();
        await Promise.all([sleep(ASLEEP_SECONDS * 1_000), ...ids.map((id) => client.waitUntilFinished(id))]);
        sleeper.signal('SIGCONT');
        await untilSaid(sleeper, LOST, caught);
        refused += sleeper.lines().filter(({ message }) => message === LOST).length;
        await stack.killWorker('SIGTERM', sleeper);
        await stack.killWorker('SIGTERM', second);
        turn.say(`${done + caught} of ${wanted}`);
      }
      await stack.startWorker();
      await allCompleted(client);
      const answers = await countOf(stack, `SELECT count(*) AS n FROM transcription_attempts WHERE outcome = 'answered'`);
      return {
        figure: `${refused}/${wanted} late writes refused, ${answers} answers stored for ${wanted} chunks`,
        holds: refused === wanted && answers === wanted,
      };
    });
  },
};

async function untilSaid(worker: AppProcess, message: string, times: number): Promise<void> {
  for (const deadline = performance.now() + 20_000; performance.now() < deadline; await sleep(100)) {
    if (worker.lines().filter((line) => line.message === message).length >= times) return;
  }
}

const ROLLS = 10;

const ROLLING: ChaosRow = {
  id: 'F31',
  what: `a new release ${ROLLS / 2} times over: two APIs behind a load balancer and two workers replaced one by one (SIGTERM), with calls of 10 s, while clients upload, order and poll`,
  expect: 'each is gone within 30 s, no request fails, no order fails, no crash is counted',
  withinSeconds: 1_800,
  run: async (turn) =>
    onStack({ workers: 2 }, async (stack) => {
      stack.provider.always({ ...SAYS_IT, delayMs: 10_000 });
      const { requests, failures, ends } = await replaceEverything(stack, Math.ceil(turn.times(ROLLS) / 2), (progress) =>
        turn.say(progress),
      );
      stack.provider.always(SAYS_IT);
      const finished = (await Promise.all(stack.clients.map((each) => allCompleted(each, 600)))).flat();
      const crashes = await countOf(stack, 'SELECT coalesce(max(crashes), 0) AS n FROM jobs');
      const answers = await countOf(stack, `SELECT count(*) AS n FROM transcription_attempts WHERE outcome = 'answered'`);
      const calls = stack.provider.calls.length;
      const figure = `${ends.length} processes gone in ${spread(ends)}; ${failures.length} of ${requests} requests failed${failures[0] === undefined ? '' : ` (${failures[0]})`}; ${finished.length} orders completed, ${crashes} crashes, ${calls} provider calls for ${answers} answers`;
      return { figure, holds: Math.max(...ends) <= 30 && failures.length === 0 && crashes === 0 };
    }),
};

/** What happens to workers besides being killed in a stage. */
export const WORKER_ROWS: ChaosRow[] = [POISON, ZOMBIE, ROLLING];
