import cors from '@fastify/cors';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** What scripts of other origins may send … */
const ALLOWED_HEADERS = [
  ...['Authorization', 'Content-Type', 'Idempotency-Key', 'X-Workspace-Id', 'X-Request-Id', 'Last-Event-ID'],
  ...['Tus-Resumable', 'Upload-Length', 'Upload-Offset', 'Upload-Metadata'],
];
/** … and read, besides the body. */
const EXPOSED_HEADERS = [
  'Location',
  'Link',
  'Retry-After',
  'RateLimit',
  'RateLimit-Policy',
  'X-Request-Id',
  'Idempotency-Replayed',
  // Parts and resumable uploads
  'ETag',
  'Tus-Resumable',
  'Tus-Version',
  'Tus-Extension',
  'Tus-Max-Size',
  'Upload-Offset',
  'Upload-Length',
  'Upload-Metadata',
  'Upload-Expires',
];
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
/** Seconds a browser may remember a preflight; Chromium remembers none for longer. */
const PREFLIGHT_SECONDS = 7_200;

/**
 * Lets scripts of the named origins read our answers. Anybody else's browser gets no CORS header at all, and so refuses.
 * @param origins exact, as browsers write them; `*` names all; none: CORS is off
 */
export async function allowOrigins(app: NestFastifyApplication, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return;
  const allowed = new Set(origins);
  await app.register(cors, {
    origin: (origin, answer) => {
      const known = origin !== undefined && (allowed.has(origin) || allowed.has('*'));
      answer(null, known ? origin : false);
    },
    methods: METHODS,
    allowedHeaders: ALLOWED_HEADERS,
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: PREFLIGHT_SECONDS,
    strictPreflight: false,
  });
  copyToRawAnswer(app);
}

/** An answer that is taken over from the framework (a stream of events) carries only what its raw half has. */
function copyToRawAnswer(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', (_request, reply, done) => {
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined && (name === 'vary' || name.startsWith('access-control-'))) reply.raw.setHeader(name, value);
    }
    done();
  });
}
