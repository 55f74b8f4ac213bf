import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { takeLock } from '../lock.mjs';
import { PROJECT } from '../project.ts';
import { Refusal } from '../refusal.ts';

const APPS = ['api', 'transcription-worker'];
const SOURCES = ['{apps,libs}/**/*.{ts,json}', 'tsconfig.json', 'nest-cli.json', 'package-lock.json'];
const STAMP = join(PROJECT, 'dist', '.built');

/**
 * Builds both apps into dist when a source changed since the last build.
 * @returns seconds it took; 0 when nothing had to be done
 * @throws Refusal with the compiler's words when it fails
 */
export async function buildWhenStale(signal?: AbortSignal): Promise<number> {
  const startedAt = Date.now();
  while (!isBuilt()) {
    const lock = await takeLock(join(PROJECT, '.steno', 'build.lock'));
    if (!lock.release) {
      await sleep(200, undefined, { signal });
      continue;
    }
    try {
      if (!isBuilt()) await build(signal);
    } finally {
      lock.release();
    }
  }
  return Math.round((Date.now() - startedAt) / 1_000);
}

async function build(signal?: AbortSignal): Promise<void> {
  const sources = listSources();
  console.log('Building …');
  if (hasLostSources(sources)) rmSync(join(PROJECT, 'dist'), { recursive: true, force: true });
  const failures = await Promise.all(APPS.map((app) => buildApp(app, signal)));
  signal?.throwIfAborted();
  const output = failures.find((failure) => failure !== undefined);
  if (output !== undefined) throw new Refusal(`The build failed. The compiler says:\n${output}`);
  mkdirSync(join(PROJECT, 'dist'), { recursive: true });
  writeFileSync(STAMP, sources.join('\n'));
}

/** @returns the compiler's words when it failed */
async function buildApp(app: string, signal?: AbortSignal): Promise<string | undefined> {
  const nest = join(PROJECT, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  const child = spawn(process.execPath, [nest, 'build', app], {
    cwd: PROJECT,
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = () => child.kill();
  signal?.addEventListener('abort', stop);
  const exit = once(child, 'exit');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  await exit;
  signal?.removeEventListener('abort', stop);
  return child.exitCode === 0 ? undefined : `${stdout}\n${stderr}`.trim();
}

function isBuilt(): boolean {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === listSources().join('\n');
}

/** One line for each source: path, size and time of change. */
function listSources(): string[] {
  return globSync(SOURCES, { cwd: PROJECT, exclude: ['**/*.spec.ts', '**/*.medium-spec.ts', '**/node_modules/**'] })
    .sort()
    .map((path) => {
      const { size, mtimeMs } = statSync(join(PROJECT, path));
      return `${path} ${size} ${mtimeMs}`;
    });
}

/** The compiler leaves the output of a removed source in dist; then dist starts anew. */
function hasLostSources(sources: readonly string[]): boolean {
  if (!existsSync(STAMP)) return existsSync(join(PROJECT, 'dist'));
  const paths = new Set(sources.map(pathOf));
  return readFileSync(STAMP, 'utf8')
    .split('\n')
    .some((line) => !paths.has(pathOf(line)));
}

function pathOf(line: string): string {
  return line.split(' ')[0] ?? line;
}
