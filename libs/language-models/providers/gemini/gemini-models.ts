import type { LanguageModel } from '../../language-provider.js';
import { LITELLM } from '../read-elsewhere.js';

function gemini(id: string, maxOutputTokens: number, input: number, output: number, cachedInput: number): LanguageModel {
  return {
    id,
    contextTokens: 1_048_576,
    maxOutputTokens,
    structuredOutput: 'schema',
    streaming: true,
    temperature: true,
    // Not to be had here; the API counts.
    tokenizer: null,
    price: { input, output, cachedInput, ...LITELLM },
  };
}

/** Gemini's models. 2.5 Pro costs twice as much for a prompt of more than 200 000 tokens, which this table does not know. */
export const GEMINI_LANGUAGE_MODELS: readonly LanguageModel[] = [
  gemini('gemini-2.5-flash', 65_535, 300_000, 2_500_000, 30_000),
  gemini('gemini-2.5-flash-lite', 65_535, 100_000, 400_000, 10_000),
  gemini('gemini-2.5-pro', 65_535, 1_250_000, 10_000_000, 125_000),
];
