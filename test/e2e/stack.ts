import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { S3Double } from '#testing/s3-double';
import { DOUBLE_KEY, type SpeechDouble, startOpenAiDouble } from '#testing/speech-doubles';
import { AppProcess, type Exit } from './app-process.js';
import { Client } from './client.js';
import { buildWhenStale, freePort, PROJECT } from './launcher.js';
import { OwnRedis, type Persistence } from './own-redis.js';
import type { QueueBackend } from './requirements.js';

const API = 'dist/apps/api/src/main.js';
const WORKER = 'dist/apps/transcription-worker/src/main.js';
const MIGRATE = 'dist/apps/api/src/migrate.js';
const READY_MS = 60_000;
const TEMPLATE = 'steno_e2e_template';
/** Any number, as long as nothing else on the server locks it. */
const TEMPLATE_LOCK = 727_402;

/** A text the double says in every transcript; no log may hold it. */
export const SPOKEN = 'quince marmalade for the lighthouse keeper';

/** An endpoint that is sent nothing, so that the events of an account are kept and can be looked at. */
const KEEP_EVENTS = `
INSERT INTO webhook_endpoints (id, workspace_id, kind, name, sealed, events, status)
SELECT gen_random_uuid(), m.workspace_id, 'standard', 'All', '', '{}', 'disabled'
FROM memberships m JOIN users u ON u.id = m.user_id WHERE u.email = $1`;

export interface StackOptions {
  queue?: QueueBackend;
  /** What the Redis of the queue keeps; nothing by default. */
  persistence?: Persistence;
  workers?: number;
  /** `local`: pocketsphinx; `double`: OpenAI's adapter against a double of OpenAI. */
  provider?: 'local' | 'double';
  /** Further providers; what they answer counts among the calls that were made. */
  doubles?: readonly SpeechDouble[];
  /** Where objects lie in place of the local disk. */
  s3?: S3Double;
  /** Further variables of both apps. */
  env?: Record<string, string>;
  /** Connection of the server that gets the database; by default the one of `npm test`. */
  server?: string;
}

/** A whole installation as processes: API, workers, database, and what they talk to. */
export class Stack {
  api!: AppProcess;
  readonly workers: AppProcess[] = [];
  readonly clients: Client[] = [];
  /** Everything that was ever started, for its logs. */
  readonly processes: AppProcess[] = [];

  constructor(
    readonly home: string,
    readonly origin: string,
    readonly databaseUrl: string,
    readonly env: Record<string, string>,
    readonly double: SpeechDouble | undefined,
    readonly redis: OwnRedis | undefined,
    public s3: S3Double | undefined,
    readonly otherDoubles: readonly SpeechDouble[],
  ) {}

  /** A folder for files of the test. */
  get files(): string {
    const files = join(this.home, 'files');
    mkdirSync(files, { recursive: true });
    return files;
  }

  /** The double of OpenAI. */
  get provider(): SpeechDouble {
    if (this.double === undefined) throw new Error('This stack transcribes by itself.');
    return this.double;
  }

  /** A new account. */
  async client(): Promise<Client> {
    const client = await new Client(this.origin).register();
    this.clients.push(client);
    await this.query(KEEP_EVENTS, [client.email]);
    return client;
  }

  async startApi(): Promise<void> {
    this.api = this.run('api', API, { PORT: new URL(this.origin).port });
    await this.api.said('The API listens');
  }

  /** Starts an API beside the first, at an address of its own; returns when it listens. */
  async startAnotherApi(env: Record<string, string> = {}): Promise<{ api: AppProcess; url: string }> {
    const api = this.run('api', API, { PORT: '0', ...env });
    const { url } = await api.said('The API listens');
    return { api, url: String(url) };
  }

  /**
   * Starts one more worker; returns when it takes jobs.
   * @param env variables of this one alone
   */
  async startWorker(env: Record<string, string> = {}): Promise<AppProcess> {
    const worker = this.run('worker', WORKER, { WORKER_PORT: '0', ...env });
    this.workers.push(worker);
    await worker.said('The health server listens');
    return worker;
  }

  /** Signals a worker (by default the newest) and waits for its end. */
  async killWorker(signal: NodeJS.Signals = 'SIGKILL', worker = this.workers.at(-1)): Promise<Exit> {
    if (worker === undefined) throw new Error('No worker runs.');
    this.workers.splice(this.workers.indexOf(worker), 1);
    worker.signal(signal);
    return worker.exit();
  }

  /** Asks the API to end. */
  async stopApi(signal: NodeJS.Signals = 'SIGTERM'): Promise<Exit> {
    this.api.signal(signal);
    return this.api.exit();
  }

  /**
   * Runs a command of the product on this installation to its end.
   * @param name of its file among the API's, such as `backup`
   * @throws Error with what it said when it failed
   */
  async command(name: string, ...args: string[]): Promise<string> {
    const log = join(this.home, `${name}-${randomBytes(4).toString('hex')}.log`);
    const command = new AppProcess(`dist/apps/api/src/${name}.js`, log, this.env, args);
    const { code } = await command.exit();
    if (code !== 0) throw new Error(`${name} ended with ${code}: ${command.output()}`);
    return command.output();
  }

  /** Everything is gone at once: processes, rows, objects and what Redis had. Only the settings are left. */
  async loseEverything(): Promise<void> {
    await Promise.all(this.processes.map((process) => process.destroy()));
    this.workers.length = 0;
    await dropDatabase(this.databaseUrl);
    await createDatabase(this.databaseUrl, { name: new URL(this.databaseUrl).pathname.slice(1) });
    rmSync(join(this.home, 'objects'), { recursive: true, force: true });
    rmSync(join(this.home, 'tmp'), { recursive: true, force: true });
    await this.redis?.wipe();
  }

  /** What is started from now on has its objects there. */
  moveTo(s3: S3Double): void {
    this.s3 = s3;
    Object.assign(this.env, variablesOf(s3));
  }

  /** Rows of the database, seen by its owner: row-level security does not hide any. */
  async query<Row extends pg.QueryResultRow>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    const client = await connect(this.databaseUrl);
    try {
      return (await client.query<Row>(sql, parameters)).rows;
    } finally {
      await client.end();
    }
  }

  /**
   * Asks the database until the answer is a number that suits.
   * @param sql gives one row with the column `n`
   */
  async until(what: string, sql: string, suits: (n: number) => boolean, seconds = 60): Promise<void> {
    let n = NaN;
    for (const deadline = performance.now() + seconds * 1_000; performance.now() < deadline; await sleep(25)) {
      n = Number((await this.query<{ n: string }>(sql))[0]?.n);
      if (suits(n)) return;
    }
    throw new Error(`Waited ${seconds} s for: ${what}. At last it was ${n}.\n${this.tails()}`);
  }

  /**
   * Keeps others from writing a table until the lock is released, so that who wants to write it can be caught there.
   * @param mode `ACCESS EXCLUSIVE` keeps them from reading it, too
   */
  async holdTable(
    table: string,
    mode: 'SHARE ROW EXCLUSIVE' | 'ACCESS EXCLUSIVE' = 'SHARE ROW EXCLUSIVE',
  ): Promise<{ release(): Promise<void> }> {
    const client = await connect(this.databaseUrl);
    await client.query('BEGIN');
    await client.query(`LOCK TABLE ${table} IN ${mode} MODE`);
    return { release: () => client.end() };
  }

  /** Waits until so many sessions want to write a table that is held. */
  async untilHeld(table: string, sessions: number): Promise<void> {
    // The server has the locks of all its databases, and in copies of one a table has the same number.
    const sql = `SELECT count(DISTINCT pid) AS n FROM pg_locks JOIN pg_database d ON d.oid = database AND datname = current_database()
      WHERE relation = '${table}'::regclass AND NOT granted`;
    await this.until(`${sessions} sessions at ${table}`, sql, (n) => n >= sessions);
  }

  /** The ends of all logs, for the message of a failure. */
  tails(): string {
    return this.processes.map((process) => process.tail()).join('\n\n');
  }

  /** Ends everything and removes it. */
  async stop(): Promise<void> {
    await Promise.all(this.processes.map((process) => process.destroy()));
    await this.redis?.destroy();
    await this.double?.close();
    await dropDatabase(this.databaseUrl);
    rmSync(this.home, { recursive: true, force: true });
  }

  private run(name: string, script: string, env: Record<string, string>): AppProcess {
    const log = join(this.home, `${name}-${this.processes.length}.log`);
    const process = new AppProcess(script, log, { ...this.env, ...env });
    this.processes.push(process);
    return process;
  }
}

/** Starts an installation of its own: fresh database, fresh home, free ports; returns when it is ready. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const {
    queue = 'postgres',
    persistence,
    workers = 1,
    provider = 'double',
    s3,
    doubles = [],
    env = {},
    server = process.env.STENO_TEST_DATABASE_URL ?? '',
  } = options;
  if (!existsSync(join(PROJECT, MIGRATE))) await buildWhenStale();
  const home = mkdtempSync(join(tmpdir(), 'steno-e2e-'));
  const double = provider === 'double' ? await startOpenAiDouble() : undefined;
  double?.always({ mode: 'ok', text: SPOKEN });
  const redis = queue === 'redis' ? await OwnRedis.start(persistence) : undefined;
  const origin = `http://127.0.0.1:${await freePort()}`;
  const databaseUrl = await createDatabase(server, { template: await migratedDatabase(server, home) });
  const stack = new Stack(
    home,
    origin,
    databaseUrl,
    {
      ...essentials(home, databaseUrl),
      RATE_LIMITS: 'off',
      QUOTA_PLANS: 'off',
      PASSWORD_COST: '4',
      // What the double says never fits the sound; the tests that are about that turn it on.
      SPEECH_REDO_PERCENT: '0',
      PUBLIC_URL: origin,
      ...(redis === undefined ? {} : { REDIS_URL: redis.url }),
      ...(double === undefined
        ? { SPEECH_PROVIDER: 'local' }
        : { SPEECH_PROVIDER: 'openai', OPENAI_API_KEY: DOUBLE_KEY, OPENAI_BASE_URL: `${double.url}/v1` }),
      ...(s3 === undefined ? {} : variablesOf(s3)),
      ...env,
    },
    double,
    redis,
    s3,
    doubles,
  );
  try {
    await Promise.all([stack.startApi(), ...Array.from({ length: workers }, () => stack.startWorker())]);
    if (workers > 0) await untilReady(stack);
  } catch (error) {
    await stack.stop();
    throw error;
  }
  return stack;
}

function variablesOf({ endpoint, settings: { bucket, region, credentials } }: S3Double): Record<string, string> {
  return {
    S3_BUCKET: bucket,
    S3_REGION: region,
    S3_ENDPOINT: endpoint,
    S3_ACCESS_KEY_ID: credentials.accessKeyId,
    S3_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
}

/** What every program of the product asks for. */
function essentials(home: string, databaseUrl: string): Record<string, string> {
  const [authSecret, masterKey] = [randomBytes(36).toString('base64'), randomBytes(36).toString('base64')];
  return { NODE_ENV: 'test', STENO_HOME: home, DATABASE_URL: databaseUrl, AUTH_SECRET: authSecret, MASTER_KEY: masterKey };
}

/**
 * Has a database migrated by the built product, once for each server: installations start on copies of it.
 * @returns its name
 */
async function migratedDatabase(server: string, home: string): Promise<string> {
  const client = await connect(at(server, 'postgres'));
  try {
    await client.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]); // until the connection ends
    if ((await client.query('SELECT FROM pg_database WHERE datname = $1', [TEMPLATE])).rowCount === 1) return TEMPLATE;
    const unfinished = await createDatabase(server);
    const migration = new AppProcess(MIGRATE, join(home, 'migrate.log'), essentials(home, unfinished));
    if ((await migration.exit()).code !== 0) throw new Error(`The migration failed. ${migration.tail()}`);
    await client.query(`ALTER DATABASE ${new URL(unfinished).pathname.slice(1)} RENAME TO ${TEMPLATE}`);
    return TEMPLATE;
  } finally {
    await client.end();
  }
}

async function untilReady(stack: Stack): Promise<void> {
  for (const deadline = performance.now() + READY_MS; performance.now() < deadline; await sleep(50)) {
    const response = await fetch(`${stack.origin}/ready`);
    await response.arrayBuffer();
    if (response.ok) return;
  }
  throw new Error(`The stack was not ready after ${READY_MS / 1_000} s.\n${stack.tails()}`);
}

interface NewDatabase {
  name?: string;
  /** What it is a copy of; nothing by default. */
  template?: string;
}

async function createDatabase(server: string, { name, template = 'template1' }: NewDatabase = {}): Promise<string> {
  const chosen = name ?? `steno_e2e_${randomBytes(6).toString('hex')}`;
  const client = await connect(at(server, 'postgres'));
  await client.query(`CREATE DATABASE ${chosen} TEMPLATE ${template}`);
  await client.end();
  return at(server, chosen);
}

async function dropDatabase(databaseUrl: string): Promise<void> {
  const client = await connect(at(databaseUrl, 'postgres'));
  await client.query(`DROP DATABASE IF EXISTS ${new URL(databaseUrl).pathname.slice(1)} WITH (FORCE)`);
  await client.end();
}

/** The connection of another database of the same server. */
function at(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

async function connect(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString, application_name: 'steno-e2e' });
  client.on('error', () => undefined); // the query that waits for it reports it
  await client.connect();
  return client;
}
