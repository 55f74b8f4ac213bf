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
    const decorators = [...byStatus].map(([status, group]) =>
      ApiResponse({ status, ...problemResponse(documentedResponse(descriptor.value, status), status, group) }),
    );
    applyDecorators(ApiExtraModels(ProblemDto), ...decorators)(target, property, descriptor);
  };
}

/**
 * Adds errors to an operation of a finished document: those that any route of its kind can give, whoever wrote it.
 * @param responses of the operation, by status; changed
 */
export function addProblems(responses: Record<string, unknown>, definitions: readonly ErrorDefinition[]): void {
  for (const [status, group] of Map.groupBy(definitions, ({ kind }) => STATUS_OF_KIND[kind])) {
    const documented = (responses[status] ?? {}) as DocumentedResponse;
    responses[status] = problemResponse(documented, status, group);
  }
}

/** The response that shows the errors of a status, after those it had before. */
function problemResponse(before: DocumentedResponse, status: number, definitions: readonly ErrorDefinition[]) {
  const added = definitions.map((definition) => [
    definition.code,
    { summary: definition.title, value: exampleOf(definition, status) },
  ]);
  const examples: Examples = { ...before.content?.[PROBLEM]?.examples, ...(Object.fromEntries(added) as Examples) };
  return {
    ...(before.headers === undefined ? {} : { headers: before.headers }),
    description: Object.keys(examples)
      .map((code) => `\`${code}\``)
      .join(', '),
    content: { [PROBLEM]: { schema: { $ref: getSchemaPath(ProblemDto) }, examples } },
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
    instance: '/api/v1/audio',
    code: definition.code,
    requestId: 'req_019a0c2e7b6f7c3e9d1f2a3b4c5d6e7f',
  };
}
