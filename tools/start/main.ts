import { once } from 'node:events';
import { join, relative } from 'node:path';
import { buildWhenStale } from '../build/build.ts';
import { startPostgres } from '../embedded/postgres.ts';
import { PROJECT } from '../project.ts';
import { Refusal, runMain } from '../refusal.ts';
import { describeMissing, installMissing } from '../system/packages.ts';
import { readCommandLine, type StartOrder } from './command-line.ts';
import { demonstrate } from './demonstration.ts';
import { checkDisk, readSecrets, type Secrets, takeHome } from './home.ts';
import { listenForInterruption } from '../interruption.ts';
import { waitUntilReady } from './readiness.ts';
import { runScript, Service } from './service.ts';
import { checkPort, neededPrograms, readDotEnv, readSettings, type Settings } from './settings.ts';

const CONNECTIONS = 100;

interface Running {
  /** Rejects when a process ends that should not. */
  failure: Promise<never>;
  secrets: Secrets;
}

/** What must end at the end, newest first; and what a second Ctrl-C kills. */
class Processes extends AsyncDisposableStack {
  readonly kills: (() => void)[] = [];
}

async function main(): Promise<number> {
  const startedAt = Date.now();
  readDotEnv();
  const from = process.env.INIT_CWD ?? process.cwd();
  const order = readCommandLine(process.argv.slice(2), from, join(PROJECT, 'samples', 'meeting.opus'));
  const settings = await readSettings(process.env);
  await using processes = new Processes();
  const { signal } = listenForInterruption(() => processes.kills.forEach((kill) => kill()));
  const over = new AbortController();
  const work = AbortSignal.any([signal, over.signal]);
  try {
    const { failure, secrets } = await start(settings, order, processes, work);
    await Promise.race([waitUntilReady(settings.origin, join(settings.home, 'logs'), work), failure]);
    console.log(`Ready after ${((Date.now() - startedAt) / 1_000).toFixed(1)} s.`);
    return await Promise.race([serve(settings, order, secrets, work), failure]);
  } catch (error) {
    if (!signal.aborted) throw error;
    return order.once ? 130 : 0;
  } finally {
    over.abort();
    if (signal.aborted) console.log('\nEnding: work in hand is finished or handed back …');
  }
}

/** Brings everything up: programs, database, tables, build, both apps. */
async function start(settings: Settings, order: StartOrder, processes: Processes, signal: AbortSignal): Promise<Running> {
  const { home } = settings;
  processes.defer(await takeHome(home));
  await checkDisk(home);
  await checkPort(settings);
  await ensurePrograms(home, order);
  const secrets = readSecrets(home);
  // The build and the first start of Postgres do not need each other.
  const building = buildWhenStale(signal);
  building.catch(() => undefined); // reported below, when the database is there to be stopped in order
  const database = await bringDatabase(settings, processes);
  await building;
  signal.throwIfAborted();
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    STENO_HOME: home,
    HOST: settings.host,
    PORT: String(settings.port),
    WORKER_PORT: process.env.WORKER_PORT || '0',
    AUTH_SECRET: process.env.AUTH_SECRET || secrets.authSecret,
    MASTER_KEY: process.env.MASTER_KEY || secrets.masterKey,
    DATABASE_URL: database.url,
  };
  await runScript('dist/apps/api/src/migrate.js', join(home, 'logs', 'migrate.log'), env, signal);
  const services = [
    new Service('API', 'dist/apps/api/src/main.js', join(home, 'logs', 'api.log'), env),
    new Service('worker', 'dist/apps/transcription-worker/src/main.js', join(home, 'logs', 'worker.log'), env),
  ];
  for (const service of services) processes.kills.push(() => service.kill());
  processes.defer(async () => void (await Promise.all(services.map((service) => service.stop()))));
  const failure = Promise.race([database.failure, ...services.map((service) => service.failure())]);
  failure.catch(() => undefined); // reported by whoever races against it
  return { failure, secrets };
}

async function ensurePrograms(home: string, { recording }: StartOrder): Promise<void> {
  const missing = await installMissing(neededPrograms(process.env, home));
  const canServe = recording === undefined && !missing.includes('ffmpeg');
  if (missing.length === 0) return;
  if (!canServe) throw new Refusal(`${describeMissing(missing)}\nThen run the same command again.`);
  console.warn(`${describeMissing(missing)}\nUntil then transcriptions are refused.`);
}

async function bringDatabase(
  { home, databaseUrl }: Settings,
  processes: Processes,
): Promise<{ url: string; failure: Promise<never> }> {
  if (databaseUrl !== undefined) return { url: databaseUrl, failure: new Promise<never>(() => undefined) };
  const postgres = await startPostgres({ directory: join(home, 'postgres'), durable: true, maxConnections: CONNECTIONS });
  let stopping = false;
  processes.kills.push(() => process.kill(postgres.pid, 'SIGQUIT'));
  processes.defer(async () => {
    stopping = true;
    await postgres.stop();
  });
  const failure = postgres.ended.then(async () => {
    if (stopping) return new Promise<never>(() => undefined);
    throw new Refusal(
      `The embedded Postgres ended; ${join(home, 'postgres', 'postgres.log')} says why. Nothing confirmed is lost.`,
    );
  });
  failure.catch(() => undefined); // reported by whoever races against it
  return { url: postgres.url, failure };
}

/** Shows what it can do, says where things are, and stays until it is told to end. */
async function serve(
  settings: Settings,
  { recording, once: onlyOnce }: StartOrder,
  secrets: Secrets,
  signal: AbortSignal,
): Promise<number> {
  const { origin, home, inbox } = settings;
  const secretsFile = join(home, 'secrets.json');
  let failed = false;
  if (recording !== undefined) {
    try {
      await demonstrate({ origin, account: secrets.demo, secretsFile, recording, signal });
    } catch (error) {
      if (onlyOnce || !(error instanceof Refusal)) throw error;
      console.error(`\n${error.message}`);
      failed = true;
    }
  }
  if (onlyOnce) return 0;
  const here = (path: string) => relative(process.env.INIT_CWD ?? process.cwd(), path) || '.';
  console.log(`
Steno is serving${failed ? ' all the same' : ''}. Ctrl-C ends it.
  API            ${origin}/api/v1
  OpenAPI page   ${origin}/api/docs${inbox === undefined ? '' : `\n  Letters        ${inbox}   (until SMTP_URL is set)`}
  Demo account   ${secrets.demo.email}, password ${secrets.demo.password}   (kept in ${here(secretsFile)})
  Files          ${here(home)}   (database, recordings, logs)`);
  if (!signal.aborted) await once(signal, 'abort');
  return 0;
}

await runMain(main);
