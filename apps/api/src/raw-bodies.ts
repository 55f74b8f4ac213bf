import type { FastifyInstance } from 'fastify';
import type { FieldError } from '#errors';
import { takesBytes } from '#errors/http';
import { hasBody, unsupported } from './content-types.js';

/** What other routes read as fields; as the bytes of a file it is a mistake. */
const READ_ELSEWHERE = /^\s*(application\/json|multipart\/|application\/x-www-form-urlencoded)/i;

/** Leaves bodies alone that a route reads itself; of other routes it refuses every kind nobody reads. Call it after the other parsers. */
export function leaveRawBodies(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (request.is404 || !hasBody(request)) return done();
    const isReadElsewhere = READ_ELSEWHERE.test(request.headers['content-type'] ?? '');
    if (takesBytes(request) && isReadElsewhere)
      throw unsupported('This route takes the bytes of a file as they are. Set Content-Type to application/octet-stream.');
    // Here and not in the parser: what a parser refuses costs the client its connection.
    if (!takesBytes(request) && !isReadElsewhere) throw notAccepted();
    done();
  });
  fastify.addContentTypeParser('*', (request, _body, done) => {
    if (!takesBytes(request)) throw notAccepted();
    done(null);
  });
}

function notAccepted(): FieldError {
  return unsupported('The Content-Type of the body is not accepted here. See /api/docs for what the route takes.');
}
