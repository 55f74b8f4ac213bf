import type { FieldError } from '../field-error.js';
import { STATUS_OF_KIND } from '../kinds.js';
import type { ProblemDto } from './problem.dto.js';

/** The Content-Type of every error (RFC 9457). */
export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/**
 * The body that tells a caller of an error.
 * @param url what was asked for; its query is left out, for it may hold secrets
 */
export function problemOf(error: FieldError, url: string, requestId: string): ProblemDto {
  return {
    type: `/problems/${error.code}`,
    title: error.title,
    status: STATUS_OF_KIND[error.kind],
    detail: error.message,
    instance: url.split('?', 1)[0] ?? url,
    code: error.code,
    requestId,
    ...(error.violations === undefined ? {} : { errors: error.violations }),
    ...error.members,
  };
}
