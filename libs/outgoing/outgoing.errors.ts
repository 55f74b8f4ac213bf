import { defineErrors } from '#errors';

/**
 * What can go wrong with an address that a user gave. No sentence says what a name resolved to, nor what an inner server answered: an
 * address that is refused tells the one who gave it nothing new.
 */
export const outgoingErrors = defineErrors({
  address_invalid: {
    kind: 'unprocessable',
    title: 'The address cannot be used',
    example: 'The address must be a URL that begins with https:// or http://. Give the full address of the file.',
  },
  port_refused: {
    kind: 'unprocessable',
    title: 'The port of the address is not allowed',
    example: 'The address names port 22. Addresses may lead to the ports 80, 443, 8080 and 8443.',
  },
  host_not_public: {
    kind: 'unprocessable',
    title: 'The host is not on the public internet',
    example:
      'files.internal is not known on the public internet. Check its spelling, or give an address that anybody can reach; the operator can allow inner hosts by OUTGOING_ALLOWED_HOSTS.',
  },
  host_unreachable: {
    kind: 'unavailable',
    title: 'The host cannot be reached',
    example: 'files.example.com did not take the connection. Check that the server is up, then try again.',
  },
  certificate_refused: {
    kind: 'unprocessable',
    title: 'The certificate of the host is not valid',
    example: 'The certificate of files.example.com has expired. It must be valid; ask those who run the server.',
  },
  redirect_refused: {
    kind: 'unprocessable',
    title: 'The address redirects to where it is not followed',
    example: 'files.example.com redirects to another address that is not followed. Give the address of the file itself.',
  },
  source_refused: {
    kind: 'unprocessable',
    title: 'The host does not give the file',
    example: 'files.example.com answered 404. Check that the address leads to the file without signing in.',
  },
  source_unavailable: {
    kind: 'unavailable',
    title: 'The host cannot answer right now',
    example: 'files.example.com answered 503. Try again later.',
  },
  answer_not_understood: {
    kind: 'unprocessable',
    title: 'The answer of the host cannot be read',
    example:
      'files.example.com sent its answer compressed (gzip) though it was asked not to. Give an address that serves the file as it is.',
  },
  answer_too_large: {
    kind: 'too_large',
    title: 'The file is too large',
    example:
      'The file at files.example.com is larger than 500 MB, the most that is fetched. Compress it, for example to Opus, or split it.',
  },
  answer_interrupted: {
    kind: 'unavailable',
    title: 'The file arrived incomplete',
    example: 'The connection to files.example.com broke off before the file was complete. Try again.',
  },
  answer_too_slow: {
    kind: 'unprocessable',
    title: 'The file takes too long to arrive',
    example: 'files.example.com did not send the whole file within 60 minutes. Use a faster server, or upload the file.',
  },
});
