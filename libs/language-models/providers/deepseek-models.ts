import type { LanguageModel } from '../language-provider.js';
import { LITELLM } from './read-elsewhere.js';

function deepSeek(id: string, input: number, output: number, cachedInput: number): LanguageModel {
  return {
    id,
    contextTokens: 1_000_000,
    // Sources disagree (8 192, 384 000).
    maxOutputTokens: null,
    structuredOutput: 'json',
    streaming: true,
    temperature: true,
    tokenizer: null,
    price: { input, output, cachedInput, ...LITELLM },
  };
}

/** DeepSeek's models; its older names (deepseek-chat, deepseek-reasoner) ended in July 2026. */
export const DEEPSEEK_LANGUAGE_MODELS: readonly LanguageModel[] = [
  deepSeek('deepseek-v4-flash', 140_000, 280_000, 2_800),
  deepSeek('deepseek-v4-pro', 435_000, 870_000, 3_625),
];
