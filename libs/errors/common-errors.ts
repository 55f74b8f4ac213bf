import { defineErrors } from './field-error.js';

/** Errors any route can give, whatever its room. */
export const commonErrors = defineErrors({
  malformed_request: {
    kind: 'malformed',
    title: 'The request could not be read',
    example: 'The body is not valid JSON. Send a JSON object with Content-Type: application/json.',
  },
  validation_failed: {
    kind: 'unprocessable',
    title: 'Some fields are wrong',
    example: 'One field is wrong: email must be an e-mail address. Correct it and send the request again.',
  },
  route_not_found: {
    kind: 'not_found',
    title: 'No such route',
    example: 'There is no GET /api/v1/transcript. See /api/docs for every route.',
  },
  documentation_closed: {
    kind: 'unauthenticated',
    title: 'The documentation is closed',
    example:
      'The documentation of this installation is shown to whoever has its DOCS_TOKEN. Send it as Authorization: Bearer or, in a browser, as the password of any name.',
  },
  method_not_allowed: {
    kind: 'method_not_allowed',
    title: 'The route does not know this method',
    example: '/api/v1/audio takes GET, HEAD. Send one of these methods.',
  },
  request_timeout: {
    kind: 'timeout',
    title: 'The request took too long to arrive',
    example: 'The rest of the body did not arrive within 10 seconds. Send the request again, faster or over a better connection.',
  },
  headers_too_large: {
    kind: 'headers_too_large',
    title: 'The headers are too large',
    example: 'The request line and headers are larger than 16 KB together. Send fewer or shorter ones.',
  },
  body_too_large: {
    kind: 'too_large',
    title: 'The body is too large',
    example: 'The body is larger than 1 MB. Send recordings to POST /api/v1/audio/upload.',
  },
  unsupported_content_type: {
    kind: 'unsupported_media',
    title: 'The content type is not accepted here',
    example: 'This route accepts application/json. Set the Content-Type header accordingly.',
  },
  too_many_requests: {
    kind: 'rate_limited',
    title: 'Too many requests',
    example: 'Too many requests from this address. Wait as many seconds as Retry-After says and try again.',
  },
  internal_error: {
    kind: 'internal',
    title: 'Something went wrong on our side',
    example: 'The request failed for a reason that is ours. Try again; if it stays, report the requestId.',
  },
  service_unavailable: {
    kind: 'unavailable',
    title: 'The service cannot answer right now',
    example: 'The database does not answer. Try again in 5 seconds.',
  },
});
