import type { LanguageModel } from '../language-provider.js';

/** What a model costs there depends on who serves it; the answer says what it did cost (usage.cost of OpenRouter's own OpenAPI document). */
const PRICE = { input: null, output: null, cachedInput: null, source: 'usage.cost of each answer', date: '2026-08-22' };

/** A few of OpenRouter's hundreds of models; LANGUAGE_MODELS_FILE adds others. */
export const OPENROUTER_LANGUAGE_MODELS: readonly LanguageModel[] = [
  {
    id: 'openai/gpt-5-mini',
    contextTokens: 400_000,
    maxOutputTokens: 128_000,
    structuredOutput: 'schema',
    streaming: true,
    temperature: false,
    tokenizer: 'o200k_base',
    price: PRICE,
  },
  {
    id: 'google/gemini-2.5-flash',
    contextTokens: 1_048_576,
    maxOutputTokens: 65_535,
    structuredOutput: 'schema',
    streaming: true,
    temperature: true,
    tokenizer: null,
    price: PRICE,
  },
  {
    id: 'openai/gpt-oss-120b',
    contextTokens: 131_072,
    maxOutputTokens: null,
    structuredOutput: 'schema',
    streaming: true,
    temperature: true,
    tokenizer: 'o200k_base',
    price: PRICE,
  },
];
