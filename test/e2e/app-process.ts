import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { diesWithParent, PROJECT } from './launcher.js';

const LINES_OF_LOG = 10;
const CHARACTERS_OF_LINE = 600;
/** As in the images (docker/*.Dockerfile). */
const FLAGS = ['--max-semi-space-size=16'];

/** How a process ended. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Seconds from the signal that was sent last. */
  seconds: number;
}

/** Variables of this process, where they are set: programs are found by the first, and Node by the second compiles each file once. */
function pick(...names: string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
}

/** A built script as a process of its own that writes to a log file. */
export class AppProcess {
  private readonly child: ChildProcess;
  private readonly ended: Promise<unknown>;
  private signalledAt = performance.now();
  /** How many files and sockets it had open when it had just started. */
  openFilesAtFirst = Infinity;

  /**
   * @param script path of the built main file, from the project's folder
   * @param log file for its output
   * @param env its whole environment besides PATH and NODE_COMPILE_CACHE
   * @param args what follows the script's name
   */
  constructor(
    readonly script: string,
    readonly log: string,
    env: Record<string, string>,
    args: readonly string[] = [],
  ) {
    const output = openSync(log, 'w');
    const [command = '', ...rest] = [...diesWithParent('TERM'), process.execPath, ...FLAGS, join(PROJECT, script), ...args];
    this.child = spawn(command, rest, {
      cwd: PROJECT,
      env: { ...pick('PATH', 'NODE_COMPILE_CACHE'), ...env },
      stdio: ['ignore', output, output],
      detached: true,
    });
    closeSync(output);
    this.ended = once(this.child, 'exit');
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error(`${this.script} could not be run.`);
    return this.child.pid;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Signals the process alone, as an operator or the kernel would; its children are its own affair. */
  signal(signal: NodeJS.Signals): void {
    this.signalledAt = performance.now();
    this.child.kill(signal);
  }

  /** Waits for its end. */
  async exit(): Promise<Exit> {
    await this.ended;
    return {
      code: this.child.exitCode,
      signal: this.child.signalCode,
      seconds: (performance.now() - this.signalledAt) / 1_000,
    };
  }

  /** Ends it and whatever it started. */
  async destroy(): Promise<void> {
    if (!this.isRunning) return;
    process.kill(-this.pid, 'SIGKILL');
    await this.ended;
  }

  /** Files and sockets it has open; 0 where the system does not tell. */
  openFiles(): number {
    const directory = `/proc/${this.pid}/fd`;
    return existsSync(directory) ? readdirSync(directory).length : 0;
  }

  /** Its own child processes, dead ones that nobody waited for included, as their ids; none where the system does not tell. */
  children(): string[] {
    const list = `/proc/${this.pid}/task/${this.pid}/children`;
    return existsSync(list) ? readFileSync(list, 'utf8').split(' ').filter(Boolean) : [];
  }

  /** Megabytes of memory: what it has now, and the most it ever had; 0 where the system does not tell. */
  memory(): { now: number; peak: number } {
    const file = `/proc/${this.pid}/status`;
    const status = existsSync(file) ? readFileSync(file, 'utf8') : '';
    const of = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) / 1_000;
    return { now: of('VmRSS'), peak: of('VmHWM') };
  }

  /** What it has written. */
  output(): string {
    return readFileSync(this.log, 'utf8');
  }

  /** The lines of its log, as written by the product. */
  lines(): Record<string, unknown>[] {
    return this.output()
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /**
   * Waits until its log holds a line with this message.
   * @throws Error with the end of the log when it ends before or takes longer than a minute
   */
  async said(message: string): Promise<Record<string, unknown>> {
    for (const deadline = performance.now() + 60_000; performance.now() < deadline && this.isRunning; await sleep(25)) {
      const line = this.lines().find((candidate) => candidate.message === message);
      if (line === undefined) continue;
      this.openFilesAtFirst = Math.min(this.openFilesAtFirst, this.openFiles());
      return line;
    }
    throw new Error(`${this.script} did not say "${message}". ${this.tail()}`);
  }

  /** The end of its log without the requests that went well, for the message of a failure. */
  tail(): string {
    const lines = this.output()
      .trim()
      .split('\n')
      .filter((line) => !/"message":"Request served"|"level":"debug"/.test(line))
      .map((line) => line.slice(0, CHARACTERS_OF_LINE));
    return `The end of ${this.log}:\n${lines.slice(-LINES_OF_LOG).join('\n')}`;
  }
}
