import type { LanguageModel } from '../language-provider.js';

/** What a model costs there depends on who serves it, and the answer does not say. */
const PRICE = { input: null, output: null, cachedInput: null, source: 'the serving provider’s own', date: '2026-08-22' };

/** A few of the models behind Hugging Face's router; LANGUAGE_MODELS_FILE adds others. */
export const HUGGINGFACE_LANGUAGE_MODELS: readonly LanguageModel[] = [
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
  {
    id: 'meta-llama/Llama-3.3-70B-Instruct',
    contextTokens: 131_072,
    maxOutputTokens: null,
    structuredOutput: 'json',
    streaming: true,
    temperature: true,
    tokenizer: null,
    price: PRICE,
  },
];
