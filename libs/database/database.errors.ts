import { defineErrors, FieldError } from '#errors';

export const databaseErrors = defineErrors({
  database_unavailable: {
    kind: 'unavailable',
    title: 'The database does not answer',
    example: 'The database does not answer right now. Look whether your change was made before you try again in 2 seconds.',
  },
});

/**
 * SQLSTATE classes and driver codes that mean "not now" and not "never": connection exceptions (08), resources (53), operator
 * intervention (57, e.g. a restart), serialization and deadlock (40). https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const PASSING_SQLSTATE = /^(08|40|53|57P)/;
const PASSING_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'ENOENT', 'EAI_AGAIN']);
/** node-postgres reports these without a code; the last is Postgres', when a migration changed what a prepared statement gives. */
const PASSING_MESSAGES =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|connection is closed|cached plan must not change result type/i;

/** TypeORM lets go of a connection that broke in the middle of a transaction; what follows in it finds none. */
const LOST_CONNECTION = 'QueryRunnerAlreadyReleasedError';

/** Whether the database, not the statement, was at fault: the same work may succeed later. */
export function isPassingDatabaseFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  return (
    PASSING_SQLSTATE.test(code) ||
    PASSING_CODES.has(code) ||
    PASSING_MESSAGES.test(error.message) ||
    error.name === LOST_CONNECTION
  );
}

/** Whether the error is a violated unique constraint of that name. */
export function isUniqueViolation(error: unknown, constraint: string): boolean {
  return isViolation(error, '23505', constraint);
}

/** Whether the error is a violated foreign key of that name: the row referred to is gone. */
export function isForeignKeyViolation(error: unknown, constraint: string): boolean {
  return isViolation(error, '23503', constraint);
}

function isViolation(error: unknown, code: string, constraint: string): boolean {
  return error instanceof Error && codeOf(error) === code && 'constraint' in error && error.constraint === constraint;
}

/** TypeORM copies the driver's members onto its own error, so one look is enough. */
function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Whether the error says that the database is away for now, translated or not. */
export function isDatabaseUnavailable(error: unknown): boolean {
  return error instanceof FieldError ? error.code === databaseErrors.database_unavailable.code : isPassingDatabaseFailure(error);
}

/** Whether a statement was ended because it took too long (`query_canceled`): as a rule, because it waited for what others hold. */
export function isStatementTimeout(error: unknown): boolean {
  return error instanceof Error && codeOf(error) === '57014';
}

/** Whether a statement gave up waiting for a table or row that others hold (`lock_not_available`). */
export function isLockTimeout(error: unknown): boolean {
  return error instanceof Error && codeOf(error) === '55P03';
}

/** Turns a passing failure into the error that callers and jobs understand; anything else stays as it is. */
export function translateDatabaseError(error: unknown): unknown {
  if (error instanceof FieldError || !isPassingDatabaseFailure(error)) return error;
  return new FieldError(databaseErrors.database_unavailable, databaseErrors.database_unavailable.example, {
    cause: error,
    retryAfterSeconds: 2,
  });
}
