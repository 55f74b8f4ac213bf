import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '../e2e/client.js';
import { allCompleted, countOf, discardNow, onStack, order, SAYS_IT, untilCalled } from '../e2e/orders.js';
import { longRecording, shortRecording } from '../e2e/recordings.js';
import type { Stack } from '../e2e/stack.js';
import { type ChaosRow, type Outcome, percentile, spread, type Turn } from './row.js';

/** Longer than any lease: only a kill ends such a call. */
const NEVER_MS = 600_000;
const KILLS = 20;
const LONGEST_MS = 120_000;
/** A lease of 15 s that was just extended, a sweep every 5 s, and a second for the relay. */
const TAKEN_UP_SECONDS = 21;
const WASTE = 1.1;

/** Brings so many fresh orders to a stage and holds them there. */
type CatchAt = (stack: Stack, client: Client, orders: number) => Promise<{ release(): Promise<unknown> }>;

interface Stage {
  id: string;
  name: string;
  /** Orders one worker can have in this stage at once. */
  atOnce: number;
  catchAt: CatchAt;
  /** Further variables of the apps. */
  env?: Record<string, string>;
}

const heldAt =
  (table: string): CatchAt =>
  async (stack, client, orders) => {
    const lock = await stack.holdTable(table);
    await order(client, shortRecording(stack.files), orders);
    await stack.untilHeld(table, orders);
    return lock;
  };

const STAGES: Stage[] = [
  {
    id: 'F1',
    name: 'just after orders were accepted',
    atOnce: 4,
    catchAt: async (stack, client, orders) => {
      await order(client, shortRecording(stack.files), orders);
      return { release: () => Promise.resolve() };
    },
  },
  {
    id: 'F3',
    name: 'while ffmpeg decodes',
    atOnce: 1,
    catchAt: async (stack, client) => {
      const { id } = await client.transcribe(longRecording(stack.files, 1_800));
      const running = `SELECT count(*) AS n FROM jobs WHERE name = 'transcription.prepare' AND state = 'running' AND subject_id = '${id}'`;
      await stack.until('the recording is prepared', running, (n) => n === 1);
      await sleep(300);
      return { release: () => Promise.resolve() };
    },
  },
  {
    id: 'F4',
    name: 'when the recording is cut and the chunks are about to be written',
    atOnce: 2,
    catchAt: heldAt('transcription_chunks'),
  },
  {
    id: 'F5',
    name: 'while the provider is asked',
    atOnce: 4,
    catchAt: async (stack, client, orders) => {
      const calls = stack.provider.calls.length;
      stack.provider.always({ ...SAYS_IT, delayMs: NEVER_MS });
      await order(client, shortRecording(stack.files), orders);
      await untilCalled(stack, calls + orders);
      return { release: () => Promise.resolve(stack.provider.always(SAYS_IT)) };
    },
  },
  { id: 'F6', name: 'while chunks are put together', atOnce: 2, catchAt: heldAt('transcript_segments') },
  {
    id: 'F8',
    name: 'when the answer has come and is about to be written',
    atOnce: 2,
    catchAt: heldAt('transcription_attempts'),
  },
  {
    id: 'F37',
    name: 'while a second answer is awaited, because the first had no text for the speech',
    atOnce: 1,
    env: { SPEECH_REDO_PERCENT: '100' },
    catchAt: async (stack, client) => {
      const calls = stack.provider.calls.length;
      stack.provider.script({ mode: 'empty' });
      stack.provider.always({ ...SAYS_IT, delayMs: NEVER_MS });
      await order(client, shortRecording(stack.files), 1);
      await untilCalled(stack, calls + 2);
      return { release: () => Promise.resolve(stack.provider.always(SAYS_IT)) };
    },
  },
];

/** Where a call is under way, which has to be made again: what was asked and could not be written is lost. */
const CALLED = ['F5', 'F8', 'F37'];

interface LeftJob {
  id: string;
  epoch: number;
}

const LEFT_JOBS = `SELECT id, epoch FROM jobs WHERE subject_id = ANY($1) AND state IN ('waiting', 'running')`;
const NOT_TAKEN_UP = `
SELECT jobs.id FROM jobs JOIN unnest($1::bigint[], $2::integer[]) AS job (id, epoch) ON jobs.id = job.id AND jobs.epoch = job.epoch`;

/** Seconds until each of these jobs was claimed anew. */
async function untilTakenUp(stack: Stack, left: LeftJob[], since: number): Promise<number[]> {
  const seconds: number[] = [];
  const columns = [left.map(({ id }) => id), left.map(({ epoch }) => epoch)];
  for (const deadline = since + LONGEST_MS; seconds.length < left.length && performance.now() < deadline; await sleep(100)) {
    const waiting = await stack.query(NOT_TAKEN_UP, columns);
    const now = (performance.now() - since) / 1_000;
    while (seconds.length < left.length - waiting.length) seconds.push(now);
  }
  return seconds;
}

/** Kill -9 of the only worker in one stage, again and again, each time with fresh orders; another worker is started at once. */
async function kill({ id, atOnce, catchAt, env = {} }: Stage, turn: Turn): Promise<Outcome> {
  const kills = turn.times(KILLS);
  return onStack({ env }, async (stack, client) => {
    const takenUp: number[] = [];
    stack.provider.always(SAYS_IT);
    for (let done = 0; done < kills; done += atOnce) {
      const caught = Math.min(atOnce, kills - done);
      const held = await catchAt(stack, client, caught);
      const ids = [...client.accepted].slice(-caught);
      const left = await stack.query<LeftJob>(LEFT_JOBS, [ids]);
      await stack.killWorker('SIGKILL');
      await held.release();
      const started = performance.now();
      const [seconds] = await Promise.all([untilTakenUp(stack, left, started), stack.startWorker()]);
      takenUp.push(...seconds);
      await Promise.all(ids.map((order) => client.waitUntilFinished(order)));
      turn.say(`${done + caught} of ${kills} orders hit and finished`);
    }
    const finished = await allCompleted(client);
    const needed = await countOf(stack, `SELECT count(*) AS n FROM transcription_attempts WHERE outcome = 'answered'`);
    const calls = stack.provider.calls.length;
    const inVain = CALLED.includes(id) ? kills : 0;
    const figure = `${finished.length}/${kills} completed, from the kill until the work is taken up ${spread(takenUp)}, ${calls} provider calls for ${needed} answers${inVain > 0 ? ` (${inVain} were in flight)` : ''}`;
    const holds =
      finished.length === kills && percentile(takenUp, 0.95) <= TAKEN_UP_SECONDS && calls <= (needed + inVain) * WASTE;
    return { figure, holds };
  });
}

const UPLOAD_KILLS: ChaosRow = {
  id: 'F2',
  what: `kill -9 of the API while it takes in and probes a recording, ${KILLS} times`,
  expect: 'the client is told by the broken connection; no row and no object of it stay; the next upload works',
  withinSeconds: 900,
  run: async (turn) => {
    const kills = turn.times(KILLS);
    return onStack({ env: { MAX_UPLOAD_MB: '500' } }, async (stack, client) => {
      const recording = longRecording(stack.files, 1_800);
      let broken = 0;
      for (let done = 1; done <= kills; done += 1) {
        const upload = client.upload(recording).then(
          () => false,
          () => true,
        );
        await sleep(5 + 15 * (done % 20));
        await stack.stopApi('SIGKILL');
        if (await upload) broken += 1;
        await stack.startApi();
        turn.say(`${done} of ${kills}`);
      }
      await client.transcribe(shortRecording(stack.files));
      await allCompleted(client);
      const kept = await countOf(stack, 'SELECT count(*) AS n FROM audio');
      await discardNow(stack);
      return { figure: `${broken}/${kills} uploads broken off, ${kept} recordings kept`, holds: kept === kills - broken + 1 };
    });
  },
};

/** A worker killed in each stage. */
export const KILL_ROWS: ChaosRow[] = [
  ...STAGES.map((stage) => ({
    id: stage.id,
    what: `kill -9 of the worker ${stage.name}, ${KILLS} orders`,
    expect: `all completed, p95 ≤ ${TAKEN_UP_SECONDS} s until the work is taken up, no provider call but for those in flight (≤ ${WASTE} × needed)`,
    withinSeconds: 1_800,
    run: (turn: Turn) => kill(stage, turn),
  })),
  UPLOAD_KILLS,
];
