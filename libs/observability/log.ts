import { Injectable, type LoggerService } from '@nestjs/common';
import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import { currentContext } from './request-context.js';

/** Members that never reach a log line, wherever they turn up, also one or two levels deep. */
const SECRET_MEMBERS = new Set([
  'authorization',
  'cookie',
  'set-cookie',
  'x-api-key',
  'password',
  'token',
  'accessToken',
  'refreshToken',
  'apiKey',
  'secret',
  'key',
  'credentials',
  'prompt',
  'text',
  'transcript',
]);
const LEVELS_BELOW = 2;
/** For how long, and how much, lines wait for others; a process that is killed takes no more with it. */
const HELD_MS = 10;
const HELD_BYTES = 8_192;

export interface LogOptions {
  /** `api` or `transcription-worker`; stands in every line as `app`. */
  app: string;
  level: string;
  /** Where lines go; standard output when not given. */
  destination?: DestinationStream;
}

type Fields = Record<string, unknown>;

/** Hears of what is logged as an error. */
export interface ErrorReports {
  report(message: string, error: unknown): void;
  /** Waits for what is on its way; nothing is reported after. */
  flush(): Promise<void>;
}

/** The structured log: one JSON object a line, with the request's or job's ids added. */
@Injectable()
export class Log implements LoggerService {
  /** Which app writes. */
  readonly app: string;
  private readonly pino: Logger;
  private reports?: ErrorReports;

  constructor(options: LogOptions) {
    this.app = options.app;
    this.pino = pino(
      {
        level: options.level,
        base: { app: options.app, pid: process.pid },
        messageKey: 'message',
        timestamp: stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }), log: (fields) => withoutSecrets(fields) },
        mixin: contextFields,
      },
      options.destination ?? standardOutput(),
    );
  }

  /** Something an operator wants to see in normal times. */
  info(message: string, fields: Fields = {}): void {
    this.pino.info(fields, message);
  }

  /** Something that was coped with but should not become a habit. */
  warn(message: unknown, fields: unknown = {}): void {
    this.pino.warn(fieldsOf(fields), String(message));
  }

  /** Something that failed; put the cause in `fields.error`. */
  error(message: unknown, fields: unknown = {}): void {
    this.pino.error(fieldsOf(fields), String(message));
    this.reports?.report(String(message), errorIn(fields));
  }

  /** From now on `reports` hears of each error, besides. */
  reportTo(reports: ErrorReports): void {
    this.reports = reports;
  }

  /** Waits until who hears of errors has heard of all. */
  async flushReports(): Promise<void> {
    await this.reports?.flush();
  }

  /** Detail for developers. */
  debug(message: unknown, fields: unknown = {}): void {
    this.pino.debug(fieldsOf(fields), String(message));
  }

  /** Nest's own lines: chatter at debug level. */
  log(message: unknown, fields: unknown = {}): void {
    this.pino.debug(fieldsOf(fields), String(message));
  }

  /** Nest's own fatal lines. */
  fatal(message: unknown, fields: unknown = {}): void {
    this.pino.fatal(fieldsOf(fields), String(message));
  }
}

/** Standard output, in few writes: what is logged within a moment goes out together, also when the process ends in between. */
function standardOutput(): DestinationStream {
  const output = pino.destination({ sync: false, minLength: HELD_BYTES });
  let waiting: NodeJS.Timeout | undefined;
  const flush = (): void => {
    waiting = undefined;
    output.flush();
  };
  return {
    write(line) {
      output.write(line);
      waiting ??= setTimeout(flush, HELD_MS).unref();
    },
  };
}

/** Ids alone: a client's address and device are personal, and the record of sign-ins has them. */
function contextFields(): Fields {
  const { requestId, workspaceId, userId, job } = currentContext() ?? {};
  return { requestId, workspaceId, userId, job };
}

/** Pino's own redaction looks for every name in every member of every line: a twentieth of what a request costs. */
function withoutSecrets(fields: Fields, levelsBelow = LEVELS_BELOW): Fields {
  const clean: Fields = {};
  for (const name of Object.keys(fields)) {
    clean[name] = SECRET_MEMBERS.has(name) ? '[redacted]' : withoutSecretsBelow(fields[name], levelsBelow);
  }
  return clean;
}

function withoutSecretsBelow(value: unknown, levelsBelow: number): unknown {
  // What has a JSON form of its own (a date, a URL) has no members to look at.
  if (typeof value !== 'object' || value === null || levelsBelow === 0 || 'toJSON' in value) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => withoutSecretsBelow(item, levelsBelow - 1));
  return withoutSecrets(value as Fields, levelsBelow - 1);
}

/** Nest passes its context's name or a stack where we pass fields. Errors become their name, message, code and stack. */
function fieldsOf(given: unknown): Fields {
  if (typeof given === 'string') return { context: given };
  if (typeof given !== 'object' || given === null) return {};
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => [key, value instanceof Error ? describeError(value) : value]),
  );
}

function errorIn(fields: unknown): unknown {
  return typeof fields === 'object' && fields !== null && 'error' in fields ? fields.error : undefined;
}

function describeError(error: Error): Fields {
  const code = 'code' in error ? { code: error.code } : {};
  const cause = error.cause instanceof Error ? { cause: describeError(error.cause) } : {};
  return { name: error.name, message: error.message, ...code, stack: error.stack, ...cause };
}
