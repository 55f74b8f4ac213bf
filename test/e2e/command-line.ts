import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { PROJECT } from './launcher.js';

const STENO = join(PROJECT, 'clients', 'cli', 'src', 'bin.ts');

/** How a command ended. */
export interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** The command line of one person: with their own home. */
export class CommandLine {
  constructor(
    readonly home: string,
    readonly env: Record<string, string> = {},
  ) {
    mkdirSync(home, { recursive: true });
  }

  /** Runs a command to its end. @param input what stands on stdin */
  async run(args: string[], input = ''): Promise<Ended> {
    const command = this.start(args);
    command.child.stdin?.end(input);
    return command.ended;
  }

  start(args: string[]): RunningCommand {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', STENO, ...args], {
      cwd: this.home,
      env: { PATH: process.env.PATH, HOME: this.home, ...this.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    return new RunningCommand(child);
  }
}

/** A command that runs. */
export class RunningCommand {
  readonly ended: Promise<Ended>;
  private said = '';

  constructor(readonly child: ChildProcess) {
    child.stderr?.on('data', (piece) => (this.said += String(piece)));
    child.stdout?.on('data', (piece) => (this.said += String(piece)));
    this.ended = this.outcome();
  }

  /** Waits until it has said something, on stdout or stderr. */
  async says(pattern: RegExp, seconds = 30): Promise<string> {
    for (const deadline = performance.now() + seconds * 1_000; performance.now() < deadline; await sleep(20)) {
      const found = pattern.exec(this.said);
      if (found !== null) return found[1] ?? found[0];
    }
    throw new Error(`The command did not say ${String(pattern)}, but:\n${this.said}`);
  }

  private async outcome(): Promise<Ended> {
    const { child } = this;
    if (child.stdout === null || child.stderr === null) throw new Error('The command was started without pipes.');
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    return { code: child.exitCode, out, err };
  }
}
