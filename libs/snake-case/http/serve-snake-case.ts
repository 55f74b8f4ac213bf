import type { Multipart } from '@fastify/multipart';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { aliasOf } from './alias.js';
import { aliasedAddress, snakeCaseBody } from './answers.js';
import { camelCase, respelt } from './spelling.js';

const ADDRESSES = ['location', 'link'] as const;

/**
 * Lets the aliases speak snake_case: names in bodies and forms become camelCase before any route sees them, and snake_case in what it
 * answers. The server has to know the routes by `plainUrl`. Call it after the parsers of bodies are there.
 */
export function serveSnakeCase(fastify: FastifyInstance): void {
  fastify.addHook('preValidation', (request, _reply, done) => {
    if (isAliased(request)) readSnakeCase(request);
    done();
  });
  fastify.addHook('onSend', (request, reply, payload, done) => {
    done(null, isAliased(request) ? snakeCaseAnswer(request, reply, payload) : payload);
  });
}

function isAliased({ originalUrl }: FastifyRequest): boolean {
  return aliasOf(originalUrl) !== null;
}

function readSnakeCase(request: FastifyRequest): void {
  if (!request.isMultipart()) {
    request.body = respelt(request.body, camelCase);
    return;
  }
  const parts = request.parts.bind(request);
  request.parts = (options) => withCamelCase(parts(options));
}

async function* withCamelCase(parts: AsyncIterable<Multipart>): AsyncGenerator<Multipart, void> {
  for await (const part of parts) yield Object.assign(part, { fieldname: camelCase(part.fieldname) });
}

function snakeCaseAnswer({ originalUrl }: FastifyRequest, reply: FastifyReply, payload: unknown): unknown {
  for (const name of ADDRESSES) {
    const header = reply.getHeader(name);
    if (typeof header === 'string') void reply.header(name, aliasedAddress(header, originalUrl));
  }
  const type = reply.getHeader('content-type');
  const body = snakeCaseBody(payload, typeof type === 'string' ? type : '', originalUrl);
  if (body !== payload) void reply.removeHeader('content-length');
  return body;
}
