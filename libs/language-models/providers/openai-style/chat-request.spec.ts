import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '#provider-calls';
import type { LanguageModel, LanguageRequest } from '../../language-provider.js';
import { chatRequest, isStrict } from './chat-request.js';

const CLOSED: JsonObject = {
  type: 'object',
  additionalProperties: false,
  required: ['a'],
  properties: { a: { type: 'string' } },
};

describe('isStrict', () => {
  it.each<[boolean, string, JsonObject]>([
    [true, 'names all and allows no others', CLOSED],
    [true, 'does so inside too', { ...CLOSED, properties: { a: { type: 'array', items: CLOSED } } }],
    [false, 'allows others', { ...CLOSED, additionalProperties: true }],
    [false, 'leaves one free', { ...CLOSED, required: [] }],
    [false, 'is open inside', { ...CLOSED, properties: { a: { type: 'array', items: { type: 'object' } } } }],
    [false, 'is open in a choice', { ...CLOSED, properties: { a: { anyOf: [CLOSED, { type: 'object' }] } } }],
    [false, 'is open in a definition', { ...CLOSED, $defs: { b: { type: 'object' } } }],
  ])('is %s of a schema that %s', (strict, _what, schema) => {
    expect(isStrict(schema)).toBe(strict);
  });
});

describe('chatRequest', () => {
  const model: LanguageModel = {
    id: 'm',
    contextTokens: null,
    maxOutputTokens: null,
    structuredOutput: 'schema',
    streaming: true,
    temperature: true,
    tokenizer: null,
    price: { input: null, output: null, cachedInput: null, source: 'x', date: '2026-08-22' },
  };
  const dialect = { id: 'openai', models: [model], outputLimit: 'max_tokens' } as const;
  const request: LanguageRequest = {
    model: 'm',
    messages: [{ role: 'user', text: 'Hello' }],
    temperature: 0.5,
    maxOutputTokens: 9,
    signal: new AbortController().signal,
  };

  it('leaves out what the model does not take', () => {
    const messages = [{ role: 'user', content: 'Hello' }];
    expect(chatRequest(dialect, model, request)).toEqual({ model: 'm', messages, temperature: 0.5, max_tokens: 9 });
    expect(chatRequest(dialect, { ...model, temperature: false }, request)).not.toHaveProperty('temperature');
  });

  it('holds to the schema in strict mode only if that takes it', () => {
    const asked = (schema: JsonObject) =>
      chatRequest(dialect, model, { ...request, schema: { name: 's', schema } }).response_format;
    expect(asked(CLOSED)).toEqual({ type: 'json_schema', json_schema: { name: 's', schema: CLOSED, strict: true } });
    expect(asked({ type: 'object' })).toMatchObject({ json_schema: { strict: false } });
  });

  it('says the schema in words where the model is held to JSON only', () => {
    const body = chatRequest(
      dialect,
      { ...model, structuredOutput: 'json' },
      { ...request, schema: { name: 's', schema: CLOSED } },
    );
    expect(body.response_format).toEqual({ type: 'json_object' });
    expect(body.messages).toHaveLength(2);
    expect(JSON.stringify(body.messages[0])).toContain('JSON Schema');
  });
});
