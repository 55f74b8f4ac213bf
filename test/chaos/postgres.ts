import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startCutOffProxy } from '#testing/servers';
import type { Client } from '../e2e/client.js';
import { startPostgres } from '../e2e/launcher.js';
import { allCompleted, countOf, onStack, order, SAYS_IT, untilCalled } from '../e2e/orders.js';
import { shortRecording } from '../e2e/recordings.js';
import { type ChaosRow, spread } from './row.js';

const PAUSE_MS = 20;
const READ_AT_ONCE = 4;
/** What Postgres takes where nothing else is set. */
const USUAL_CONNECTIONS = 100;

/** What came back while the database was hit: how often each status, and the longest time without a good answer. */
class Reader {
  readonly statuses = new Map<number | 'broken', number>();
  longestGap = 0;
  private lastGood = performance.now();
  private stopped = false;
  private readonly loops: Promise<void>[];

  constructor(client: Client, path: string) {
    this.loops = Array.from({ length: READ_AT_ONCE }, () => this.loop(client, path));
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.loops);
  }

  get told(): string {
    return [...this.statuses].map(([status, times]) => `${times} × ${status}`).join(', ');
  }

  private async loop(client: Client, path: string): Promise<void> {
    for (; !this.stopped; await sleep(PAUSE_MS)) {
      const status = await client.send('GET', path).then(
        async (response) => {
          await response.arrayBuffer();
          return response.status;
        },
        () => 'broken' as const,
      );
      this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
      if (status !== 200) continue;
      this.longestGap = Math.max(this.longestGap, (performance.now() - this.lastGood) / 1_000);
      this.lastGood = performance.now();
    }
  }
}

const TERMINATE = `SELECT count(pg_terminate_backend(pid)) AS n FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`;

const TERMINATED: ChaosRow = {
  id: 'F12',
  what: 'all sessions of the database ended (pg_terminate_backend), 20 times, while four clients read without pause and orders are worked off',
  expect: 'no process ends; the API answers 200 or 503, never 500, and is well again within 2 s; all orders completed',
  withinSeconds: 600,
  run: async (turn) => {
    const hits = turn.times(20);
    return onStack({}, async (stack, client) => {
      const reader = new Reader(client, '/api/v1/transcriptions');
      for (let hit = 1; hit <= hits; hit += 1) {
        await client.transcribe(shortRecording(stack.files)).catch(() => undefined); // refused while the sessions are gone
        await countOf(stack, TERMINATE);
        await sleep(1_500);
        turn.say(`${hit} of ${hits}: ${reader.told}`);
      }
      await reader.stop();
      await allCompleted(client);
      const bad = [...reader.statuses.keys()].filter((status) => status !== 200 && status !== 503);
      const alive = [stack.api, ...stack.workers].every((process) => process.isRunning);
      const figure = `${reader.told}; longest time without an answer ${reader.longestGap.toFixed(2)} s; ${client.accepted.size} orders completed, ${alive ? 'no' : 'a'} process ended`;
      return { figure, holds: bad.length === 0 && alive && reader.longestGap <= 2 };
    });
  },
};

const POSTMASTER_KILLED: ChaosRow = {
  id: 'F13',
  what: 'kill -9 of the postmaster while orders come in, 10 times; it is started again each time',
  expect: 'no order the API accepted is lost, no half of one is there, the API is well within 10 s of the start',
  withinSeconds: 900,
  run: async (turn) => {
    const kills = turn.times(10);
    const directory = join(tmpdir(), `steno-chaos-postgres-${process.pid}`);
    const options = { directory, durable: true, maxConnections: USUAL_CONNECTIONS };
    let postgres = await startPostgres(options);
    try {
      return await onStack({ server: postgres.url }, async (stack, client) => {
        const well: number[] = [];
        const audio = await client.upload(shortRecording(stack.files));
        for (let done = 1; done <= kills; done += 1) {
          const orders = Array.from({ length: 12 }, async (_, index) => {
            await sleep(60 * index);
            return client.order(audio.id).catch(() => undefined); // not accepted
          });
          await sleep(150 + 100 * (done % 10));
          process.kill(postgres.pid, 'SIGKILL');
          await Promise.all(orders);
          postgres = await startPostgres(options);
          const started = performance.now();
          while (!(await client.send('GET', '/api/v1/transcriptions').catch(() => undefined))?.ok) await sleep(50);
          well.push((performance.now() - started) / 1_000);
          turn.say(`${done} of ${kills}: ${client.accepted.size} orders accepted`);
        }
        await allCompleted(client, 300);
        const rows = await countOf(stack, 'SELECT count(*) AS n FROM transcriptions');
        const sessions = await countOf(stack, 'SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database()');
        const figure = `${client.accepted.size} accepted, all completed (${rows} rows: ${rows - client.accepted.size} written whose answer was cut off); well again ${spread(well)}; ${sessions} sessions of one API and one worker`;
        return { figure, holds: Math.max(...well) <= 10 && rows >= client.accepted.size };
      });
    } finally {
      await postgres.stop();
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

const PARTITIONED: ChaosRow = {
  id: 'F33',
  what: 'the way between one of two workers and Postgres swallows everything for 60 s while the provider is asked, then opens again',
  expect: 'the other worker takes over; the first writes nothing late, and works again or has ended by itself to be started anew',
  withinSeconds: 600,
  run: async (turn) =>
    onStack({ workers: 0 }, async (stack, client) => {
      const proxy = await startCutOffProxy(stack.databaseUrl);
      try {
        const cutOff = await stack.startWorker({ DATABASE_URL: proxy.url });
        stack.provider.always({ ...SAYS_IT, delayMs: 5_000 });
        const wanted = Math.min(4, turn.times(4));
        const ids = await order(client, shortRecording(stack.files), wanted);
        await untilCalled(stack, wanted);
        proxy.stall();
        stack.provider.always(SAYS_IT);
        turn.say('cut off');
        await stack.startWorker();
        const started = performance.now();
        await Promise.all([sleep(60_000), ...ids.map((id) => client.waitUntilFinished(id))]);
        const before = await Promise.all(ids.map((id) => client.segments(id)));
        proxy.mend();
        turn.say('mended');
        await sleep(10_000);
        const after = await Promise.all(ids.map((id) => client.segments(id)));
        const late = before.filter((segments, index) => JSON.stringify(segments) !== JSON.stringify(after[index])).length;
        const answers = await countOf(stack, `SELECT count(*) AS n FROM transcription_attempts WHERE outcome = 'answered'`);
        await stack.killWorker('SIGTERM', stack.workers.at(-1));
        const alone = cutOff.isRunning;
        const end = alone ? 'works again' : `had ended with code ${(await cutOff.exit()).code} and was replaced`;
        if (!alone) await stack.startWorker();
        await client.transcribe(shortRecording(stack.files));
        await allCompleted(client);
        const figure = `${wanted} of ${wanted} completed by the other worker, ${answers} answers stored, ${late} transcripts changed afterwards; the first worker ${end} (${((performance.now() - started) / 1_000).toFixed(0)} s in all)`;
        return { figure, holds: late === 0 && answers === wanted };
      } finally {
        await proxy.stop();
      }
    }),
};

/** The database hit, killed and cut off. */
export const POSTGRES_ROWS: ChaosRow[] = [TERMINATED, POSTMASTER_KILLED, PARTITIONED];
