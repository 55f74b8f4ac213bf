import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from '../tools/embedded/free-port.ts';
import { startPostgres } from '../tools/embedded/postgres.ts';
import { startRedis } from '../tools/embedded/redis.ts';
import { Refusal } from '../tools/refusal.ts';
import { runScript, Service } from '../tools/start/service.ts';

const CONNECTIONS = 100;
const READY_MS = 60_000;
/** Counted as in production, and never spent. */
const LIMITS_OUT_OF_REACH = ['address', 'user', 'key-free', 'sign-in', 'anonymous']
  .map((policy) => `${policy}=999999999/60`)
  .join(',');

/**
 * Where one variant of a row is played: a Postgres, a Redis where wanted, and processes, all of its own. Disposing it ends them all,
 * newest first.
 */
export class Stage extends AsyncDisposableStack {
  readonly databaseUrl: string;
  /** For its files; removed with it. */
  readonly directory: string;
  private readonly signal: AbortSignal;
  private readonly apis = new Map<string, Service>();
  private readonly secrets = { AUTH_SECRET: randomSecret(), MASTER_KEY: randomSecret() };

  private constructor(directory: string, databaseUrl: string, signal: AbortSignal) {
    super();
    this.directory = directory;
    this.databaseUrl = databaseUrl;
    this.signal = signal;
  }

  /** With an empty, migrated database; it writes to disk as in production. */
  static async open(signal: AbortSignal): Promise<Stage> {
    await using opening = new AsyncDisposableStack();
    const directory = mkdtempSync(join(tmpdir(), 'steno-bench-'));
    opening.defer(() => rmSync(directory, { recursive: true, force: true }));
    const postgres = await startPostgres({ directory: join(directory, 'postgres'), durable: true, maxConnections: CONNECTIONS });
    opening.defer(() => postgres.stop());
    const stage = new Stage(directory, postgres.url, signal);
    await runScript('dist/apps/api/src/migrate.js', join(directory, 'migrate.log'), stage.environment(), signal);
    stage.use(opening.move());
    return stage;
  }

  /** One more with a database of its own, which ends with this one. */
  async openBeside(): Promise<Stage> {
    return this.use(await Stage.open(this.signal));
  }

  /** @returns its address */
  async startRedis(): Promise<string> {
    const redis = await startRedis();
    this.defer(() => redis.stop());
    return redis.url;
  }

  /**
   * The built API, configured as in production.
   * @param settings environment variables of the variant
   * @returns its origin
   */
  async startApi(settings: Record<string, string> = {}): Promise<string> {
    const port = String(await freePort());
    const env = { ...this.environment(), PORT: port, ...settings };
    const api = this.service('API', 'dist/apps/api/src/main.js', env);
    this.apis.set(`http://127.0.0.1:${port}`, api);
    return this.answering(`http://127.0.0.1:${port}`, '/live', api);
  }

  /** What an API holds of memory, as `memoryOf`. */
  memoryOfApi(origin: string, what: 'VmRSS' | 'VmHWM'): number {
    return memoryOf(this.pidOfApi(origin), what);
  }

  /** The process of an API. */
  pidOfApi(origin: string): number {
    const api = this.apis.get(origin);
    if (api === undefined) throw new Error(`No API was started at ${origin}.`);
    return api.pid;
  }

  /**
   * One more built worker. Returns when it takes jobs.
   * @param settings environment variables of the variant
   */
  async startWorker(settings: Record<string, string> = {}): Promise<Service> {
    const port = String(await freePort());
    const env = { ...this.environment(), WORKER_PORT: port, ...settings };
    const worker = this.service(`worker ${port}`, 'dist/apps/transcription-worker/src/main.js', env);
    await this.answering(`http://127.0.0.1:${port}`, '/ready', worker);
    return worker;
  }

  /** A floor: a program in `bench/floors`. @returns its origin */
  async startFloor(name: string): Promise<string> {
    return this.startProgram(`bench/floors/${name}.ts`);
  }

  /**
   * A program that listens on PORT and answers `/` when it is there.
   * @param path from the project's folder
   * @param settings further environment variables
   * @returns its origin
   */
  async startProgram(path: string, settings: Record<string, string> = {}): Promise<string> {
    const port = String(await freePort());
    const program = this.service(basename(path, '.ts'), path, { ...this.environment(), PORT: port, ...settings });
    return this.answering(`http://127.0.0.1:${port}`, '/', program);
  }

  /** Works on the database as its owner. */
  async asOwner<T>(work: (owner: pg.Client) => Promise<T>): Promise<T> {
    const owner = new pg.Client({ connectionString: this.databaseUrl });
    await owner.connect();
    try {
      return await work(owner);
    } finally {
      await owner.end();
    }
  }

  private service(name: string, script: string, env: NodeJS.ProcessEnv): Service {
    const service = new Service(name, script, join(this.directory, `${name}.log`), env);
    this.defer(() => service.stop());
    return service;
  }

  private async answering(origin: string, path: string, service: Service): Promise<string> {
    await Promise.race([waitForAnswer(origin + path, this.signal), service.failure()]);
    return origin;
  }

  /** Nothing of the caller's environment but the way to programs. */
  private environment(): NodeJS.ProcessEnv {
    return {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      ALLOW_EMBEDDED: 'true',
      STENO_HOME: this.directory,
      DATABASE_URL: this.databaseUrl,
      ...this.secrets,
      ACCESS_TOKEN_SECONDS: '86400',
      RATE_LIMITS: LIMITS_OUT_OF_REACH,
      QUOTA_PLANS: 'free.storage=999999999,free.processing=999999999,free.transcription=999999999,free.calls=999999999',
      // The account of a bench answers no letters.
      EMAIL_VERIFICATION: 'optional',
    };
  }
}

/** What a process holds of memory, in MB (proc(5), VmRSS and VmHWM). @param what now, or the most it ever held */
export function memoryOf(pid: number, what: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kilobytes = new RegExp(`^${what}:\\s*(\\d+) kB$`, 'm').exec(status)?.[1];
  return (Number(kilobytes) * 1_024) / 1e6;
}

function randomSecret(): string {
  return randomBytes(36).toString('base64');
}

async function waitForAnswer(url: string, signal: AbortSignal): Promise<void> {
  for (const deadline = Date.now() + READY_MS; Date.now() < deadline; await sleep(50, undefined, { signal })) {
    const response = await fetch(url, { signal }).catch(() => null);
    await response?.body?.cancel();
    if (response?.ok) return;
  }
  throw new Refusal(`${url} did not answer within ${READY_MS / 1_000} s.`);
}
