import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const CLIENTS = join(import.meta.dirname, '..');
const PROJECT = join(CLIENTS, '..');
const run = promisify(execFile);

interface Manifest {
  version: string;
  bin: { steno: string };
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

const manifestOf = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

describe('the packages', () => {
  let built: string;
  beforeAll(() => {
    built = mkdtempSync(join(tmpdir(), 'steno-package-'));
    writeFileSync(join(built, 'package.json'), '{ "type": "module" }');
    symlinkSync(join(PROJECT, 'node_modules'), join(built, 'node_modules'));
  });
  afterAll(() => rmSync(built, { recursive: true, force: true }));

  it('want the versions that the project is tested with', () => {
    const project = manifestOf(PROJECT);
    const tested = { ...project.dependencies, ...project.devDependencies };
    for (const folder of ['cli', 'typescript']) {
      const { version, dependencies, devDependencies } = manifestOf(join(CLIENTS, folder));
      const wanted = { ...dependencies, ...devDependencies };
      expect(tested).toMatchObject(wanted);
      expect(version).toBe(project.version);
    }
    expect(readFileSync(join(CLIENTS, 'python', 'pyproject.toml'), 'utf8')).toContain(`version = "${project.version}"`);
  });

  it('are built as they say: the command line with the client in it', async () => {
    const { bin } = manifestOf(join(CLIENTS, 'cli'));
    const compiler = join(PROJECT, 'node_modules', 'typescript', 'bin', 'tsc');
    const project = join(CLIENTS, 'cli', 'tsconfig.build.json');
    // Types are looked at by `npm run check`.
    await run(process.execPath, [compiler, '-p', project, '--outDir', join(built, 'dist'), '--noCheck']);
    const { stdout } = await run(process.execPath, [join(built, bin.steno), '--help'], { env: {} });
    expect(stdout).toMatch(/^Usage: steno /);
    expect(existsSync(join(built, 'dist', 'cli', 'src', 'program.spec.js'))).toBe(false);
  }, 120_000);
});
