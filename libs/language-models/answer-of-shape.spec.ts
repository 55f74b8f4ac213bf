import { describe, expect, it } from '@jest/globals';
import { ProviderError } from '#provider-calls';
import { answerOfShape } from './answer-of-shape.js';
import type { LanguageAnswer, LanguageProvider, LanguageRequest } from './language-provider.js';

const SHAPE = {
  name: 'person',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['name', 'age'],
    properties: { name: { type: 'string' }, age: { type: 'integer', minimum: 0 } },
  },
};
const GOOD = '{"name":"Ada","age":36}';

/** A provider that writes these texts, one a call, and keeps what it was asked. */
function writing(...texts: string[]) {
  const asked: LanguageRequest[] = [];
  const provider: LanguageProvider = {
    id: 'openai',
    configured: true,
    models: [],
    answer: (request) => {
      asked.push(request);
      const text = texts[asked.length - 1];
      if (text === undefined) return Promise.reject(new Error('Asked too often.'));
      const usage = { inputTokens: 10, outputTokens: 5, cachedInputTokens: 0 };
      return Promise.resolve({ text, model: 'm', usage, cost: { microDollars: 7, source: 'prices' } });
    },
    stream: () => {
      throw new Error('Not called here.');
    },
    countTokens: () => Promise.reject(new Error('Not called here.')),
    close: () => Promise.resolve(),
  };
  return { provider, asked };
}

const request = () => ({
  model: 'm',
  messages: [{ role: 'user' as const, text: 'Who?' }],
  schema: SHAPE,
  signal: new AbortController().signal,
});

describe('answerOfShape', () => {
  it('gives the value, what it cost and what was used', async () => {
    const { provider, asked } = writing(GOOD);
    expect(await answerOfShape(provider, request())).toMatchObject({
      value: { name: 'Ada', age: 36 },
      usage: { inputTokens: 10, outputTokens: 5 },
      cost: { microDollars: 7 },
    });
    expect(asked).toMatchObject([{ schema: SHAPE, messages: [{ text: 'Who?' }] }]);
  });

  it.each([
    ['is not JSON', 'Here you are: {"name":"Ada","age":36}', 'it is not JSON'],
    ['stands in a fence', `\`\`\`json\n${GOOD}\n\`\`\``, 'it is not JSON'],
    ['is cut off', GOOD.slice(0, -1), 'it is not JSON'],
    ['is empty', '', 'it is not JSON'],
    ['lacks something', '{"name":"Ada"}', "must have required property 'age'"],
    ['has the wrong type', '{"name":"Ada","age":"36"}', '/age must be integer'],
    ['has too much', '{"name":"Ada","age":36,"job":"x"}', 'must NOT have additional properties (job)'],
  ])('refuses an answer that %s, says what is wrong, and asks again', async (_what, text, mistake) => {
    const { provider, asked } = writing(text, GOOD);
    const { value, calls, cost } = await answerOfShape(provider, request());
    expect(value).toEqual({ name: 'Ada', age: 36 });
    expect([calls.length, cost.microDollars]).toEqual([2, 14]);
    const [, second, third] = asked[1]?.messages ?? [];
    expect(second).toEqual({ role: 'assistant', text });
    expect(third?.role).toBe('user');
    expect(third?.text).toContain(mistake);
  });

  it('asks no more often than it may, and has recorded every answer by then', async () => {
    const { provider, asked } = writing('1', '2', '3', GOOD);
    const recorded: LanguageAnswer[] = [];
    const record = (answer: LanguageAnswer) => Promise.resolve(void recorded.push(answer));
    const error: unknown = await answerOfShape(provider, request(), { mostCalls: 3, record }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ProviderError);
    expect(error).toMatchObject({ kind: 'unavailable', providerCode: 'wrong_shape', provider: 'openai' });
    expect([asked.length, recorded.length]).toEqual([3, 3]);
  });

  it('tells only the last mistakes, so that the prompt does not grow with every call', async () => {
    const { provider, asked } = writing('1', '2', GOOD);
    await answerOfShape(provider, request());
    expect(asked.map(({ messages }) => messages.length)).toEqual([1, 3, 3]);
  });

  it('asks nobody when the schema is none', async () => {
    const { provider, asked } = writing(GOOD);
    const schema = { name: 'x', schema: { type: 'no such type' } };
    await expect(answerOfShape(provider, { ...request(), schema })).rejects.toThrow(/schema is invalid/);
    expect(asked).toEqual([]);
  });
});
