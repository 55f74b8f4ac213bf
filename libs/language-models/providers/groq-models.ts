import type { LanguageModel } from '../language-provider.js';

/** Groq's own pages could not be read here; this table quotes them. */
const SOURCE = {
  cachedInput: null,
  source: 'https://docs.rs/crate/aicost/0.2.4/source/src/data/data_groq.rs',
  date: '2026-11-21',
};

/** Groq's models. Only gpt-oss is held to a schema; its tokenizer is OpenAI's o200k. */
export const GROQ_LANGUAGE_MODELS: readonly LanguageModel[] = [
  {
    id: 'openai/gpt-oss-120b',
    contextTokens: 131_072,
    maxOutputTokens: 65_536,
    structuredOutput: 'schema',
    streaming: true,
    temperature: true,
    tokenizer: 'o200k_base',
    price: { input: 150_000, output: 600_000, ...SOURCE },
  },
  {
    id: 'openai/gpt-oss-20b',
    contextTokens: 131_072,
    maxOutputTokens: 65_536,
    structuredOutput: 'schema',
    streaming: true,
    temperature: true,
    tokenizer: 'o200k_base',
    price: { input: 75_000, output: 300_000, ...SOURCE },
  },
  {
    id: 'llama-3.3-70b-versatile',
    contextTokens: 131_072,
    maxOutputTokens: 32_768,
    structuredOutput: 'json',
    streaming: true,
    temperature: true,
    tokenizer: null,
    price: { input: 590_000, output: 790_000, ...SOURCE },
  },
];
