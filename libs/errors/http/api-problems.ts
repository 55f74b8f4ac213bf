import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, type ApiResponseOptions, getSchemaPath } from '@nestjs/swagger';
import type { ErrorDefinition } from '../field-error.js';
import { STATUS_OF_KIND } from '../kinds.js';
import { ProblemDto } from './problem.dto.js';

/** Where @nestjs/swagger keeps the responses of a handler. */
const RESPONSES = 'swagger/apiResponse';
const PROBLEM = 'application/problem+json';

type Examples = Record<string, { summary: string; value: object }>;
interface DocumentedResponse {
  description?: string;
  headers?: ApiResponseOptions['headers'];
  content?: Record<string, { examples?: Examples }>;
}

/**
 * Documents errors of a route, one example each. Errors of one status share a response, also over several uses on one route.
 * @param definitions the errors the route can give
 */
export function ApiProblems(...definitions: ErrorDefinition[]): MethodDecorator {
  return (target, property, descriptor) => {
    const byStatus = Map.groupBy(definitions, ({ kind }) => STATUS_OF_KIND[kind]);
    const decorators = [...byStatus].map(([status, group]) => {
      const documented = documentedResponse(descriptor.value, status);
      const examples: Examples = {
        ...documented.content?.['application/problem+json']?.examples,
        ...Object.fromEntries(
          group.map((definition) => [definition.code, { summary: definition.title, value: exampleOf(definition, status) }]),
        ),
      };
      return ApiResponse({
        status,
        headers: documented.headers,
        description: Object.keys(examples)
          .map((code) => `\`${code}\``)
          .join(', '),
        content: { 'application/problem+json': { schema: { $ref: getSchemaPath(ProblemDto) }, examples } },
      });
    });
    applyDecorators(ApiExtraModels(ProblemDto), ...decorators)(target, property, descriptor);
  };
}

function documentedResponse(handler: unknown, status: number): DocumentedResponse {
  if (typeof handler !== 'function') return {};
  const responses = Reflect.getMetadata(RESPONSES, handler) as Record<string, DocumentedResponse> | undefined;
  return responses?.[String(status)] ?? {};
}

function exampleOf(definition: ErrorDefinition, status: number): object {
  return {
    type: `/problems/${definition.code}`,
    title: definition.title,
    status,
    detail: definition.example,
    instance: '/api/v1/…',
    code: definition.code,
    requestId: 'req_019a0c2e7b6f7c3e9d1f2a3b4c5d6e7f',
  };
}
