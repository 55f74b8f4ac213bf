import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, renameSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { diesWithParent } from '../embedded/account.ts';
import { PROJECT } from '../project.ts';
import { Refusal } from '../refusal.ts';

/** Both apps hand back their work when asked to end; this is how long they may take. */
const GRACE_MS = 30_000;
const LINES_OF_LOG = 15;
/** As in the images (docker/*.Dockerfile); decision 29 says why. */
const APP_FLAGS = ['--enable-source-maps', '--max-semi-space-size=16'];

/** One of the two apps, running as a process of its own that writes to a log file. */
export class Service {
  readonly ended: Promise<void>;
  private readonly child: ChildProcess;
  private readonly name: string;
  private readonly log: string;
  private stopping = false;

  /**
   * @param name as the person reads it
   * @param script path of the built main file, from the project's folder
   * @param log file for its output; the one of the last start is kept beside as `.1`
   */
  constructor(name: string, script: string, log: string, env: NodeJS.ProcessEnv) {
    this.name = name;
    this.log = log;
    const output = openLog(log);
    const [command = '', ...rest] = [...diesWithParent('TERM'), process.execPath, ...APP_FLAGS, script];
    // Its own process group: Ctrl-C in the terminal reaches the launcher only, which ends things in order.
    this.child = spawn(command, rest, { cwd: PROJECT, env, stdio: ['ignore', output, output], detached: true });
    closeSync(output);
    this.ended = once(this.child, 'exit').then(() => undefined);
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error(`The ${this.name} was not started.`);
    return this.child.pid;
  }

  /** Never settles well: rejects when the process ends although nobody asked it to. */
  async failure(): Promise<never> {
    await this.ended;
    if (this.stopping) return new Promise<never>(() => undefined);
    const how = this.child.signalCode ? `was killed (${this.child.signalCode})` : `ended with code ${this.child.exitCode}`;
    throw new Refusal(`The ${this.name} ${how}. The end of its log (${this.log}):\n${tail(this.log)}`);
  }

  /** Asks it to end, and kills it when it has not after 30 s. Returns when it is gone. */
  async stop(): Promise<void> {
    this.stopping = true;
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGTERM');
    const patience = new AbortController();
    const late = sleep(GRACE_MS, 'late', { signal: patience.signal }).catch(() => undefined);
    if ((await Promise.race([this.ended, late])) === 'late') this.kill();
    patience.abort();
    await this.ended;
  }

  /** Ends the process and its children at once. */
  kill(): void {
    this.stopping = true;
    if (this.child.pid !== undefined && this.child.exitCode === null && this.child.signalCode === null) {
      process.kill(-this.child.pid, 'SIGKILL');
    }
  }
}

/**
 * Runs a built script to its end.
 * @throws Refusal with the end of its output when it fails
 */
export async function runScript(script: string, log: string, env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<void> {
  const output = openLog(log);
  const child = spawn(process.execPath, ['--enable-source-maps', script], {
    cwd: PROJECT,
    env,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  const stop = () => child.kill();
  signal.addEventListener('abort', stop);
  await once(child, 'exit');
  signal.removeEventListener('abort', stop);
  signal.throwIfAborted();
  if (child.exitCode !== 0) throw new Refusal(`${script} failed. The end of its log (${log}):\n${tail(log)}`);
}

function openLog(log: string): number {
  if (existsSync(log)) renameSync(log, `${log}.1`);
  return openSync(log, 'w', 0o600);
}

function tail(log: string): string {
  return readFileSync(log, 'utf8').trim().split('\n').slice(-LINES_OF_LOG).join('\n');
}
