import { FieldError } from '#errors';
import { codeOf } from './error-code.js';
import { outgoingErrors } from './outgoing.errors.js';

/** Statuses that may be others the next time (RFC 9110 §15.5.9, §15.6; RFC 6585 §4; RFC 8470 §5.2). */
const PASSING_STATUSES = new Set([408, 425, 429]);

/** Codes of Node and OpenSSL that speak of a certificate, in words. */
const CERTIFICATE_PROBLEMS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'has expired',
  CERT_NOT_YET_VALID: 'is not valid yet',
  CERT_REVOKED: 'was revoked',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'was signed by nobody but itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'was signed by an authority that nobody knows',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'comes without the certificates of those who signed it',
  UNABLE_TO_GET_ISSUER_CERT: 'comes without the certificates of those who signed it',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'was signed by an authority that nobody knows',
  ERR_TLS_CERT_ALTNAME_INVALID: 'is for another host',
};

/** What is no HTTP: undici's parser says so with codes of llhttp, TLS with those of OpenSSL. */
const NOT_UNDERSTOOD = /^(HPE_|HTTPParserError$|ERR_SSL_|ERR_TLS_|EPROTO$|UND_ERR_HEADERS_OVERFLOW$)/;

/** Sorts what the connection to a host threw before its answer had begun. */
export function answerFailure(url: URL, error: unknown): FieldError {
  const code = codeOf(error);
  const problem = CERTIFICATE_PROBLEMS[code];
  if (problem !== undefined) {
    return new FieldError(
      outgoingErrors.certificate_refused,
      `The certificate of ${url.hostname} ${problem}. It must be valid; ask those who run the server.`,
      { cause: error },
    );
  }
  if (NOT_UNDERSTOOD.test(code)) return notUnderstood(url, error);
  return new FieldError(
    outgoingErrors.host_unreachable,
    `${url.hostname} did not take the connection, or did not answer. Check that the server is up, then try again.`,
    { cause: error },
  );
}

/** Sorts what ended the body of an answer before its end. */
export function bodyFailure(url: URL, error: unknown): FieldError {
  if (NOT_UNDERSTOOD.test(codeOf(error))) return notUnderstood(url, error);
  return new FieldError(
    outgoingErrors.answer_interrupted,
    `The connection to ${url.hostname} broke off, or stood still, before the file was complete. Try again.`,
    { cause: error },
  );
}

/** What an answer without the file means. */
export function refusedStatus(url: URL, status: number, retryAfter: string | string[] | undefined): FieldError {
  if (status >= 500 || PASSING_STATUSES.has(status)) {
    return new FieldError(outgoingErrors.source_unavailable, `${url.hostname} answered ${status}. Try again later.`, {
      retryAfterSeconds: secondsOf(retryAfter),
    });
  }
  return new FieldError(
    outgoingErrors.source_refused,
    `${url.hostname} answered ${status}. Check that the address leads to the file without signing in.`,
  );
}

/** @param maxBytes the limit that was passed */
export function tooLarge(url: URL, maxBytes: number): FieldError {
  return new FieldError(
    outgoingErrors.answer_too_large,
    `The file at ${url.hostname} is larger than ${maxBytes / 1_000_000} MB, the most that is fetched. Compress it, for example to Opus, or split it.`,
  );
}

/** @param seconds the limit that was passed */
export function tooSlow(url: URL, seconds: number): FieldError {
  const time = seconds < 120 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`;
  return new FieldError(
    outgoingErrors.answer_too_slow,
    `${url.hostname} did not send the whole file within ${time}. Use a faster server, or upload the file.`,
  );
}

/** @param seconds the limit that was passed */
export function noAnswer(url: URL, seconds: number): FieldError {
  return new FieldError(outgoingErrors.answer_too_slow, `${url.hostname} did not answer within ${seconds} seconds.`);
}

function notUnderstood(url: URL, cause: unknown): FieldError {
  return new FieldError(
    outgoingErrors.answer_not_understood,
    `What ${url.hostname} sent is no proper HTTP answer. Check that the address leads to a web server, and its scheme.`,
    { cause },
  );
}

/** Retry-After: seconds or an HTTP date (RFC 9110 §10.2.3). */
export function secondsOf(retryAfter: string | string[] | undefined): number | undefined {
  if (typeof retryAfter !== 'string') return undefined;
  if (/^\d{1,9}$/.test(retryAfter)) return Number(retryAfter);
  const date = Date.parse(retryAfter);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - Date.now()) / 1_000));
}
