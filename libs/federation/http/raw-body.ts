import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Requests whose body is kept byte by byte, because it is signed. */
const bodies = new WeakMap<FastifyRequest, Buffer>();

/** Far more than any webhook; a longer one is refused by the parser, which is given all there is of it. */
const MOST_BYTES = 1_000_000;

/** Keeps the bytes of what is sent to one route, beside what the parser makes of them. */
export function keepRawBody(fastify: FastifyInstance, path: string): void {
  fastify.addHook('preParsing', async (request, _reply, payload) => {
    if (request.routeOptions.url !== path) return payload;
    const pieces: Buffer[] = [];
    let bytes = 0;
    for await (const piece of payload) {
      pieces.push(piece as Buffer);
      bytes += (piece as Buffer).length;
      if (bytes > MOST_BYTES) break;
    }
    const body = Buffer.concat(pieces);
    bodies.set(request, body);
    const again = Readable.from([body], { objectMode: false });
    // What Fastify compares with its own limit and with Content-Length.
    return Object.assign(again, { receivedEncodedLength: bytes });
  });
}

/** The bytes of a request to a route that keeps them. */
export function rawBodyOf(request: FastifyRequest): Buffer {
  return bodies.get(request) ?? Buffer.alloc(0);
}
