import { applyDecorators, SetMetadata } from '@nestjs/common';
import { commonErrors } from '#errors';
import { ApiProblems } from '#errors/http';
import type { PolicyOf } from '../policies.js';

/** Where a route names its policies. */
export const LIMITED_BY = 'steno:limited-by';

/** Where @nestjs/swagger keeps the responses of a handler. */
const RESPONSES = 'swagger/apiResponse';

/** What a refusal says beside its body. */
const HEADERS = {
  'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer', example: 12 } },
  'RateLimit-Policy': {
    description: 'Every limit that counts this request: q requests in w seconds.',
    schema: { type: 'string', example: '"address";q=6000;w=60, "sign-in";q=20;w=60' },
  },
  RateLimit: {
    description: 'What is left of them: r requests, and the window ends in t seconds.',
    schema: { type: 'string', example: '"sign-in";r=0;t=12' },
  },
};

/** The route counts under further policies, all of them by address. Writes the refusal and its headers into the OpenAPI document. */
export function LimitedBy(...policies: PolicyOf<'address'>[]): MethodDecorator {
  return applyDecorators(SetMetadata(LIMITED_BY, policies), ApiProblems(commonErrors.too_many_requests), documentHeaders);
}

const documentHeaders: MethodDecorator = (_target, _property, descriptor) => {
  const handler: unknown = descriptor.value;
  if (typeof handler !== 'function') return;
  const responses = Reflect.getMetadata(RESPONSES, handler) as Record<string, object>;
  Reflect.defineMetadata(RESPONSES, { ...responses, 429: { ...responses['429'], headers: HEADERS } }, handler);
};
