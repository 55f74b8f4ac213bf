/**
 * `node tools/launch.mjs <command> [arguments]`: what stands behind `npm start`, `npm test` and the other scripts.
 * Plain JavaScript without dependencies, because it runs on any Node from 20.19 and before anything is installed: it installs the npm
 * packages when they are missing or out of date, then runs `tools/<command>/main.ts` on Node 24 (which reads TypeScript as it is).
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { takeLock } from './lock.mjs';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const OLDEST_LAUNCHER = [20, 19];
const PRODUCT_MAJOR = 24;

/** @param {string} sentence @returns {never} */
function refuse(sentence) {
  console.error(`\n${sentence}`);
  process.exit(1);
}

/** @param {string} version such as v24.21.0 @returns {[number, number]} */
function majorAndMinor(version) {
  const [major = 0, minor = 0] = version.replace('v', '').split('.').map(Number);
  return [major, minor];
}

function refuseOldNode() {
  const [major, minor] = majorAndMinor(process.version);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_LAUNCHER;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  refuse(
    `This is Node ${process.version}; Steno wants ${OLDEST_LAUNCHER.join('.')} or later. Install Node 24 from https://nodejs.org.`,
  );
}

/** @param {string} file @returns {Record<string, { version?: string, optional?: boolean, devOptional?: boolean, link?: boolean }>} */
function packagesIn(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : {};
}

/** Whether node_modules holds what package-lock.json asks for, by the list that npm leaves there when it has finished. */
function isInstalled() {
  const wanted = packagesIn(join(PROJECT, 'package-lock.json'));
  const installed = packagesIn(join(PROJECT, 'node_modules', '.package-lock.json'));
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === '' || installed[path]?.version === version || (optional && !installed[path]),
  );
}

/** Runs `npm ci`, unless another launch is at it; then waits for that one. */
async function install() {
  for (let waiting = false; !isInstalled(); waiting = true) {
    const lock = await takeLock(join(PROJECT, '.steno', 'install.lock'));
    if (!lock.release) {
      if (!waiting) console.log(`Waiting for another launch (process ${lock.owner}) that installs the npm packages …`);
      await sleep(500);
      continue;
    }
    try {
      if (!isInstalled()) await runNpmCi();
    } finally {
      lock.release();
    }
  }
}

async function runNpmCi() {
  const startedAt = Date.now();
  console.log('Installing the npm packages (the first time only; about 1 GB on disk, half a minute to some minutes) …');
  const npm = process.env.npm_execpath?.endsWith('npm-cli.js') ? [process.execPath, process.env.npm_execpath] : ['npm'];
  const [command = 'npm', ...prefix] = npm;
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--include=dev', '--include=optional', '--loglevel=error'];
  const child = spawn(command, [...prefix, 'ci', ...flags], { cwd: PROJECT, stdio: 'inherit' });
  const result = await outcome(child);
  if (result.failure) refuse(`npm cannot be run (${result.failure.message}). Install Node 24 with npm from https://nodejs.org.`);
  if (result.signal) process.exit(130);
  if (result.code !== 0) {
    refuse(
      'npm could not install the packages; its own words stand above. Usual causes: no network or a proxy (npm config set proxy …), ' +
        `a full disk, or a node_modules that belongs to another user. Then run the same command again.`,
    );
  }
  console.log(`Installed in ${Math.round((Date.now() - startedAt) / 1000)} s.`);
}

/** The Node that runs the product: this one when it is new enough, else the one that npm brought. */
function productNode() {
  if (majorAndMinor(process.version)[0] >= PRODUCT_MAJOR) return process.execPath;
  const bundled = join(PROJECT, 'node_modules', '.bin', 'node');
  const { stdout } = spawnSync(bundled, ['--version'], { encoding: 'utf8' });
  if (stdout && majorAndMinor(stdout)[0] >= PRODUCT_MAJOR) return bundled;
  return refuse(
    `Steno runs on Node ${PRODUCT_MAJOR}; this is ${process.version}, and npm has no Node ${PRODUCT_MAJOR} that runs on this system ` +
      `(${process.platform} ${process.arch}). Install Node ${PRODUCT_MAJOR}: https://nodejs.org${process.platform === 'darwin' ? ', or: brew install node@24' : ''}.`,
  );
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null, failure?: Error }>}
 */
function outcome(child) {
  return new Promise((resolve) => {
    child.once('error', (failure) => resolve({ code: null, signal: null, failure }));
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}

/** A SIGTERM to npm ends npm and its shell without reaching us; then nobody would end what we started. @param {() => void} act */
function whenParentEnds(act) {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    act();
  }, 300);
  watch.unref();
}

/** @param {string} command @param {string[]} rest */
async function run(command, rest) {
  const main = join(PROJECT, 'tools', command, 'main.ts');
  if (!/^[a-z-]+$/.test(command) || !existsSync(main))
    refuse(`There is no command "${command}". See the scripts in package.json.`);
  // The channel tells the command that its launcher is gone, even when it was killed.
  const child = spawn(productNode(), ['--disable-warning=ExperimentalWarning', main, ...rest], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  if (process.env.npm_lifecycle_event) whenParentEnds(() => child.kill('SIGTERM'));
  const { code, signal, failure } = await outcome(child);
  if (failure) refuse(`Node cannot be run: ${failure.message}.`);
  if (signal) {
    for (const name of signals) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  }
  process.exitCode = code ?? 1;
}

refuseOldNode();
if (process.platform === 'win32')
  refuse('On Windows, run Steno inside WSL (wsl --install): it needs ffmpeg, signals and private files.');
await install();
const [command = '', ...rest] = process.argv.slice(2);
await run(command, rest);
