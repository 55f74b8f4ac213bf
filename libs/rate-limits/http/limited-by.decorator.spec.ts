import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { Controller, Post } from '@nestjs/common';
import { defineErrors } from '#errors';
import { ApiProblems } from '#errors/http';
import { LIMITED_BY, LimitedBy } from './limited-by.decorator.js';

const { spent } = defineErrors({ spent: { kind: 'rate_limited', title: 'Spent', example: 'It is spent. Wait.' } });

@Controller()
class Routes {
  @Post('below')
  @LimitedBy('sign-in')
  @ApiProblems(spent)
  below(this: void): void {}

  @Post('above')
  @ApiProblems(spent)
  @LimitedBy('sign-in', 'login-address')
  above(this: void): void {}
}

describe('LimitedBy', () => {
  it.each(['below', 'above'] as const)('documents the refusal and its headers beside other errors of its status: %s', (route) => {
    const responses: unknown = Reflect.getMetadata('swagger/apiResponse', Routes.prototype[route]);
    expect(responses).toMatchObject({
      429: {
        headers: { 'Retry-After': {}, 'RateLimit-Policy': {}, RateLimit: {} },
        content: { 'application/problem+json': { examples: { spent: {}, too_many_requests: {} } } },
      },
    });
  });

  it('names the policies of the route', () => {
    expect(Reflect.getMetadata(LIMITED_BY, Routes.prototype.above)).toEqual(['sign-in', 'login-address']);
  });
});
