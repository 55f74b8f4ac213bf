import { defineErrors } from '#errors';

/** Errors of choosing who writes. */
export const languageModelErrors = defineErrors({
  unknown_language_model: {
    kind: 'unprocessable',
    title: 'No such language model',
    example: 'openai has no language model "gpt-9". Use one of: openai/gpt-5.4-mini, gemini/gemini-2.5-flash.',
  },
  language_provider_not_configured: {
    kind: 'unprocessable',
    title: 'The provider of language models is not configured',
    example: 'deepseek is not configured on this server: its operator sets DEEPSEEK_API_KEY. Available: openai.',
  },
  language_model_not_able: {
    kind: 'unprocessable',
    title: 'The language model cannot do this',
    example: 'gpt-4o-mini of openai reads 128000 tokens, and 200000 are needed. These models do: openai/gpt-5.4-mini.',
  },
  no_language_model: {
    kind: 'unavailable',
    title: 'No language model is set up',
    example: 'No language model is set up. The operator sets OPENAI_API_KEY, or the key of another provider.',
  },
});
