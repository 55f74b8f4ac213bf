import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, Module, NotFoundException, Param, Post, Res } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { commonErrors } from '../common-errors.js';
import { FieldError } from '../field-error.js';
import { type ErrorKind, STATUS_OF_KIND } from '../kinds.js';
import { ProblemFilter } from './problem.filter.js';
import { validationFailed } from './validation.pipe.js';

const SECRET = 'connection string postgres://steno:hunter2@db';

@Controller()
class Failing {
  @Get('kind/:kind')
  kind(@Param('kind') kind: ErrorKind): never {
    throw new FieldError({ code: 'some_code', kind, title: 'A title', example: '' }, 'A sentence. What to do.', {
      retryAfterSeconds: kind === 'rate_limited' ? 6.2 : undefined,
      cause: new Error(SECRET),
      members: { limit: 5 },
    });
  }

  @Get('unforeseen')
  unforeseen(): never {
    throw new TypeError(SECRET);
  }

  @Get('thrown-text')
  text(): never {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- libraries do it
    throw SECRET;
  }

  @Get('nest-404')
  notFound(): never {
    throw new NotFoundException();
  }

  @Get('begun')
  begun(@Res() reply: FastifyReply): never {
    reply.raw.writeHead(200, { 'content-length': '100' });
    reply.raw.write('half of it');
    throw new Error('broke off');
  }

  @Get('fields')
  fields(): never {
    throw validationFailed([{ path: 'name', message: 'name must not be blank', code: 'matches' }]);
  }

  @Post('body')
  body(@Body() body: unknown): unknown {
    return body;
  }
}

@Module({ controllers: [Failing] })
class FailingModule {}

describe('ProblemFilter', () => {
  let app: NestFastifyApplication;
  const logged: object[] = [];
  beforeAll(async () => {
    app = await NestFactory.create<NestFastifyApplication>(FailingModule, new FastifyAdapter({ bodyLimit: 1_000 }), {
      logger: false,
    });
    const log = { error: (message: string, fields: object) => logged.push({ message, ...fields }) };
    app.useGlobalFilters(new ProblemFilter(log, () => 'req_test'));
    await app.listen(0, '127.0.0.1');
  });
  beforeEach(() => {
    logged.splice(0);
  });
  afterAll(() => app.close());

  const get = (url: string) => app.inject({ method: 'GET', url });

  it.each(Object.entries(STATUS_OF_KIND))('answers %s with %i', async (kind, status) => {
    const response = await get(`/kind/${kind}?token=abc`);
    expect(response.statusCode).toBe(status);
    expect(response.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(response.json()).toEqual({
      type: '/problems/some_code',
      title: 'A title',
      status,
      detail: 'A sentence. What to do.',
      instance: `/kind/${kind}`,
      code: 'some_code',
      requestId: 'req_test',
      limit: 5,
    });
    expect(logged).toHaveLength(status >= 500 ? 1 : 0);
  });

  it('says when to come back, in whole seconds, rounded up', async () => {
    expect((await get('/kind/rate_limited')).headers['retry-after']).toBe('7');
    expect((await get('/kind/conflict')).headers['retry-after']).toBeUndefined();
  });

  it.each(['/unforeseen', '/thrown-text'])('keeps what nobody foresaw to the log: %s', async (url) => {
    const response = await get(url);
    expect(response.statusCode).toBe(500);
    expect(response.json()).toMatchObject({ code: 'internal_error', detail: commonErrors.internal_error.example });
    expect(response.body).not.toMatch(/hunter2|\.ts|stack/);
    expect(logged).toEqual([expect.objectContaining({ code: 'internal_error' })]);
    expect(JSON.stringify(logged, (_, value: unknown) => (value instanceof Error ? value.message : value))).toContain('hunter2');
  });

  it('names wrong fields', async () => {
    expect((await get('/fields')).json()).toMatchObject({
      status: 422,
      errors: [{ path: 'name', message: 'name must not be blank', code: 'matches' }],
    });
  });

  it.each([
    ['an unknown route', 'GET', '/nowhere?x=1', {}, '', 404, 'route_not_found', 'There is no GET /nowhere. See /api/docs'],
    ['a wrong method', 'DELETE', '/fields', {}, '', 404, 'route_not_found', 'There is no DELETE /fields.'],
    ["Nest's own 404", 'GET', '/nest-404', {}, '', 404, 'route_not_found', 'There is no GET /nest-404.'],
    [
      'broken JSON',
      'POST',
      '/body',
      { 'content-type': 'application/json' },
      '{"a":',
      400,
      'malformed_request',
      'could not be read',
    ],
    [
      'a large body',
      'POST',
      '/body',
      { 'content-type': 'application/json' },
      `"${'a'.repeat(1_000)}"`,
      413,
      'body_too_large',
      '',
    ],
    ['a foreign type', 'POST', '/body', { 'content-type': 'application/xml' }, '<a/>', 415, 'unsupported_content_type', ''],
  ] as const)('answers %s', async (_, method, url, headers, payload, status, code, detail) => {
    const response = await app.inject({ method, url, headers, payload });
    expect(response.json()).toMatchObject({ status, code, detail: expect.stringContaining(detail) });
    expect(response.statusCode).toBe(status);
    expect(response.body).not.toMatch(/stack|node_modules|FST_ERR/);
  });

  it('cuts the connection when the answer had begun', async () => {
    await expect(fetch(`${await app.getUrl()}/begun`).then((response) => response.text())).rejects.toThrow();
  });
});
