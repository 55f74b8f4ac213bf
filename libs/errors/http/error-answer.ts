import type { FieldError } from '../field-error.js';
import { isInVain, isOpenAiPath, openAiErrorOf, openAiStatusOf } from './openai-error.js';
import { PROBLEM_TYPE, problemOf } from './problem.js';

/** An error as it is answered, but for the request's id, which is a header of every answer. */
export interface ErrorAnswer {
  status: number;
  headers: Record<string, string>;
  body: object;
}

/**
 * Writes an error in the form that callers of a path read: OpenAI's below /v1, problem+json everywhere else.
 * @param url what was asked for
 */
export function errorAnswer(error: FieldError, url: string, requestId: string): ErrorAnswer {
  const { retryAfterSeconds } = error;
  const wait: Record<string, string> = {};
  if (retryAfterSeconds !== undefined) wait['retry-after'] = String(Math.ceil(retryAfterSeconds));
  if (!isOpenAiPath(url)) {
    const problem = problemOf(error, url, requestId);
    return { status: problem.status, headers: { 'content-type': PROBLEM_TYPE, ...wait }, body: problem };
  }
  return {
    status: openAiStatusOf(error.kind),
    headers: {
      'content-type': 'application/json; charset=utf-8',
      ...wait,
      ...(isInVain(error) ? { 'x-should-retry': 'false' } : {}),
    },
    body: openAiErrorOf(error),
  };
}
