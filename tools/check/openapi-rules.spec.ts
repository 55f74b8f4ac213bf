import { describe, expect, it } from '@jest/globals';
import { openApiProblems } from './openapi-rules.ts';

const json = (schema: object, more: object = {}) => ({ 'application/json': { schema, ...more } });

const PROBLEM = {
  content: {
    'application/problem+json': {
      schema: { type: 'object', properties: { code: { type: 'string' } } },
      example: { code: 'not_found' },
    },
  },
};

const OPERATION = {
  operationId: 'audio_get',
  summary: 'One recording',
  tags: ['audio'],
  security: [{ bearer: [] }],
  parameters: [{ name: 'id', in: 'path', schema: { type: 'string', format: 'uuid' } }],
  responses: { 200: { content: json({ $ref: '#/components/schemas/Audio' }) }, 404: PROBLEM },
};

const SCHEMAS = {
  Audio: {
    type: 'object',
    properties: { id: { type: 'string', example: 'a' }, tags: { type: 'array', items: { $ref: '#/components/schemas/Tag' } } },
  },
  Tag: { type: 'object', properties: { name: { type: 'string', enum: ['red', 'blue'] } } },
};

const documentOf = (operation: object, schemas: object = SCHEMAS) => ({
  openapi: '3.1.0',
  paths: { '/audio/{id}': { get: operation } },
  components: { schemas },
});

const problemsOf = (changes: object, schemas?: object): string[] =>
  openApiProblems(documentOf({ ...OPERATION, ...changes }, schemas));

describe('the rules for the OpenAPI document', () => {
  it('find nothing in a complete one', () => {
    expect(problemsOf({})).toEqual([]);
  });

  it.each([
    ['operationId', 'GET /audio/{id}: no operationId.'],
    ['summary', 'GET /audio/{id}: no summary.'],
    ['tags', 'GET /audio/{id}: no tag.'],
    ['security', 'GET /audio/{id}: no security; a public operation says so with an empty requirement.'],
  ])('want %s', (part, sentence) => {
    expect(problemsOf({ [part]: undefined })).toEqual([sentence]);
  });

  it('take an empty requirement, and an empty list, for public', () => {
    expect(problemsOf({ security: [{}] })).toEqual([]);
    expect(problemsOf({ security: [] })).toEqual([]);
  });

  it('want every operationId once', () => {
    const document = { ...documentOf(OPERATION), paths: { '/a': { get: OPERATION }, '/b': { post: OPERATION } } };
    expect(openApiProblems(document)).toEqual(['GET /a and POST /b: both have the operationId "audio_get".']);
  });

  it('want a successful response', () => {
    expect(problemsOf({ responses: { 404: PROBLEM } })).toEqual(['GET /audio/{id}: no successful response.']);
  });

  it('want an example of the success, from the body or from every field of its schema', () => {
    const schema = { type: 'object', properties: { id: { type: 'string', example: 'a' }, name: { type: 'string' } } };
    const sentence = 'GET /audio/{id} 200: no example of its application/json.';
    expect(problemsOf({ responses: { 200: { content: json(schema) } } })).toEqual([sentence]);
    expect(problemsOf({ responses: { 200: { content: json(schema, { example: { id: 'a', name: 'b' } }) } } })).toEqual([]);
    expect(problemsOf({ responses: { 200: { content: json(schema, { examples: {} }) } } })).toEqual([sentence]);
  });

  it('follow references to the examples of nested schemas', () => {
    const withoutExample = { ...SCHEMAS, Tag: { type: 'object', properties: { name: { type: 'string' } } } };
    expect(problemsOf({}, withoutExample)).toEqual(['GET /audio/{id} 200: no example of its application/json.']);
  });

  it('end on schemas that hold themselves', () => {
    const folder = {
      type: 'object',
      properties: { name: { type: 'string', example: 'a' }, inner: { $ref: '#/components/schemas/Audio' } },
    };
    expect(problemsOf({}, { ...SCHEMAS, Audio: folder })).toEqual([]);
  });

  it('want no example of sound, nor of an answer without a body', () => {
    expect(
      problemsOf({ responses: { 200: { content: { 'audio/mpeg': { schema: { type: 'string', format: 'binary' } } } } } }),
    ).toEqual([]);
    expect(problemsOf({ responses: { 204: { description: 'Gone.' } } })).toEqual([]);
  });

  it('want a body with an example of every error', () => {
    const ok = OPERATION.responses[200];
    const bare = { 'application/problem+json': { schema: PROBLEM.content['application/problem+json'].schema } };
    expect(problemsOf({ responses: { 200: ok, 404: { description: 'Not there.' } } })).toEqual([
      'GET /audio/{id} 404: an error without a body; name its codes with an example of each.',
    ]);
    expect(problemsOf({ responses: { 200: ok, 404: { content: bare } } })).toEqual([
      'GET /audio/{id} 404: no example of its application/problem+json.',
    ]);
  });

  it('refuse schemas that accept anything, wherever they stand', () => {
    const sentence = (where: string) => `${where}: an empty schema; it accepts anything.`;
    expect(problemsOf({ parameters: [{ name: 'q', in: 'query', schema: {} }] })).toEqual([
      sentence('GET /audio/{id} parameter q'),
    ]);
    expect(problemsOf({ requestBody: { content: json({ type: 'object' }) } })).toEqual([sentence('GET /audio/{id} request')]);
    expect(problemsOf({}, { ...SCHEMAS, Meta: { type: 'object', properties: { more: { description: 'Anything' } } } })).toEqual([
      sentence('Meta.more'),
    ]);
    expect(problemsOf({}, { ...SCHEMAS, List: { type: 'array' } })).toEqual([sentence('List')]);
    expect(problemsOf({}, { ...SCHEMAS, List: { type: 'array', items: {} } })).toEqual([sentence('List[]')]);
    expect(problemsOf({}, { ...SCHEMAS, Free: { type: 'object', additionalProperties: true } })).toEqual([]);
  });
});
