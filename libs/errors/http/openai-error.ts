import type { FieldError } from '../field-error.js';
import { type ErrorKind, STATUS_OF_KIND } from '../kinds.js';

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
const STATUS: Partial<Record<ErrorKind, number>> = { unprocessable: 400, unsupported_media: 400 };

/** Its words; what is not named here is wrong with the request, or is ours by its status. */
const TYPES: Partial<Record<ErrorKind, string>> = {
  unauthenticated: 'authentication_error',
  forbidden: 'permission_error',
  rate_limited: 'rate_limit_error',
};

/** SDKs of OpenAI wait no longer than that between tries; what takes longer they would try in vain. */
const LONGEST_WAIT_SECONDS = 60;

export function openAiStatusOf(kind: ErrorKind): number {
  return STATUS[kind] ?? STATUS_OF_KIND[kind];
}

/** The body. `code` is ours, as stable as everywhere. */
export function openAiErrorOf(error: FieldError): OpenAiError {
  const { message, kind, code } = error;
  return { error: { message, type: openAiTypeOf(kind, code), param: error.violations?.[0]?.path ?? null, code } };
}

export function openAiTypeOf(kind: ErrorKind, code: string): string {
  if (code === 'quota_exceeded') return 'insufficient_quota';
  return TYPES[kind] ?? (openAiStatusOf(kind) >= 500 ? 'server_error' : 'invalid_request_error');
}

/** Whether the SDKs must not send the request again by themselves, as they do on 408, 409, 429 and from 500 on. */
export function isInVain({ retryAfterSeconds = 0, members }: FieldError): boolean {
  return retryAfterSeconds > LONGEST_WAIT_SECONDS || members.retry === false;
}
