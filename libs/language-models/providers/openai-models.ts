import type { LanguageModel } from '../language-provider.js';
import { LITELLM } from './read-elsewhere.js';

/** What the models of OpenAI have in common. */
function openAi(
  id: string,
  model: Omit<LanguageModel, 'id' | 'structuredOutput' | 'streaming' | 'tokenizer' | 'price'>,
  ...costs: [number, number, number]
): LanguageModel {
  const [input, output, cachedInput] = costs;
  return {
    id,
    ...model,
    structuredOutput: 'schema',
    streaming: true,
    tokenizer: 'o200k_base',
    price: { input, output, cachedInput, ...LITELLM },
  };
}

/** The reasoning models take no temperature. */
const SMALL = { contextTokens: 400_000, maxOutputTokens: 128_000, temperature: false };
const LARGE = { contextTokens: 1_050_000, maxOutputTokens: 128_000, temperature: false };

/** OpenAI's models; input, output and cached input in millionths of a dollar for a million tokens. */
export const OPENAI_LANGUAGE_MODELS: readonly LanguageModel[] = [
  openAi('gpt-5.4-mini', SMALL, 750_000, 4_500_000, 75_000),
  openAi('gpt-5.4-nano', SMALL, 200_000, 1_250_000, 20_000),
  openAi('gpt-5.4', LARGE, 2_500_000, 15_000_000, 250_000),
  openAi('gpt-4.1', { contextTokens: 1_047_576, maxOutputTokens: 32_768, temperature: true }, 2_000_000, 8_000_000, 500_000),
  openAi('gpt-4.1-mini', { contextTokens: 1_047_576, maxOutputTokens: 32_768, temperature: true }, 400_000, 1_600_000, 100_000),
  openAi('gpt-4o-mini', { contextTokens: 128_000, maxOutputTokens: 16_384, temperature: true }, 150_000, 600_000, 75_000),
];
