import type { FastifyInstance } from 'fastify';
import { commonErrors, FieldError } from '#errors';
import { unsupported } from './content-types.js';
import { faultInJson } from './json-faults.js';

const UTF_8 = new TextDecoder('utf-8', { fatal: true });

/** Makes JSON the one kind of body that is read for every route. Forms are read by the routes that take them. */
export function takeJsonBodies(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    refuseOtherCharsets(request.headers['content-type']);
    done(null, parseJson(body));
  });
}

/**
 * The value of a JSON body; undefined of an empty one.
 * @throws FieldError malformed_request, with what is wrong with it
 */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  const text = decode(body);
  const fault = faultInJson(text);
  if (fault !== null) throw malformed(fault);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw malformed('The body is not valid JSON', error);
  }
}

function decode(body: Buffer): string {
  try {
    return UTF_8.decode(body);
  } catch (error) {
    throw malformed('The body is not valid UTF-8', error);
  }
}

/** JSON is UTF-8 (RFC 8259 §8.1); a charset may say so, and nothing else. */
function refuseOtherCharsets(contentType = ''): void {
  const [, charset] = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(contentType) ?? [];
  if (charset !== undefined && !/^utf-?8$/i.test(charset))
    throw unsupported(`JSON in ${charset} is not read here. Send it in UTF-8.`);
}

function malformed(what: string, cause?: unknown): FieldError {
  return new FieldError(commonErrors.malformed_request, `${what}. Correct it and send the request again.`, { cause });
}
