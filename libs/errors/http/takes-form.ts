import { applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiConsumes } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { commonErrors } from '../common-errors.js';
import { ApiProblems } from './api-problems.js';

/** The route takes multipart/form-data in place of JSON, and may take as long as a large file needs. */
export function TakesForm(): MethodDecorator {
  return applyDecorators(
    ApiConsumes('multipart/form-data'),
    RouteConfig({ takesForm: true }),
    ApiProblems(commonErrors.request_timeout, commonErrors.unsupported_content_type),
  );
}

/** Whether the route of the request declared @TakesForm. */
export function takesForm(request: FastifyRequest): boolean {
  return 'takesForm' in request.routeOptions.config && request.routeOptions.config.takesForm === true;
}

/** The route takes the form of a page of ours (application/x-www-form-urlencoded). */
export function TakesPageForm(): MethodDecorator {
  return RouteConfig({ takesPageForm: true });
}

/** Whether the route of the request declared @TakesPageForm. */
export function takesPageForm(request: FastifyRequest): boolean {
  return 'takesPageForm' in request.routeOptions.config && request.routeOptions.config.takesPageForm === true;
}
