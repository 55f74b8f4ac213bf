import { describe, expect, it } from '@jest/globals';
import { FieldError } from '#errors';
import type { LanguageModel, LanguageProvider, LanguageProviderId } from './language-provider.js';
import { chooseLanguage, type LanguageDefaults, type LanguageWish } from './registry.js';

const MODEL: LanguageModel = {
  id: 'small',
  contextTokens: 1_000,
  maxOutputTokens: 100,
  structuredOutput: 'json',
  streaming: true,
  temperature: true,
  tokenizer: null,
  price: { input: null, output: null, cachedInput: null, source: 'x', date: '2026-08-22' },
};

function provider(id: LanguageProviderId, ...models: LanguageModel[]): LanguageProvider {
  const notCalled = () => Promise.reject(new Error('Not called here.'));
  const stream = () => {
    throw new Error('Not called here.');
  };
  return { id, configured: true, models, answer: notCalled, stream, countTokens: notCalled, close: () => Promise.resolve() };
}

const openai = provider('openai', MODEL, { ...MODEL, id: 'large', contextTokens: 100_000, structuredOutput: 'schema' });
const gemini = provider('gemini', { ...MODEL, id: 'flash', maxOutputTokens: 9_000 });
const router = provider('openrouter', { ...MODEL, id: 'untold', contextTokens: null, maxOutputTokens: null });
const ALL = [openai, gemini, router];

function choice(wish: LanguageWish, defaults: LanguageDefaults = {}, providers = ALL): string {
  const chosen = chooseLanguage(providers, defaults, wish);
  return `${chosen.provider.id}/${chosen.model.id}`;
}

function refusal(wish: LanguageWish, defaults: LanguageDefaults = {}, providers = ALL): FieldError {
  try {
    chooseLanguage(providers, defaults, wish);
  } catch (error) {
    if (error instanceof FieldError) return error;
  }
  throw new Error('It was not refused.');
}

describe('chooseLanguage', () => {
  it.each<[string, LanguageWish, LanguageDefaults]>([
    ['openai/small', {}, {}],
    ['gemini/flash', {}, { provider: 'gemini' }],
    ['openai/large', {}, { model: 'large' }],
    ['gemini/flash', { provider: 'gemini' }, { model: 'large' }],
    ['openrouter/untold', { model: 'untold' }, {}],
    ['openai/large', { needs: { contextTokens: 50_000 } }, {}],
    ['openai/large', { needs: { schema: true, streaming: true } }, {}],
    ['openrouter/untold', { provider: 'openrouter', needs: { contextTokens: 9_999_999, outputTokens: 50_000 } }, {}],
  ])('gives %s for %j with defaults %j', (expected, wish, defaults) => {
    expect(choice(wish, defaults)).toBe(expected);
  });

  it.each<[string, LanguageWish, RegExp]>([
    ['unknown_language_model', { model: 'huge' }, /no language model "huge".*openai\/small.*openrouter\/untold/],
    ['unknown_language_model', { provider: 'gemini', model: 'small' }, /gemini has no language model "small"/],
    ['language_provider_not_configured', { provider: 'deepseek' }, /DEEPSEEK_API_KEY. Available: openai, gemini, openrouter/],
    ['language_provider_not_configured', { provider: 'acme' }, /there is no such provider/],
    [
      'language_model_not_able',
      { model: 'small', needs: { contextTokens: 2_000 } },
      /reads 1000 tokens, and 2000 are needed. These models do: openai\/large, openrouter\/untold/,
    ],
    ['language_model_not_able', { provider: 'openai', needs: { outputTokens: 5_000 } }, /writes 100 tokens.*gemini\/flash/],
    ['language_model_not_able', { model: 'flash', needs: { schema: true } }, /flash of gemini cannot be held to a schema/],
  ])('refuses with %s for %j', (code, wish, detail) => {
    const error = refusal(wish);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(detail);
  });

  it('says what to set when there is none', () => {
    expect(refusal({}, {}, [])).toMatchObject({ code: 'no_language_model', kind: 'unavailable' });
  });
});
