import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildWhenStale } from '../build/build.ts';
import { runningPostgres, startPostgres } from '../embedded/postgres.ts';
import { PROJECT } from '../project.ts';
import { Refusal, runMain } from '../refusal.ts';
import { readSecrets, takeHome } from '../start/home.ts';
import { readDotEnv, readSettings } from '../start/settings.ts';

const COMMANDS = [
  'backup',
  'compare-store',
  'create-bucket',
  'grant-platform-role',
  'migrate',
  'reconcile',
  'restore',
  'rotate-master-key',
  'set-plan',
];
/** Those that start the embedded Postgres for themselves where it does not run. */
const ON_THEIR_OWN = ['backup', 'restore'];
const CONNECTIONS = 20;

/**
 * `npm run set-plan -- …` and the like: runs a command on this installation, with what `npm start` gives the apps: `.env`, the secrets of
 * STENO_HOME and, where there is no DATABASE_URL, the embedded Postgres, which runs as long as Steno does.
 */
async function main(): Promise<number> {
  const [command = '', ...rest] = process.argv.slice(2);
  if (!COMMANDS.includes(command)) throw new Refusal(`There is no command "${command}". There are: ${COMMANDS.join(', ')}.`);
  readDotEnv();
  const { home, databaseUrl } = await readSettings(process.env);
  const secrets = secretsOf(command, home);
  await buildWhenStale();
  await using server = new AsyncDisposableStack();
  const url = databaseUrl ?? runningPostgres(join(home, 'postgres')) ?? (await startFor(command, home, server));
  const env = { ...process.env, STENO_HOME: home, DATABASE_URL: url, ...secrets };
  const script = join(PROJECT, 'dist', 'apps', 'api', 'src', `${command}.js`);
  const child = spawn(process.execPath, ['--enable-source-maps', script, ...rest], { cwd: PROJECT, env, stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

/** The embedded Postgres, for as long as the command runs; nobody can start Steno meanwhile. */
async function startFor(command: string, home: string, server: AsyncDisposableStack): Promise<string> {
  if (!ON_THEIR_OWN.includes(command))
    throw new Refusal(`No Postgres runs in ${home}. Start Steno (npm start) and run the command beside it, or set DATABASE_URL.`);
  server.defer(await takeHome(home));
  const postgres = await startPostgres({ directory: join(home, 'postgres'), durable: true, maxConnections: CONNECTIONS });
  server.defer(() => postgres.stop());
  return postgres.url;
}

/** What `npm start` made for this installation, where the environment does not say otherwise. */
function secretsOf(command: string, home: string): Record<string, string> {
  const { AUTH_SECRET, MASTER_KEY } = process.env;
  if (existsSync(join(home, 'secrets.json'))) {
    const { authSecret, masterKey } = readSecrets(home);
    return { AUTH_SECRET: AUTH_SECRET || authSecret, MASTER_KEY: MASTER_KEY || masterKey };
  }
  if (command === 'restore' && !(AUTH_SECRET && MASTER_KEY))
    throw new Refusal(
      `A backup holds no secrets. Put secrets.json of the installation it was made of into ${home}, or set its MASTER_KEY and AUTH_SECRET, and run the command again.`,
    );
  return {};
}

await runMain(main);
