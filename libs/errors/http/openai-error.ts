import type { FieldError } from '../field-error.js';
import { STATUS_OF_KIND } from '../kinds.js';

/** Paths whose callers are programs written for OpenAI's API; Groq's SDK puts its own word before. */
const PATHS = /^(?:\/openai)?\/v1(?:[/?]|$)/;

/** Whether callers of a path expect errors as OpenAI writes them. */
export function isOpenAiPath(url: string): boolean {
  return PATHS.test(url);
}

/** An error as OpenAI writes it: its `ErrorResponse`, all four members always there. */
export interface OpenAiError {
  error: { message: string; type: string; param: string | null; code: string };
}

/** Where OpenAI answers another status: it knows one for whatever is wrong with a request. */
const STATUSES: Readonly<Record<number, number>> = { 415: 400, 422: 400 };

/** Its words; what is not named here is wrong with the request, or is ours. */
const TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  429: 'rate_limit_error',
};

/** SDKs of OpenAI wait no longer than that between tries; what takes longer they would try in vain. */
const LONGEST_WAIT_SECONDS = 60;

/** The status that OpenAI answers where we answer `status` elsewhere. */
export function openAiStatusOf(status: number): number {
  return STATUSES[status] ?? status;
}

/** @param status as `openAiStatusOf` has it @param code ours, as stable as everywhere */
export function openAiErrorOf(status: number, code: string, message: string, param: string | null = null): OpenAiError {
  const type =
    code === 'quota_exceeded'
      ? 'insufficient_quota'
      : (TYPES[status] ?? (status >= 500 ? 'server_error' : 'invalid_request_error'));
  return { error: { message, type, param, code } };
}

/** How an error is answered below /v1. */
export function openAiAnswerOf(error: FieldError): { status: number; headers: Record<string, string>; body: OpenAiError } {
  const status = openAiStatusOf(STATUS_OF_KIND[error.kind]);
  const headers: Record<string, string> = { 'content-type': 'application/json; charset=utf-8' };
  if (isInVain(error)) headers['x-should-retry'] = 'false';
  return { status, headers, body: openAiErrorOf(status, error.code, error.message, error.violations?.[0]?.path) };
}

/** Whether the SDKs must not send the request again by themselves, as they do on 408, 409, 429 and from 500 on. */
function isInVain({ retryAfterSeconds = 0, members }: FieldError): boolean {
  return retryAfterSeconds > LONGEST_WAIT_SECONDS || members.retry === false;
}
