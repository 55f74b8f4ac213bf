import type { ServerResponse } from 'node:http';

/**
 * What every answer carries, whoever writes it: the app, the framework below it, or nobody but the socket. The set and the values
 * are helmet's; our answers run nothing, load nothing and stand in no frame, so their policy is the shortest there is.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
};

/** Answers hold tokens and people's words: nobody keeps them, unless the route says otherwise. */
const NOT_KEPT = { 'cache-control': 'no-store' };

/** The headers an answer starts with; what a route sets itself takes their place. */
export const FIRST_HEADERS: readonly (readonly [string, string])[] = Object.entries({ ...SECURITY_HEADERS, ...NOT_KEPT });

/** Gives an answer its first headers, before anything else looks at the request. */
export function beginAnswer(response: ServerResponse): void {
  for (const [name, value] of FIRST_HEADERS) response.setHeader(name, value);
}
