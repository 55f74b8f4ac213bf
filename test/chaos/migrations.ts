import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { fillLibrary } from '../../bench/library.js';
import { AppProcess } from '../e2e/app-process.js';
import type { Client } from '../e2e/client.js';
import { allCompleted, onStack } from '../e2e/orders.js';
import { shortRecording } from '../e2e/recordings.js';
import { SPOKEN, type Stack } from '../e2e/stack.js';
import { type ChaosRow, secondsOf } from './row.js';

/** Of 1 000 transcripts each. */
const WORKSPACES = 1_000;
const LONGEST_WAIT_SECONDS = 2;
const READ_PAUSE_MS = 50;
const ORDER_PAUSE_MS = 1_000;
/** Somebody reads the large tables in one transaction, over and over: a migration that wants them waits, or gives way. */
const REPORT_MS = 3_000;
const REPORT_PAUSE_MS = 1_000;
const LOOK_MS = 20;

/** Those on tables with many rows that an API of today works without, but for searching. */
const TAKEN_BACK = ['Retention1763900800000', 'CallsOfWorkspaces1764000100000', 'TranscriptSearch1764000700000'];

/** Made for the drill, as CONTRIBUTING has them: columns of two large tables, and an index. */
const MADE_UP = ['DrillColumns1999000000000', 'DrillIndex1999000000001'];

const READS = ['transcriptions', 'transcriptions?page=7', 'transcriptions?status=failed', 'audio', 'usage'];

const WAITS = `
SELECT coalesce(max(extract(epoch FROM clock_timestamp() - waitstart)), 0)::float8 AS seconds
FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE NOT granted AND datname = current_database() AND application_name LIKE 'steno-%' AND application_name NOT IN ('steno-e2e', 'steno-migrations')`;

/** What was there before the drill would be taken for orders that nobody worked on. */
const WITHOUT_LIBRARY = `SET session_replication_role = replica; DELETE FROM transcriptions WHERE options->>'model' = 'pocketsphinx'`;

/** By bench/stubs/migrations-drill.ts, with what is built. */
async function migrations(stack: Stack, way: 'back' | 'forth', names: readonly string[]): Promise<void> {
  const log = join(stack.home, `migrations-${randomBytes(4).toString('hex')}.log`);
  const drill = new AppProcess('bench/stubs/migrations-drill.ts', log, stack.env, [way, ...names]);
  if ((await drill.exit()).code !== 0) throw new Error(`The migrations did not go ${way}. ${drill.output()}`);
}

/** Who reads, orders and reports meanwhile, and how long they wait. */
class Load {
  readonly statuses = new Map<number, number>();
  private slowest = 0;
  private longestWait = 0;
  private stopped = false;
  private readonly loops: Promise<void>[];

  constructor(
    private readonly client: Client,
    private readonly audioId: string,
    databaseUrl: string,
  ) {
    this.loops = [
      ...[0, 1].map((reader) => this.repeat(READ_PAUSE_MS, (turn) => this.read(READS[(turn + reader) % READS.length] ?? ''))),
      this.repeat(ORDER_PAUSE_MS, () => this.order()),
      this.onConnection(databaseUrl, REPORT_PAUSE_MS, report),
      this.onConnection(databaseUrl, LOOK_MS, (watcher) => this.look(watcher)),
    ];
  }

  /** Seconds: the slowest request, and the longest an app waited for a lock, since it was last asked. */
  take(): { slowest: number; longestWait: number } {
    const { slowest, longestWait } = this;
    [this.slowest, this.longestWait] = [0, 0];
    return { slowest, longestWait };
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.loops);
  }

  private async repeat(pauseMs: number, work: (turn: number) => Promise<void>): Promise<void> {
    for (let turn = 0; !this.stopped; turn += 1) {
      await work(turn);
      await sleep(pauseMs);
    }
  }

  private async onConnection(url: string, pauseMs: number, work: (client: pg.Client) => Promise<void>): Promise<void> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await this.repeat(pauseMs, () => work(client)).finally(() => client.end());
  }

  private async read(path: string): Promise<void> {
    await this.timed(() => this.client.send('GET', `/api/v1/${path}`));
  }

  private async order(): Promise<void> {
    const answer = await this.timed(() =>
      this.client.send('POST', '/api/v1/transcriptions', { audioId: this.audioId, reuse: false }),
    );
    if (answer.status === 202 || answer.status === 201) this.client.accepted.add(answer.id);
  }

  private async timed(request: () => Promise<Response>): Promise<{ status: number; id: string }> {
    let [status, id] = [0, ''];
    const seconds = await secondsOf(async () => {
      const response = await request();
      status = response.status;
      ({ id = '' } = (await response.json()) as { id?: string });
    });
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    this.slowest = Math.max(this.slowest, seconds);
    return { status, id };
  }

  private async look(watcher: pg.Client): Promise<void> {
    const [found] = (await watcher.query<{ seconds: number }>(WAITS)).rows;
    this.longestWait = Math.max(this.longestWait, found?.seconds ?? 0);
  }
}

async function report(reader: pg.Client): Promise<void> {
  await reader.query('BEGIN');
  await reader.query('SELECT FROM transcriptions LIMIT 1');
  await reader.query('SELECT FROM jobs LIMIT 1');
  await sleep(REPORT_MS);
  await reader.query('COMMIT');
}

async function withLibrary(stack: Stack, client: Client, workspaces: number): Promise<void> {
  const owner = new pg.Client({ connectionString: stack.databaseUrl });
  await owner.connect();
  const [own] = (
    await owner.query<{ id: string }>(
      'SELECT m.workspace_id AS id FROM memberships m JOIN users u ON u.id = m.user_id WHERE u.email = $1',
      [client.email],
    )
  ).rows;
  await fillLibrary(owner, own?.id ?? '', workspaces);
  await owner.end();
}

const UNDER_LOAD: ChaosRow = {
  id: 'K8',
  what: 'a million transcripts, two who read, one who orders and one who reads the tables in transactions of 3 s; the newest migrations of large tables are taken back and run again, then two made for it (columns, an index)',
  expect: `no request fails, no app waits for a lock longer than ${LONGEST_WAIT_SECONDS} s; afterwards everything ordered meanwhile is completed and found by its words`,
  withinSeconds: 2_400,
  run: async (turn) =>
    onStack({}, async (stack, client) => {
      const { id: audioId } = await client.upload(shortRecording(stack.files));
      const workspaces = turn.times(WORKSPACES);
      turn.say(
        `${workspaces * 1_000} transcripts in ${(await secondsOf(() => withLibrary(stack, client, workspaces))).toFixed(0)} s`,
      );

      const told: string[] = [];
      let longest = 0;
      const load = new Load(client, audioId, stack.databaseUrl);
      const phase = async (name: string, work: () => Promise<unknown>): Promise<void> => {
        load.take();
        const seconds = await secondsOf(work);
        const { slowest, longestWait } = load.take();
        longest = Math.max(longest, longestWait);
        told.push(
          `${name}: ${seconds.toFixed(0)} s, longest wait for a lock ${longestWait.toFixed(2)} s, slowest request ${slowest.toFixed(2)} s`,
        );
        turn.say(told.at(-1) ?? '');
      };
      try {
        await phase('before', () => sleep(10_000));
        await phase(`${TAKEN_BACK.length} back`, () => migrations(stack, 'back', TAKEN_BACK));
        await phase('without them', () => sleep(5_000));
        await phase(`${TAKEN_BACK.length} forth`, () => stack.command('migrate'));
        await phase('2 new ones forth', () => migrations(stack, 'forth', MADE_UP));
        await phase('and back', () => migrations(stack, 'back', MADE_UP));
      } finally {
        await load.stop();
      }
      const ordered = (await allCompleted(client)).length;
      const { total } = await client.json<{ total: number }>('GET', `/api/v1/search?q=${encodeURIComponent(SPOKEN)}`);
      await stack.query(WITHOUT_LIBRARY);
      const answers = [...load.statuses].map(([status, times]) => `${times} × ${status}`).join(', ');
      const failed = [...load.statuses.keys()].some((status) => status >= 400 || status === 0);
      return {
        figure: `${workspaces * 1_000} transcripts; ${answers}; ${told.join('; ')}; ${ordered} ordered and completed, ${total} found`,
        holds: !failed && longest <= LONGEST_WAIT_SECONDS && total === ordered && ordered > 0,
      };
    }),
};

/** Rows about migrations. */
export const MIGRATION_ROWS: readonly ChaosRow[] = [UNDER_LOAD];
