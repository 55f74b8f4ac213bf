import { execFile, spawnSync } from 'node:child_process';

/** How a program ended. */
export interface ProgramRun {
  /** Null when it was killed. */
  code: number | null;
  stdout: string;
}

/** A chunk's words are a few kilobytes; megabytes are a program gone wild. */
const MAX_OUTPUT_BYTES = 4_000_000;

/** On Linux, lets the kernel end the program with this process, even when that is killed: a model run fills every core. */
const ENDS_WITH_US = ['setpriv', '--pdeathsig', 'KILL', '--'];
const canEndWithUs = process.platform === 'linux' && spawnSync('setpriv', ['--pdeathsig', 'KILL', '--', 'true']).status === 0;

/**
 * Runs a program without a shell and without our environment: it needs no keys.
 * @param signal aborting it kills the program
 * @throws the signal's AbortError, or the error of starting it
 */
export function runProgram(path: string, args: readonly string[], signal: AbortSignal): Promise<ProgramRun> {
  const { promise, resolve, reject } = Promise.withResolvers<ProgramRun>();
  const options = { signal, killSignal: 'SIGKILL', maxBuffer: MAX_OUTPUT_BYTES, encoding: 'utf8', env: {} } as const;
  const [file = path, ...rest] = canEndWithUs ? [...ENDS_WITH_US, path, ...args] : [path, ...args];
  execFile(file, rest, options, (error, stdout) => {
    if (error === null) resolve({ code: 0, stdout });
    else if (typeof error.code === 'number') resolve({ code: error.code, stdout });
    else if (error.killed !== true && error.signal !== null && error.signal !== undefined) resolve({ code: null, stdout });
    else reject(error);
  });
  return promise;
}
