import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';

/**
 * How long a client may go on sending after it was answered. Closing at once would make the system reset the connection, and the
 * answer would be lost with it (RFC 9112 §9.6); reading to the end would make a refused upload cost as much as an accepted one.
 */
const LINGER_MS = 5_000;

/** Lets clients that are answered in the middle of their body read the answer: the rest is thrown away for a while, then cut off. */
export function discardUnreadBodies(fastify: FastifyInstance): void {
  fastify.addHook('onResponse', (request, _reply, done) => {
    if (!request.raw.complete) discardRest(request.raw);
    done();
  });
}

function discardRest(request: IncomingMessage): void {
  const cut = setTimeout(() => request.destroy(), LINGER_MS).unref();
  request.once('close', () => clearTimeout(cut));
  request.unpipe();
  request.resume();
}
