import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { allCompleted, onStack, order, SAYS_IT, untilCalled } from '../e2e/orders.js';
import { ffmpeg, MEETING, shortRecording } from '../e2e/recordings.js';
import { type ChaosRow, secondsOf, Skipped } from './row.js';

const LIBFAKETIME = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';
const RETRY_AFTER_SECONDS = 7;

const DISK_FULL: ChaosRow = {
  id: 'F29',
  what: 'the folder for decoding on a disk of 5 MB (tmpfs), a recording of 20 MB ordered; then the disk grows',
  expect:
    'the worker lives, the job waits with `insufficient_storage` and does not count a failure; it is done once there is room',
  withinSeconds: 300,
  run: async (turn) => {
    const disk = mountSmallDisk();
    try {
      return await onStack({ workers: 0 }, async (stack, client) => {
        const worker = await stack.startWorker({ WORK_DIRECTORY: disk });
        const recording = join(stack.files, 'large.wav');
        // 48 kHz, stereo: 20 MB.
        await ffmpeg('-stream_loop', '-1', '-i', MEETING, '-t', '104', '-ar', '48000', '-ac', '2', recording);
        await client.transcribe(recording);
        const waiting = `SELECT count(*) AS n FROM jobs WHERE error_code = 'insufficient_storage' AND state = 'waiting' AND failures = 0`;
        await stack.until('the job waits for room', waiting, (n) => n === 1);
        turn.say('the job waits');
        const alive = worker.isRunning;
        execFileSync('mount', ['-o', 'remount,size=500m', disk]);
        const seconds = await secondsOf(() => allCompleted(client));
        await stack.killWorker('SIGTERM', worker);
        return {
          figure: `waited, worker ${alive ? 'alive' : 'DEAD'}, completed ${seconds.toFixed(1)} s after there was room`,
          holds: alive,
        };
      });
    } finally {
      execFileSync('umount', ['-l', disk]);
      rmSync(disk, { recursive: true });
    }
  },
};

/** @returns the folder where a disk of 5 MB is mounted */
function mountSmallDisk(): string {
  if (process.getuid?.() !== 0) throw new Skipped('only root may mount a disk that is full');
  const disk = mkdtempSync(join(tmpdir(), 'steno-small-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=5m', 'tmpfs', disk], { stdio: 'pipe' });
    return disk;
  } catch (error) {
    rmSync(disk, { recursive: true });
    throw new Skipped('a disk cannot be mounted here, though this is root', { cause: error });
  }
}

const CLOCK: ChaosRow = {
  id: 'F30',
  what: 'the clock of one of two workers is two hours fast, then two hours slow, while the provider asks to wait 7 s',
  expect: 'no lease is taken early, the second try comes when it is due (by the clock of the database), everything is completed',
  withinSeconds: 300,
  run: async (turn) => {
    if (!existsSync(LIBFAKETIME)) throw new Skipped('libfaketime is not installed (apt-get install faketime)');
    return onStack({ workers: 0 }, async (stack, client) => {
      const told: string[] = [];
      let holds = true;
      for (const offset of ['+2h', '-2h']) {
        const off = await stack.startWorker({ LD_PRELOAD: LIBFAKETIME, FAKETIME: offset, FAKETIME_DONT_FAKE_MONOTONIC: '1' });
        const calls = stack.provider.calls.length;
        const right = await stack.startWorker();
        // Longer than a lease, so that one that is not extended, or extended by the wrong clock, would run out.
        stack.provider.script({ mode: 'rate_limited', retryAfter: String(RETRY_AFTER_SECONDS) });
        stack.provider.always({ ...SAYS_IT, delayMs: 20_000 });
        await order(client, shortRecording(stack.files), 1);
        await untilCalled(stack, calls + 1);
        const waited = await secondsOf(() => untilCalled(stack, calls + 2));
        await order(client, shortRecording(stack.files), 3);
        await allCompleted(client);
        const crashes = (await stack.query<{ n: number }>('SELECT max(crashes) AS n FROM jobs'))[0]?.n;
        told.push(`${offset}: second try after ${waited.toFixed(1)} s, ${crashes} leases lost`);
        turn.say(told.at(-1) ?? '');
        // The relay looks every second, and the wait is spread by up to one.
        holds &&= waited >= RETRY_AFTER_SECONDS - 0.1 && waited <= RETRY_AFTER_SECONDS + 4 && crashes === 0;
        await stack.killWorker('SIGTERM', off);
        await stack.killWorker('SIGTERM', right);
      }
      await stack.startWorker();
      await sleep(100);
      return { figure: told.join('; '), holds };
    });
  },
};

/** The machine under the product. */
export const MACHINE_ROWS: ChaosRow[] = [DISK_FULL, CLOCK];
