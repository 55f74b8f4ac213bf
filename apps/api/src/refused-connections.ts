import { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { commonErrors, FieldError } from '#errors';
import type { Log } from '#observability';
import { bareProblem, bytesOf } from './bare-answers.js';
import { malformed } from './malformed-requests.js';

/** How long a client that sent nonsense may take to read why it is hung up on. */
const LINGER_MS = 500;

/** What of a parser's error is of use. */
interface ParserError extends Error {
  code?: string;
}

/** Answers what Node could not read as a request, and hangs up. */
export function refuseUnreadable(error: ParserError, socket: Socket, log: Log): void {
  // Also when more of the nonsense arrives after the answer: one is all it gets.
  if (error.code === 'ECONNRESET' || socket.destroyed || socket.writableEnded) return;
  hangUp(socket, answersAnother(socket) ? null : toFieldError(error), log);
}

/** Says why, where there is something to say, and ends the connection. */
export function hangUp(socket: Socket, reason: FieldError | null, log: Log): void {
  if (reason === null || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = bareProblem(reason, '/');
  log.info('Connection refused', { code: reason.code, requestId: problem.requestId, status: problem.status });
  const cut = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.once('close', () => clearTimeout(cut));
  socket.end(bytesOf(problem));
}

/**
 * Whether the connection's next answer belongs to an earlier request, which was read well: the client would take our complaint about
 * the next one for that answer. Node tells of it by a field that it does not document.
 */
function answersAnother(socket: Socket): boolean {
  const answer: unknown = Reflect.get(socket, '_httpMessage');
  if (!(answer instanceof ServerResponse)) return false;
  const request: unknown = answer.req;
  return answer.headersSent || (request instanceof IncomingMessage && request.complete);
}

function toFieldError({ code }: ParserError): FieldError {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new FieldError(
        commonErrors.request_timeout,
        'The headers of the request took too long to arrive. Send the request again, faster or over a better connection.',
      );
    case 'HPE_HEADER_OVERFLOW':
      return new FieldError(commonErrors.headers_too_large, commonErrors.headers_too_large.example);
    default:
      return malformed('No server could be sure of what it asks');
  }
}
