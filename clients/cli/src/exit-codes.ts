import { ApiError, ConnectionError, ImportFailedError, TranscriptionFailedError, UnfinishedError } from './client.ts';

/** How a command ends, for scripts. A code keeps its meaning. */
export const EXIT = {
  ok: 0,
  /** Something nobody thought of, or several things failed each in its own way. */
  failure: 1,
  /** The command cannot be understood, or names a file that is not there. */
  usage: 2,
  /** Not signed in, or not allowed. */
  access: 3,
  notFound: 4,
  /** The recording or the order was refused, or the transcription failed or was cancelled. */
  refused: 5,
  /** A quota or a rate limit. */
  limit: 6,
  /** The server cannot be reached or has a fault. */
  unavailable: 7,
  /** It is not finished yet, and goes on. */
  unfinished: 8,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What the person at the keyboard can mend; printed as it stands. */
export class Refusal extends Error {
  readonly exitCode: ExitCode;

  constructor(sentence: string, exitCode: ExitCode = EXIT.usage) {
    super(sentence);
    this.exitCode = exitCode;
  }
}

export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof Refusal) return error.exitCode;
  if (isAbort(error)) return EXIT.interrupted;
  if (error instanceof ApiError) return exitCodeOfStatus(error.status);
  if (error instanceof ConnectionError) return EXIT.unavailable;
  if (error instanceof TranscriptionFailedError || error instanceof ImportFailedError) return EXIT.refused;
  if (error instanceof UnfinishedError) return exitCodeOfWait(error);
  return EXIT.failure;
}

function isAbort(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'name' in error && error.name === 'AbortError';
}

function exitCodeOfStatus(status: number): ExitCode {
  if (status === 401 || status === 403) return EXIT.access;
  if (status === 404) return EXIT.notFound;
  if (status === 429) return EXIT.limit;
  return status >= 500 ? EXIT.unavailable : EXIT.refused;
}

function exitCodeOfWait({ reason, cause }: UnfinishedError): ExitCode {
  switch (reason) {
    case 'aborted':
      return EXIT.interrupted;
    case 'timeout':
      return EXIT.unfinished;
    case 'failure':
      return exitCodeOf(cause);
  }
}

/** One code for many: theirs when all failures are of one kind. */
export function exitCodeOfAll(errors: readonly unknown[]): ExitCode {
  const codes = [...new Set(errors.map(exitCodeOf))];
  if (codes.includes(EXIT.interrupted)) return EXIT.interrupted;
  return codes.length > 1 ? EXIT.failure : (codes[0] ?? EXIT.ok);
}
