import type { FieldError } from '../field-error.js';
import { isOpenAiPath, openAiAnswerOf } from './openai-error.js';
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
  const answer = isOpenAiPath(url) ? openAiAnswerOf(error) : problemAnswer(error, url, requestId);
  if (error.retryAfterSeconds !== undefined) answer.headers['retry-after'] = String(Math.ceil(error.retryAfterSeconds));
  return answer;
}

function problemAnswer(error: FieldError, url: string, requestId: string): ErrorAnswer {
  const problem = problemOf(error, url, requestId);
  return { status: problem.status, headers: { 'content-type': PROBLEM_TYPE }, body: problem };
}
