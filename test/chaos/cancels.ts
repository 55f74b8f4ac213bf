import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AppProcess } from '../e2e/app-process.js';
import type { Client } from '../e2e/client.js';
import { allCompleted, discardNow, onStack, SAYS_IT, untilCalled } from '../e2e/orders.js';
import { longRecording, shortRecording } from '../e2e/recordings.js';
import type { QueueBackend } from '../e2e/requirements.js';
import type { Stack } from '../e2e/stack.js';
import { type ChaosRow, percentile, secondsOf, spread } from './row.js';

const TIMES = 20;
const WITHIN_SECONDS = 1;

/** Programs a process has started, and those they have started. */
function descendants(pid: string | number): string[] {
  const list = `/proc/${pid}/task/${pid}/children`;
  if (!existsSync(list)) return [];
  const children = readFileSync(list, 'utf8').split(' ').filter(Boolean);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

function nameOf(pid: string): string {
  const file = `/proc/${pid}/comm`;
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
}

/** A dead program may be listed until its foster parent, the first process of the machine, looks after it. */
function works(pid: string): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false; // not listed any more
  }
}

async function eventually(what: string, holds: () => boolean): Promise<void> {
  for (const deadline = performance.now() + 30_000; !holds(); await sleep(5))
    if (performance.now() > deadline) throw new Error(`Waited in vain for ${what}.`);
}

async function cancel(client: Client, id: string): Promise<void> {
  await client.json('POST', `/api/v1/transcriptions/${id}/cancel`);
  client.accepted.delete(id);
}

/** Seconds from the request until ffmpeg, and whatever it runs in, are gone. */
async function cancelDecoding(client: Client, worker: AppProcess, audioId: string): Promise<number> {
  const { id } = await client.order(audioId);
  const decodes = (): boolean => descendants(worker.pid).some((pid) => nameOf(pid) === 'ffmpeg');
  await eventually('ffmpeg', decodes);
  const programs = descendants(worker.pid);
  return secondsOf(async () => {
    await cancel(client, id);
    await eventually('the end of ffmpeg', () => !programs.some(works));
  });
}

/** Seconds from the request until the provider sees its connection closed. */
async function cancelCall(stack: Stack, client: Client, audioId: string): Promise<number> {
  const { calls } = stack.provider;
  const before = calls.length;
  stack.provider.script({ mode: 'hang' });
  const { id } = await client.order(audioId);
  await untilCalled(stack, before + 1);
  return secondsOf(async () => {
    await cancel(client, id);
    await eventually('the end of the call', () => calls[before]?.abandoned === true);
  });
}

async function cancelBoth(queue: QueueBackend, times: number, say: (progress: string) => void) {
  return onStack({ queue }, async (stack, client) => {
    stack.provider.always(SAYS_IT);
    const [worker] = stack.workers;
    if (worker === undefined) throw new Error('There is no worker.');
    const long = await client.upload(longRecording(stack.files, 7_200));
    const short = await client.upload(shortRecording(stack.files));
    const [programs, calls]: [number[], number[]] = [[], []];
    for (let done = 1; done <= times; done += 1) {
      programs.push(await cancelDecoding(client, worker, long.id));
      calls.push(await cancelCall(stack, client, short.id));
      say(`${done} of ${times} with the queue on ${queue}`);
    }
    const asked = stack.provider.calls.length;
    await client.order(short.id);
    await allCompleted(client);
    await discardNow(stack);
    const figure = `queue on ${queue}: ffmpeg gone ${spread(programs)}; call ended ${spread(calls)}`;
    // Nothing goes on behind the back of who cancelled.
    const quiet = asked === times && stack.provider.calls.length === times + 1;
    return { figure, holds: quiet && [programs, calls].every((seconds) => percentile(seconds, 0.95) <= WITHIN_SECONDS) };
  });
}

const CANCELLED: ChaosRow = {
  id: 'F36',
  what: `transcriptions cancelled while ffmpeg decodes, and while the provider is asked, ${TIMES} times each and with either queue`,
  expect: `p95 ≤ ${WITHIN_SECONDS} s from the request until the program is gone, and until the provider’s connection is closed; no further call`,
  withinSeconds: 900,
  run: async (turn) => {
    const times = turn.times(TIMES);
    const postgres = await cancelBoth('postgres', times, (progress) => turn.say(progress));
    const redis = await cancelBoth('redis', times, (progress) => turn.say(progress));
    return { figure: `${postgres.figure}; ${redis.figure}`, holds: postgres.holds && redis.holds };
  },
};

/** What is stopped on purpose. */
export const CANCEL_ROWS: ChaosRow[] = [CANCELLED];
