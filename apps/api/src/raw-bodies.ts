import type { FastifyInstance } from 'fastify';
import { takesBytes } from '#errors/http';
import { hasBody, unsupported } from './content-types.js';

/** What other routes read as fields; as the bytes of a file it is a mistake. */
const READ_ELSEWHERE = /^\s*(application\/json|multipart\/|application\/x-www-form-urlencoded)/i;

/** Leaves bodies alone that a route reads itself; of other routes it refuses every kind nobody reads. Call it after the other parsers. */
export function leaveRawBodies(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const { 'content-type': type = '' } = request.headers;
    if (takesBytes(request) && hasBody(request) && READ_ELSEWHERE.test(type))
      throw unsupported('This route takes the bytes of a file as they are. Set Content-Type to application/octet-stream.');
    done();
  });
  fastify.addContentTypeParser('*', (request, _body, done) => {
    if (!takesBytes(request))
      throw unsupported('The Content-Type of the body is not accepted here. See /api/docs for what the route takes.');
    done(null);
  });
}
