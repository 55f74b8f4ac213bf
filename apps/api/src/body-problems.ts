import type { OpenAPIObject } from '@nestjs/swagger';
import { commonErrors } from '#errors';
import { addProblems } from '#errors/http';
import { quotaErrors } from '#quota';

/** The parts of an operation that are looked at. */
interface Operation {
  requestBody?: { content?: Record<string, unknown> };
  responses?: Record<string, unknown>;
  /** Not there: it is open to everyone. */
  'x-permission'?: string;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** What can go wrong with any JSON body before its route sees it. */
const JSON_BODY_ERRORS = [
  commonErrors.malformed_request,
  commonErrors.request_timeout,
  commonErrors.body_too_large,
  commonErrors.unsupported_content_type,
];

/** Routes that answer also when all calls are used up. */
const ALSO_WHEN_SPENT = '/api/v1/usage';

/** Documents the errors that come with every JSON body, and with every call of a workspace, so that no route need name them. */
export function addBodyProblems(document: OpenAPIObject): OpenAPIObject {
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method] as Operation | undefined;
      if (operation?.requestBody?.content?.['application/json'] !== undefined)
        addProblems((operation.responses ??= {}), JSON_BODY_ERRORS);
      if (operation?.['x-permission'] !== undefined && !path.startsWith(ALSO_WHEN_SPENT))
        addProblems((operation.responses ??= {}), [quotaErrors.quota_exceeded]);
    }
  }
  return document;
}
