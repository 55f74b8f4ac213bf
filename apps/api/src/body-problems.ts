import type { OpenAPIObject } from '@nestjs/swagger';
import { commonErrors } from '#errors';
import { addProblems } from '#errors/http';

/** The parts of an operation that are looked at. */
interface Operation {
  requestBody?: { content?: Record<string, unknown> };
  responses?: Record<string, unknown>;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** What can go wrong with any JSON body before its route sees it. */
const JSON_BODY_ERRORS = [
  commonErrors.malformed_request,
  commonErrors.request_timeout,
  commonErrors.body_too_large,
  commonErrors.unsupported_content_type,
];

/** Documents the errors that come with every JSON body, so that no route need name them. */
export function addBodyProblems(document: OpenAPIObject): OpenAPIObject {
  for (const item of Object.values(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method] as Operation | undefined;
      if (operation?.requestBody?.content?.['application/json'] !== undefined)
        addProblems((operation.responses ??= {}), JSON_BODY_ERRORS);
    }
  }
  return document;
}
