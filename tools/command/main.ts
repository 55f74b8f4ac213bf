import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildWhenStale } from '../build/build.ts';
import { runningPostgres } from '../embedded/postgres.ts';
import { PROJECT } from '../project.ts';
import { Refusal, runMain } from '../refusal.ts';
import { readSecrets } from '../start/home.ts';
import { readDotEnv, readSettings } from '../start/settings.ts';

const COMMANDS = [
  'compare-store',
  'create-bucket',
  'grant-platform-role',
  'migrate',
  'reconcile',
  'rotate-master-key',
  'set-plan',
];

/**
 * `npm run set-plan -- …` and the like: runs a command on this installation, with what `npm start` gives the apps: `.env`, the secrets of
 * STENO_HOME and, where there is no DATABASE_URL, the embedded Postgres, which runs as long as Steno does.
 */
async function main(): Promise<number> {
  const [command = '', ...rest] = process.argv.slice(2);
  if (!COMMANDS.includes(command)) throw new Refusal(`There is no command "${command}". There are: ${COMMANDS.join(', ')}.`);
  readDotEnv();
  const env = await environment();
  await buildWhenStale();
  const script = join(PROJECT, 'dist', 'apps', 'api', 'src', `${command}.js`);
  const child = spawn(process.execPath, ['--enable-source-maps', script, ...rest], { cwd: PROJECT, env, stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

async function environment(): Promise<NodeJS.ProcessEnv> {
  const { home, databaseUrl } = await readSettings(process.env);
  const url = databaseUrl ?? runningPostgres(join(home, 'postgres'));
  if (url === undefined)
    throw new Refusal(`No Postgres runs in ${home}. Start Steno (npm start) and run the command beside it, or set DATABASE_URL.`);
  const made = existsSync(join(home, 'secrets.json')) ? readSecrets(home) : undefined;
  return {
    ...process.env,
    STENO_HOME: home,
    DATABASE_URL: url,
    ...(made === undefined ? {} : { AUTH_SECRET: process.env.AUTH_SECRET || made.authSecret }),
    ...(made === undefined ? {} : { MASTER_KEY: process.env.MASTER_KEY || made.masterKey }),
  };
}

await runMain(main);
