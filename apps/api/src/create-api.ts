import 'reflect-metadata';
import cookie from '@fastify/cookie';
import multipart from '@fastify/multipart';
import { RequestMethod, VersioningType } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '#config';
import { ProblemFilter, validationPipe } from '#errors/http';
import {
  acceptDevice,
  acceptRequestId,
  currentRequestId,
  Log,
  Metrics,
  newRequestId,
  NoMetrics,
  NoTraces,
  Readiness,
  runInContext,
  type Span,
  Traces,
} from '#observability';
import { plainUrl, serveSnakeCase } from '#snake-case/http';
import { ApiModule } from './api.module.js';
import { serverOptions } from './api-server.js';
import { refuseForeignBodies } from './content-types.js';
import { allowOrigins } from './cross-origin.js';
import { serveDocumentation } from './documentation.js';
import { takeJsonBodies } from './json-bodies.js';
import { refuseUnknownMethods } from './known-methods.js';
import { takePageForms } from './page-forms.js';
import { leaveRawBodies } from './raw-bodies.js';
import { RequestFigures } from './request-figures.js';
import { sendClientsElsewhere } from './shutdown.js';
import { giveUpSlowBodies, PATIENCE, type Patience } from './slow-clients.js';
import { discardUnreadBodies } from './unread-body.js';

/** JSON bodies; recordings come as multipart and are streamed. */
const JSON_BODY_BYTES = 1_000_000;

/** The one path that answers without its version, too: sign-in forms of client apps outlive versions. */
const UNVERSIONED_AUTH = '/api/auth/';
/** Health answers below the version, too, for whoever can ask nothing else. */
const VERSIONED_HEALTH = /^\/api\/v1(?=\/health(?:[/?]|$))/;

/** Groq's SDK has this before the paths it shares with OpenAI's. */
const GROQ_PATHS = '/openai/v1/';

/** Routes outside /api/v1: those that answer as OpenAI's do, probes, signed links of local-disk objects, the local inbox, and the pages that links in letters lead to. */
const UNPREFIXED = [
  ...[
    'health',
    'health/providers',
    'health/metrics',
    'live',
    'ready',
    'objects/:token',
    'inbox',
    'inbox.json',
    'inbox/:id',
    'accept-invitation',
  ].map((path) => ({
    path,
    method: RequestMethod.GET,
  })),
  { path: 'objects/parts/:token', method: RequestMethod.PUT },
  ...['transcriptions', 'translations'].map((path) => ({ path: `v1/audio/${path}`, method: RequestMethod.POST })),
  ...['v1/models', 'v1/models/:model'].map((path) => ({ path, method: RequestMethod.GET })),
  ...['verify-email', 'reset-password'].map((path) => ({ path, method: RequestMethod.ALL })),
];

/**
 * Makes the API gateway, ready to listen. The one bootstrap, for `main` and for every test.
 * @param options.preview builds without connecting to anything, to write the OpenAPI document
 * @param options.patience how long clients may take, where a test has less time
 */
export async function createApi(
  config: Config,
  options: { preview?: boolean; log?: Log; patience?: Patience } = {},
): Promise<NestFastifyApplication> {
  const { preview = false, log = new Log({ app: 'api', level: config.logLevel }), patience = PATIENCE } = options;
  const adapter = new FastifyAdapter({
    ...serverOptions(log, patience),
    bodyLimit: JSON_BODY_BYTES,
    genReqId: (request: { headers: Record<string, unknown> }) => acceptRequestId(request.headers['x-request-id']),
    trustProxy: config.http.trustedProxies ?? false,
    rewriteUrl: ({ url = '/' }: { url?: string }) => knownAs(url),
    forceCloseConnections: 'idle',
    // Signed links are longer than the router's default of 100 characters.
    routerOptions: { maxParamLength: 2_048 },
  });
  const app = await NestFactory.create<NestFastifyApplication>(ApiModule.with(config, log), adapter, {
    logger: log,
    abortOnError: false,
    preview,
    bodyParser: false,
  });
  app.setGlobalPrefix('api', { exclude: UNPREFIXED });
  app.enableVersioning({ type: VersioningType.URI });
  app.useGlobalPipes(validationPipe());
  // A preview makes nothing, and serves nobody.
  const figures = new RequestFigures(preview ? new NoMetrics() : app.get(Metrics));
  app.useGlobalFilters(new ProblemFilter(log, currentRequestId, (error) => figures.refused(error)));
  if (!preview) sendClientsElsewhere(app.getHttpAdapter().getInstance(), app.get(Readiness));
  await keepTheEdges(app, { config, log, figures, traces: preview ? new NoTraces() : app.get(Traces), patience });
  if (config.http.docs) serveDocumentation(app, config);
  return app;
}

/** The path under which a route is known. */
function knownAs(given: string): string {
  const url = plainUrl(given);
  if (url.startsWith(UNVERSIONED_AUTH)) return url.replace('/api/', '/api/v1/');
  if (url.startsWith('/api/v1/health')) return url.replace(VERSIONED_HEALTH, '');
  return url.startsWith(GROQ_PATHS) ? url.slice(GROQ_PATHS.indexOf('/v1/')) : url;
}

interface Edges {
  config: Config;
  log: Log;
  figures: RequestFigures;
  traces: Traces;
  patience: Patience;
}

interface Served {
  requestId: string;
  route: string;
  url: string | undefined;
}

/** What happens to a request before any route sees it, in this order. */
async function keepTheEdges(app: NestFastifyApplication, edges: Edges): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance();
  carryRequestId(fastify, edges);
  discardUnreadBodies(fastify);
  await allowOrigins(app, edges.config.http.corsOrigins);
  refuseUnknownMethods(fastify);
  refuseForeignBodies(fastify);
  giveUpSlowBodies(fastify, edges.patience);
  takeJsonBodies(fastify);
  takePageForms(fastify);
  leaveRawBodies(fastify);
  serveSnakeCase(fastify);
  await app.register(cookie);
  await app.register(multipart, {
    limits: {
      fields: 30,
      fieldNameSize: 100,
      fieldSize: 10_000,
      // One more than a form may have, so that its reader can say what is wrong.
      files: 3,
      // The audio room counts the bytes itself: the parser would hand on a file cut off at its limit as if that were all of it.
      fileSize: Infinity,
      headerPairs: 50,
    },
  });
}

/** Every line logged while a request is served carries its id; every answer names it; one line tells how it ended. */
function carryRequestId(fastify: FastifyInstance, { log, figures, traces }: Edges): void {
  const spans = new WeakMap<FastifyRequest, Span>();
  fastify.addHook('onRequest', (request, reply, done) => {
    const requestId = typeof request.id === 'string' ? request.id : newRequestId();
    void reply.header('x-request-id', requestId);
    const { url } = request.routeOptions;
    const route = url === undefined ? request.method : `${request.method} ${url}`;
    const span = traces.isActive ? beginSpan(traces, request, { requestId, route, url }) : undefined;
    if (span !== undefined) spans.set(request, span);
    runInContext({ requestId, route, address: request.ip, device: acceptDevice(request.headers['user-agent']), span }, done);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const { method, routeOptions } = request;
    const { url: route } = routeOptions;
    log.info('Request served', { method, route, status: reply.statusCode, milliseconds: Math.round(reply.elapsedTime) });
    figures.served({ method, route, status: reply.statusCode, milliseconds: reply.elapsedTime });
    endSpan(spans.get(request), reply.statusCode);
    done();
  });
}

/** Names and attributes by the conventions of OpenTelemetry; no addresses, which may hold tokens. */
function beginSpan(traces: Traces, { method, headers }: FastifyRequest, served: Served): Span | undefined {
  const { requestId, route: name, url } = served;
  const attributes = { 'http.request.method': method, 'steno.request_id': requestId };
  const all = url === undefined ? attributes : { ...attributes, 'http.route': url };
  return traces.begin({ name, kind: 'server', attributes: all }, headers['traceparent']?.toString());
}

function endSpan(span: Span | undefined, status: number): void {
  if (span === undefined) return;
  span.set({ 'http.response.status_code': status });
  if (status >= 500) span.fail(String(status));
  span.end();
}
