import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildWhenStale } from '../build/build.ts';
import { startPostgres } from '../embedded/postgres.ts';
import { startRedis } from '../embedded/redis.ts';
import { startSwift } from '../embedded/swift.ts';
import { listenForInterruption } from '../interruption.ts';
import { PROJECT } from '../project.ts';
import { Refusal, runMain } from '../refusal.ts';
import { describeMissing, installMissing } from '../system/packages.ts';
import type { ProgramName } from '../system/program.ts';
import { type JestReport, readReport, tallyLine, tallyOf } from './tally.ts';

const PROGRAMS: ProgramName[] = ['ffmpeg', 'redis', 'pocketsphinx', 'bubblewrap', 'swift', 'python', 'promtool'];
/** Each queue of each process has its own; end-to-end tests run several installations of several processes side by side. */
const CONNECTIONS = 400;
const TWO_AT_ONCE = '--maxWorkers=2';

/**
 * `npm test [-- --strict] [-- jest arguments]`: all tests against a Postgres and a Redis of their own.
 * Strict (also by CI=true): every program must be there, and no test may skip itself for want of one.
 */
async function main(): Promise<number> {
  const given = process.argv.slice(2);
  const strict = given.includes('--strict') || process.env.CI === 'true';
  const missing = await installMissing(PROGRAMS);
  if (missing.length > 0) reportMissing(missing, strict);

  await using servers = new AsyncDisposableStack();
  const { signal } = listenForInterruption(() => undefined);
  const directory = mkdtempSync(join(tmpdir(), 'steno-test-'));
  servers.defer(() => rmSync(directory, { recursive: true, force: true }));
  await buildWhenStale(signal);
  const env = await startServers(directory, missing, servers);
  signal.throwIfAborted();
  Object.assign(env, { STENO_TEST_MISSING: missing.join(',') }, strict ? { STENO_TEST_STRICT: '1' } : {});
  // A hundred processes load the same packages.
  env.NODE_COMPILE_CACHE = join(directory, 'compiled');
  const runs = plannedRuns(given.filter((argument) => argument !== '--strict'));
  const reports: JestReport[] = [];
  for (const [index, run] of runs.entries()) {
    const file = join(directory, `report-${index}.json`);
    await runJest(run, file, { ...process.env, ...env }, signal);
    signal.throwIfAborted();
    if (!existsSync(file)) throw new Refusal('jest ended without a report; its own words stand above.');
    reports.push(readReport(file));
  }
  const tally = tallyOf(reports);
  console.log(`\n${tallyLine(tally)}`);
  return reports.every(({ success }) => success) && tally.failed === 0 && tally.passed > 0 ? 0 : 1;
}

/** End-to-end tests start whole installations, so they run after the rest; most of their time they wait, so two files at once. */
function plannedRuns(given: string[]): string[][] {
  if (given.includes('--selectProjects')) return [[TWO_AT_ONCE, ...given]];
  return [
    ['--selectProjects', 'unit', 'medium', TWO_AT_ONCE, '--passWithNoTests', ...given],
    ['--selectProjects', 'e2e', TWO_AT_ONCE, '--passWithNoTests', ...given],
  ];
}

function reportMissing(missing: ProgramName[], strict: boolean): void {
  const description = describeMissing(missing);
  if (strict) throw new Refusal(`${description}\nThe strict run skips nothing, so it ends here.`);
  console.warn(`${description}\nTests that need ${missing.join(' or ')} are skipped.\n`);
}

/** @returns where the tests find the servers */
async function startServers(
  directory: string,
  missing: ProgramName[],
  servers: AsyncDisposableStack,
): Promise<Record<string, string>> {
  const kept = async <Server extends { stop: () => Promise<void> }>(starting: Promise<Server>): Promise<Server> => {
    const server = await starting;
    servers.defer(() => server.stop());
    return server;
  };
  const volatile = { directory: join(directory, 'postgres'), durable: false, maxConnections: CONNECTIONS };
  const postgres = await kept(startPostgres(volatile));
  const urls: Record<string, string> = { STENO_TEST_DATABASE_URL: postgres.url.replace(/[^/]+$/, 'postgres') };
  if (!missing.includes('redis')) urls['STENO_TEST_REDIS_URL'] = (await kept(startRedis())).url;
  if (!missing.includes('swift')) urls['STENO_TEST_S3_URL'] = (await kept(startSwift(join(directory, 'swift')))).url;
  return urls;
}

/** Runs jest with its output as it comes, until it ends. */
async function runJest(given: string[], report: string, env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<void> {
  const jest = join(PROJECT, 'node_modules', 'jest', 'bin', 'jest.js');
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const child = spawn(process.execPath, [...flags, jest, '--json', `--outputFile=${report}`, ...given], {
    cwd: PROJECT,
    env,
    // With --json jest writes the report to stdout as well; what a person reads comes on stderr.
    stdio: ['inherit', 'ignore', 'inherit'],
  });
  const stop = () => child.kill();
  signal.addEventListener('abort', stop);
  await once(child, 'exit');
  signal.removeEventListener('abort', stop);
}

await runMain(main);
