import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildWhenStale } from '../build/build.ts';
import { startPostgres } from '../embedded/postgres.ts';
import { listenForInterruption } from '../interruption.ts';
import { PROJECT } from '../project.ts';
import { Refusal, runMain } from '../refusal.ts';
import { describeMissing, installMissing } from '../system/packages.ts';

const CONNECTIONS = 300;

/**
 * `npm run chaos [-- F1 F10 … --n=4]`: breaks the product in every way of test/chaos and writes what came of it into docs/reliability.md.
 * Without names all rows are run, which takes an hour or two; with `--n` each thing is done so many times.
 */
async function main(): Promise<number> {
  const missing = await installMissing(['ffmpeg', 'redis', 'bubblewrap']);
  if (missing.length > 0) throw new Refusal(describeMissing(missing));
  const useful = await installMissing(['promtool']);
  if (useful.length > 0) console.warn(`${describeMissing(useful)}\nK11 is skipped.\n`);
  const { signal } = listenForInterruption(() => undefined);
  await buildWhenStale(signal);
  const directory = mkdtempSync(join(tmpdir(), 'steno-chaos-'));
  try {
    const postgres = await startPostgres({ directory: join(directory, 'postgres'), durable: true, maxConnections: CONNECTIONS });
    try {
      return await runRows(process.argv.slice(2), postgres.url.replace(/[^/]+$/, 'postgres'), signal);
    } finally {
      await postgres.stop();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The rows use the same parts as the end-to-end tests, which Node reads with a little help. */
async function runRows(given: string[], databaseUrl: string, signal: AbortSignal): Promise<number> {
  const flags = ['--conditions=source', '--experimental-transform-types', '--disable-warning=ExperimentalWarning'];
  const hook = `--import=${join(import.meta.dirname, 'sources.mjs')}`;
  const child = spawn(process.execPath, [...flags, hook, join(PROJECT, 'test', 'chaos', 'main.ts'), ...given], {
    cwd: PROJECT,
    env: { ...process.env, STENO_TEST_DATABASE_URL: databaseUrl },
    stdio: 'inherit',
  });
  const stop = () => child.kill();
  signal.addEventListener('abort', stop);
  await once(child, 'exit');
  signal.throwIfAborted();
  return child.exitCode ?? 1;
}

await runMain(main);
