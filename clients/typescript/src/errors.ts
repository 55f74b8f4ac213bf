import type { PROBLEM_CODES } from './generated/facts.ts';
import type { Problem, Transcription, Upload } from './models.ts';

/** The codes the API describes. A newer server may answer with others. */
export type ProblemCode = (typeof PROBLEM_CODES)[number];

/** Whatever goes wrong in this client is one of its kinds below. */
export class StenoError extends Error {
  /** The key under which the request was sent: sent again with it within 24 hours, it takes effect no second time. */
  idempotencyKey: string | undefined;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The server answered, and not with what was asked for. */
export class ApiError extends StenoError {
  /** The HTTP status. */
  readonly status: number;
  /** Stable; branch on this. `unknown` when something on the way answered in place of the server. */
  readonly code: ProblemCode | 'unknown' | (string & {});
  /** Give it to whoever runs the server; it stands in the logs. */
  readonly requestId: string | undefined;
  /** The wrong fields, when the code is `validation_failed`. */
  readonly violations: NonNullable<Problem['errors']>;
  /** Seconds after which it makes sense to try again, when the server said so. */
  readonly retryAfterSeconds: number | undefined;
  /** The whole problem document. */
  readonly problem: Partial<Problem> & Record<string, unknown>;

  constructor(status: number, problem: Partial<Problem> & Record<string, unknown>, retryAfterSeconds?: number) {
    super(problem.detail ?? `The server answered with the status ${status}.`);
    this.status = status;
    this.code = problem.code ?? 'unknown';
    this.requestId = problem.requestId;
    this.violations = problem.errors ?? [];
    this.retryAfterSeconds = retryAfterSeconds;
    this.problem = problem;
  }
}

/** No answer came, or only a part of one. */
export class ConnectionError extends StenoError {
  /** Whether the time given for one request ran out. */
  readonly timedOut: boolean;

  constructor(message: string, { timedOut = false, cause }: { timedOut?: boolean; cause?: unknown } = {}) {
    super(message, { cause });
    this.timedOut = timedOut;
  }
}

/** Why nobody waits for a transcription any more. */
export type WaitEnd = 'timeout' | 'aborted' | 'failure';

/** The waiting ended before the transcription did. The transcription goes on; wait for it again by its id. */
export class UnfinishedError extends StenoError {
  /** Of the transcription. */
  readonly id: string;
  readonly reason: WaitEnd;

  constructor(id: string, reason: WaitEnd, cause: unknown) {
    const why = {
      timeout: 'was not finished in the time it was given',
      aborted: 'is no longer waited for',
      failure: `cannot be followed (${cause instanceof Error ? cause.message : String(cause)})`,
    }[reason];
    super(`The transcription ${id} ${why}. It goes on; wait for it again with transcriptions.wait('${id}').`, { cause });
    this.id = id;
    this.reason = reason;
  }
}

/** The transcription ended without a transcript: it failed or was cancelled. */
export class TranscriptionFailedError extends StenoError {
  readonly id: string;
  readonly transcription: Transcription;

  constructor(transcription: Transcription) {
    const { id, status, error } = transcription;
    super(error === null ? `The transcription ${id} was ${status}.` : `The transcription ${id} failed: ${error.detail}`);
    this.id = id;
    this.transcription = transcription;
  }
}

/** The server could not fetch a recording. */
export class ImportFailedError extends StenoError {
  readonly upload: Upload;

  constructor(upload: Upload) {
    super(upload.error?.detail ?? `The import ${upload.id} ended without a recording (${upload.status}).`);
    this.upload = upload;
  }
}

/** What was stored, or is to be gone on with, is not the file that was given. */
export class ChecksumError extends StenoError {}

/** A webhook whose signature, time or form is not good. Answer 400 and do nothing. */
export class WebhookError extends StenoError {}
