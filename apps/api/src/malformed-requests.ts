import type { IncomingMessage } from 'node:http';
import { commonErrors, FieldError } from '#errors';

/** The request line and all headers together; Node refuses more. */
export const HEADER_BYTES = 16_384;
const MOST_HEADERS = 100;
const LONGEST_TARGET = 8_000;

/**
 * What Node's parser lets pass and we do not: every server on the way must read a request alike, so a request that could be read
 * in two ways is refused (RFC 9112 §3.2, §3.3).
 * @returns the error to answer with; null when the request is in order
 */
export function faultOf({ httpVersion, url = '', rawHeaders }: IncomingMessage): FieldError | null {
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return malformed('It must be HTTP/1.1');
  if (!url.startsWith('/')) return malformed('Its target must be a path that starts with a slash');
  if (url.length > LONGEST_TARGET) return tooLarge(`The path and query are longer than ${LONGEST_TARGET} characters.`);
  if (rawHeaders.length > 2 * MOST_HEADERS) return tooLarge(`There are more than ${MOST_HEADERS} headers.`);
  const hosts = hostsIn(rawHeaders);
  if (hosts > 1) return malformed('It has more than one Host header');
  if (hosts === 0 && httpVersion === '1.1') return malformed('It has no Host header');
  return null;
}

/** Node keeps the first of several and says nothing. */
function hostsIn(rawHeaders: readonly string[]): number {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  return hosts;
}

/** The error of a request that cannot be read. */
export function malformed(what: string): FieldError {
  return new FieldError(
    commonErrors.malformed_request,
    `The request is not well-formed HTTP. ${what}. Correct it and send it again.`,
  );
}

function tooLarge(what: string): FieldError {
  return new FieldError(commonErrors.headers_too_large, `${what} Send fewer or shorter ones.`);
}
