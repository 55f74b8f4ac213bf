import type { FastifyInstance, FastifyRequest } from 'fastify';
import { commonErrors, FieldError } from '#errors';
import { takesForm } from '#errors/http';

/** Refuses bodies that no route could read, before a byte of them is. What kind of text a JSON body is, its parser looks at. */
export function refuseForeignBodies(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (request.is404 || !hasBody(request)) return done();
    const { 'content-encoding': encoding = 'identity', 'content-type': type = '' } = request.headers;
    if (encoding.trim().toLowerCase() !== 'identity')
      throw unsupported(`A body in Content-Encoding ${encoding} is not read here. Send it as it is.`);
    if (isForm(type) && !takesForm(request))
      throw unsupported('This route takes application/json, not a form. Set the Content-Type header accordingly.');
    done();
  });
}

/** Whether the request brings a body along (RFC 9112 §6). */
export function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

/** The error of a body that cannot be taken here. */
export function unsupported(detail: string): FieldError {
  return new FieldError(commonErrors.unsupported_content_type, detail);
}

function isForm(type: string): boolean {
  return type.trim().toLowerCase().startsWith('multipart/');
}
