import { applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { commonErrors } from '../common-errors.js';
import { ApiProblems } from './api-problems.js';

/** The route reads its body itself, as it comes over the wire, and may take as long as a large file needs. Its body is `request.raw`. */
export function TakesBytes(): MethodDecorator {
  return applyDecorators(
    RouteConfig({ takesBytes: true }),
    ApiProblems(commonErrors.request_timeout, commonErrors.unsupported_content_type),
  );
}

/** Whether the route of the request declared @TakesBytes. */
export function takesBytes(request: FastifyRequest): boolean {
  return 'takesBytes' in request.routeOptions.config && request.routeOptions.config.takesBytes === true;
}
