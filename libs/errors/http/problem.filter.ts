import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { commonErrors } from '../common-errors.js';
import { FieldError } from '../field-error.js';
import { STATUS_OF_KIND } from '../kinds.js';
import { errorAnswer } from './error-answer.js';

/** What the filter needs of the log; the ground's `errors` knows no other room. */
export interface FailureLog {
  error(message: string, fields: object): void;
}

/** Turns whatever a request ended with into problem+json, or into what callers of its path read. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly log: FailureLog,
    private readonly requestId: () => string,
    private readonly count: (error: FieldError) => void = () => undefined,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const error = toFieldError(thrown, request);
    this.count(error);
    if (STATUS_OF_KIND[error.kind] >= 500) this.log.error('Request failed', { code: error.code, error: error.cause ?? error });
    this.send(reply, request, error);
  }

  private send(reply: FastifyReply, request: FastifyRequest, error: FieldError): void {
    // The answer had begun: its status is gone. Cutting the connection is the only way left to say that it is not whole.
    if (reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    const { status, headers, body } = errorAnswer(error, request.url, this.requestId());
    void reply.status(status).headers(headers).send(body);
  }
}

/** Errors of the frameworks below, by status: their own texts are for developers of servers, not for callers. */
function toFieldError(thrown: unknown, request: FastifyRequest): FieldError {
  if (thrown instanceof FieldError) return thrown;
  const status = statusOf(thrown);
  switch (status) {
    case 404:
      return new FieldError(
        commonErrors.route_not_found,
        `There is no ${request.method} ${request.url.split('?', 1)[0]}. See /api/docs for every route.`,
      );
    case 413:
      return new FieldError(commonErrors.body_too_large, commonErrors.body_too_large.example);
    case 415:
      return new FieldError(
        commonErrors.unsupported_content_type,
        'The Content-Type of the body is not accepted here. See /api/docs for what the route takes.',
      );
    case 429: // The throttler has set Retry-After itself.
      return new FieldError(commonErrors.too_many_requests, commonErrors.too_many_requests.example);
    case 503:
      return new FieldError(
        commonErrors.service_unavailable,
        'The service is shutting down or overloaded. Try again in 5 seconds.',
        { retryAfterSeconds: 5, cause: thrown },
      );
    default:
      return status >= 400 && status < 500
        ? new FieldError(commonErrors.malformed_request, malformedDetail(thrown))
        : new FieldError(commonErrors.internal_error, commonErrors.internal_error.example, { cause: thrown });
  }
}

function statusOf(thrown: unknown): number {
  if (thrown instanceof HttpException) return thrown.getStatus();
  if (thrown instanceof Error && 'statusCode' in thrown && typeof thrown.statusCode === 'number') return thrown.statusCode;
  return 500;
}

function malformedDetail(thrown: unknown): string {
  const reason = thrown instanceof Error ? thrown.message.replace(/\.$/, '') : 'it is not as the documentation says';
  return `The request could not be read: ${reason}. Correct it and send it again.`;
}
