import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, constants, realpath } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { Config, searchPath } from '#config';
import { Log } from '#observability';
import { FieldError, messageOf } from '#errors';
import { type Cage, type CageLimits, caged, findWrappers } from './cage.js';
import { mediaErrors } from './media.errors.js';

/** How much of what a program says on stderr is kept: its end. */
const STDERR_BYTES = 4096;

/** One run of an outside program. */
export interface ProgramRun {
  /** Absolute path; `ProgramRunner.find` gives it. */
  program: string;
  args: readonly string[];
  /** Absolute paths the program may read besides /usr. Nothing else of the machine's files is visible in the sandbox. */
  readable?: readonly string[];
  limits?: CageLimits;
  /** Milliseconds until it is killed: of the whole run for `collect`, of waiting for output for `start`. */
  timeoutMs: number;
  /** Kills the program; the call rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Given to the program on stdin; without it stdin is empty. */
  input?: Uint8Array;
}

/** How a program ended. */
export interface ProgramOutcome {
  /** Exit code, or null when a signal ended it. */
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The last 4 KB it said on stderr. */
  stderr: string;
  timedOut: boolean;
}

/** A program under way whose stdout is read as it comes. */
export interface RunningProgram {
  pid: number;
  /** Its stdout. The program waits while nobody reads. Ends early when the program is killed: look at the outcome afterwards. */
  output: AsyncIterable<Buffer>;
  /** Kills it with everything it started. */
  kill(): void;
  /** Resolves once it is gone; rejects with the reason of `ProgramRun.signal` when that was aborted. */
  outcome: Promise<ProgramOutcome>;
}

/** How long the trial of the sandbox may take, and when it is made anew after it failed. */
const TRIAL_MS = 10_000;
const TRY_AGAIN_MS = 600_000;

/**
 * The one way to run an outside program: no shell, no environment of ours, limits on memory, CPU time and files, a sandbox without network
 * where bubblewrap works, a process group of its own that is killed as a whole, and never outliving this process.
 */
@Injectable()
export class ProgramRunner {
  private cage?: Promise<Cage>;

  constructor(
    private readonly config: Config,
    private readonly log: Log,
  ) {}

  /**
   * Looks for a program as the shell would.
   * @param name name or path
   * @returns its real absolute path, or undefined when there is none
   */
  async find(name: string): Promise<string | undefined> {
    const candidates = name.includes('/') ? [resolve(name)] : searchPath().map((folder) => join(folder, name));
    for (const candidate of candidates) {
      if (await isExecutable(candidate)) return candidate;
    }
    return undefined;
  }

  /**
   * Runs a program to its end and collects what it says.
   * @param run what to run
   * @param maxStdoutBytes more than this on stdout kills it (outcome: SIGKILL)
   */
  async collect(run: ProgramRun, maxStdoutBytes = 1_000_000): Promise<ProgramOutcome & { stdout: Buffer }> {
    const program = await this.launch(run);
    const overdue = setTimeout(() => program.expire(), run.timeoutMs);
    try {
      const blocks: Buffer[] = [];
      let bytes = 0;
      for await (const block of program.stdout as AsyncIterable<Buffer>) {
        bytes += block.length;
        if (bytes > maxStdoutBytes) program.kill();
        else blocks.push(block);
      }
      return { ...(await program.outcome), stdout: Buffer.concat(blocks) };
    } finally {
      clearTimeout(overdue);
    }
  }

  /** Starts a program whose stdout is read as it comes; `run.timeoutMs` counts only while the reader waits for output. */
  async start(run: ProgramRun): Promise<RunningProgram> {
    const program = await this.launch(run);
    const kill = (): void => {
      program.kill();
      program.stdout.destroy(); // what nobody reads any more would keep it from closing
    };
    return { pid: program.pid, output: patiently(program, run.timeoutMs), kill, outcome: program.outcome };
  }

  private async launch(run: ProgramRun): Promise<LaunchedProgram> {
    run.signal?.throwIfAborted();
    this.cage ??= this.openCage(run.program).catch((error: unknown) => {
      this.cage = undefined; // Tried anew next time: what was wrong may pass.
      throw error;
    });
    const command = caged(await this.cage, {
      program: run.program,
      // A program behind a link may need what lies beside the real one.
      programTarget: await realpath(run.program),
      args: run.args,
      readable: run.readable ?? [],
      limits: run.limits ?? {},
    });
    run.signal?.throwIfAborted();
    const program = new LaunchedProgram(command, run);
    await program.started;
    return program;
  }

  /** Tries the sandbox once with a program that does nothing, because whether it works depends on the kernel and on the container around us. */
  private async openCage(program: string): Promise<Cage> {
    const wrappers = await findWrappers((name) => this.find(name));
    const plain: Cage = { ...wrappers, bwrap: undefined };
    const mode = this.config.ffmpeg.sandbox;
    if (mode === 'off') return plain;
    const problem = wrappers.bwrap === undefined ? 'it is not installed' : await this.trySandbox(wrappers, program);
    if (problem === undefined) return wrappers;
    if (mode === 'auto') return this.goWithout(plain, problem);
    throw new FieldError(
      mediaErrors.sandbox_unavailable,
      `FFMPEG_SANDBOX=required, but bubblewrap does not work on the server: ${problem}. ` +
        'Install it (apt-get install -y bubblewrap) and allow user namespaces, or set FFMPEG_SANDBOX=auto.',
    );
  }

  /** For a while only: one passing trouble must not leave every later recording uncaged. */
  private goWithout(plain: Cage, problem: string): Cage {
    this.log.warn('Recordings are decoded without the sandbox', {
      problem,
      advice: 'Allow user namespaces, or set FFMPEG_SANDBOX=off.',
    });
    setTimeout(() => (this.cage = undefined), TRY_AGAIN_MS).unref();
    return plain;
  }

  /** @returns why the sandbox does not work, or undefined when it does */
  private async trySandbox(cage: Cage, program: string): Promise<string | undefined> {
    const run = { program, args: ['-version'], readable: [], limits: {} };
    const command = caged(cage, { ...run, programTarget: await realpath(program) });
    try {
      const trial = new LaunchedProgram(command, { ...run, timeoutMs: TRIAL_MS });
      await trial.started;
      trial.stdout.resume();
      const { code, stderr } = await trial.outcome;
      // 126 and 127 come from the wrappers when the program could not be run; other codes are the program's own.
      return code === null || /^bwrap: /.test(stderr) || code >= 126 ? stderr.trim() || `exit code ${code}` : undefined;
    } catch (error) {
      return messageOf(error);
    }
  }
}

/** A spawned program, its group and its end. */
class LaunchedProgram {
  readonly pid: number;
  readonly stdout: Readable;
  readonly started: Promise<unknown>;
  readonly outcome: Promise<ProgramOutcome>;
  private readonly child: ChildProcess;
  private timedOut = false;
  private gone = false;

  constructor(command: { file: string; args: string[] }, run: ProgramRun) {
    const child = spawn(command.file, command.args, {
      detached: true, // a process group of its own, so that the whole of it can be killed
      stdio: [run.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      // Ours holds secrets.
      env: { PATH: searchPath().join(':'), LANG: 'C.UTF-8' },
    });
    if (child.stdout === null || child.stderr === null) throw new Error('the program was started without pipes');
    this.child = child;
    this.pid = child.pid ?? 0;
    this.stdout = child.stdout;
    this.started = once(child, 'spawn');
    this.outcome = this.ending(child.stderr, run.signal);
    // Who reads the output looks at the outcome only afterwards; until then a rejection has a listener here.
    this.outcome.catch(() => undefined);
    // A program that ends before it has read its input (EPIPE) tells why by its exit code.
    child.stdin?.on('error', () => undefined).end(run.input);
  }

  kill(): void {
    if (this.gone || this.pid === 0) return;
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }

  /** Kills it because its time is over. */
  expire(): void {
    this.timedOut = true;
    this.kill();
  }

  private async ending(stderr: Readable, signal: AbortSignal | undefined): Promise<ProgramOutcome> {
    let said = Buffer.alloc(0);
    stderr.on('data', (block: Buffer) => (said = Buffer.concat([said, block]).subarray(-STDERR_BYTES)));
    const abort = (): void => this.kill();
    signal?.addEventListener('abort', abort, { once: true });
    try {
      const [code, killedBy] = (await once(this.child, 'close')) as [number | null, NodeJS.Signals | null];
      signal?.throwIfAborted();
      return { code, signal: killedBy, stderr: said.toString('utf8'), timedOut: this.timedOut };
    } finally {
      this.gone = true;
      signal?.removeEventListener('abort', abort);
    }
  }
}

/** A program's stdout; kills the program when none comes for so long while the reader is waiting. */
async function* patiently(program: LaunchedProgram, timeoutMs: number): AsyncGenerator<Buffer> {
  const blocks = (program.stdout as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  for (;;) {
    const overdue = setTimeout(() => program.expire(), timeoutMs);
    const next = await blocks.next().finally(() => clearTimeout(overdue));
    if (next.done === true) return;
    yield next.value;
  }
}

async function isExecutable(path: string): Promise<boolean> {
  if (!isAbsolute(path)) return false;
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
