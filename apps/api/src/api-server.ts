import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyServerOptions } from 'fastify';
import { commonErrors, FieldError } from '#errors';
import { acceptRequestId, type Log } from '#observability';
import { bareProblem, sendBareProblem } from './bare-answers.js';
import { faultOf, HEADER_BYTES, malformed } from './malformed-requests.js';
import { hangUp, refuseUnreadable } from './refused-connections.js';
import { beginAnswer } from './security-headers.js';
import type { Patience } from './slow-clients.js';

type Serve = (request: IncomingMessage, response: ServerResponse) => void;

/** Longer than the longest `wait`; a client that sends nothing and gets nothing for so long is gone. */
const IDLE_MS = 150_000;
/** Longer than the load balancers in front, so that never they meet a connection we have just closed. */
const KEEP_ALIVE_MS = 72_000;

/**
 * The options of the adapter that concern what lies below the framework: the server itself, and the answers that the framework would
 * give in words and headers of its own.
 */
export function serverOptions(log: Log, patience: Patience): FastifyServerOptions<Server> {
  return {
    serverFactory: (serve) => apiServer(serve, log, patience),
    clientErrorHandler: (error, socket) => refuseUnreadable(error, socket, log),
    frameworkErrors: (error, request, reply) => refuse(request.raw, reply.raw, unroutable(error.code), log),
    // Said by `apiServer`, as a problem.
    return503OnClosing: false,
  };
}

function apiServer(serve: Serve, log: Log, { headersMs, checkEveryMs }: Patience): Server {
  const server = createServer({
    maxHeaderSize: HEADER_BYTES,
    headersTimeout: headersMs,
    // Bodies have limits by the kind of their route.
    requestTimeout: 0,
    connectionsCheckingInterval: checkEveryMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Node would answer without a body; `faultOf` looks at the Host itself.
    requireHostHeader: false,
  });
  server.setTimeout(IDLE_MS);
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    beginAnswer(response);
    const fault = server.listening ? faultOf(request) : shuttingDown();
    if (fault === null) serve(request, response);
    else refuse(request, response, fault, log);
  };
  server.on('request', answer);
  // An expectation nobody knows may be ignored (RFC 9110 §10.1.1); Node would answer 417 without a body.
  server.on('checkExpectation', answer);
  server.on('connect', (_request, socket: Socket) => hangUp(socket, malformed('This server is no proxy'), log));
  return server;
}

function refuse(request: IncomingMessage, response: ServerResponse, error: FieldError, log: Log): void {
  const { method, url = '/' } = request;
  const problem = bareProblem(error, url, acceptRequestId(request.headers['x-request-id']));
  sendBareProblem(response, problem);
  log.info('Request refused', { method, code: error.code, requestId: problem.requestId, status: problem.status });
}

function shuttingDown(): FieldError {
  return new FieldError(commonErrors.service_unavailable, 'The service is shutting down. Try again in 5 seconds.', {
    retryAfterSeconds: 5,
  });
}

/** What the router could make nothing of. */
function unroutable(code: string | undefined): FieldError {
  return malformed(code === 'FST_ERR_BAD_URL' ? 'Its path has a % that begins no character' : 'A part of its path is too long');
}
