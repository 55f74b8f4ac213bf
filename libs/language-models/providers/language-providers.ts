import type { LanguageConfig } from '#config';
import type { LanguageModel, LanguageProvider, LanguageProviderId } from '../language-provider.js';
import { type Corrections, readCorrections } from '../models-file.js';
import { DEEPSEEK_LANGUAGE_MODELS } from './deepseek-models.js';
import { GeminiLanguage } from './gemini/gemini.adapter.js';
import { GEMINI_LANGUAGE_MODELS } from './gemini/gemini-models.js';
import { GROQ_LANGUAGE_MODELS } from './groq-models.js';
import { HUGGINGFACE_LANGUAGE_MODELS } from './huggingface-models.js';
import { OPENAI_LANGUAGE_MODELS } from './openai-models.js';
import type { Dialect } from './openai-style/dialect.js';
import { OpenAiStyleLanguage } from './openai-style/openai-style.adapter.js';
import { OPENROUTER_LANGUAGE_MODELS } from './openrouter-models.js';
import type { Place } from './place.js';

/** The vendors that speak OpenAI's chat API, and what each has of its own. */
type OpenAiStyleId = Exclude<LanguageProviderId, 'gemini'>;

const DIALECTS: Record<OpenAiStyleId, Omit<Dialect, 'id' | 'models'>> = {
  openai: { outputLimit: 'max_completion_tokens' },
  groq: { outputLimit: 'max_completion_tokens' },
  openrouter: {
    outputLimit: 'max_completion_tokens',
    // Otherwise it may choose somebody to serve the model who leaves the schema out.
    ownMembers: ({ schema }) => (schema === undefined ? {} : { provider: { require_parameters: true } }),
  },
  deepseek: { outputLimit: 'max_tokens' },
  huggingface: { outputLimit: 'max_tokens' },
};

const MODELS: Record<LanguageProviderId, readonly LanguageModel[]> = {
  openai: OPENAI_LANGUAGE_MODELS,
  groq: GROQ_LANGUAGE_MODELS,
  gemini: GEMINI_LANGUAGE_MODELS,
  openrouter: OPENROUTER_LANGUAGE_MODELS,
  deepseek: DEEPSEEK_LANGUAGE_MODELS,
  huggingface: HUGGINGFACE_LANGUAGE_MODELS,
};

/**
 * Every provider of language models: those with the installation's key and, for workspaces that bring their own, those without.
 * @throws ConfigError when LANGUAGE_MODELS_FILE has mistakes
 */
export function languageProviders(language: LanguageConfig): LanguageProvider[] {
  const corrections = readCorrections(language.modelsFile);
  return [
    // Another server with OpenAI's API has other models, which only the file can name.
    languageProvider('openai', placeOf(language, 'openai'), corrections, language.openai.isOpenAi ? undefined : []),
    languageProvider('groq', placeOf(language, 'groq'), corrections),
    languageProvider('gemini', placeOf(language, 'gemini'), corrections),
    languageProvider('openrouter', placeOf(language, 'openrouter'), corrections),
    languageProvider('deepseek', placeOf(language, 'deepseek'), corrections),
    languageProvider('huggingface', placeOf(language, 'huggingface'), corrections),
  ].filter(({ models }) => models.length > 0);
}

/** One provider. */
export function languageProvider(
  id: LanguageProviderId,
  place: Place,
  corrections: Corrections = (_, table) => table,
  table = MODELS[id],
): LanguageProvider {
  const models = corrections(id, table);
  if (id === 'gemini') return new GeminiLanguage(models, place);
  return new OpenAiStyleLanguage({ id, models, ...DIALECTS[id] }, place);
}

function placeOf(language: LanguageConfig, id: LanguageProviderId): Place {
  const { timeoutSeconds, idleSeconds } = language;
  const { apiKey, baseUrl } = language[id];
  return { apiKey, baseUrl: id === 'groq' ? `${baseUrl.replace(/\/+$/, '')}/openai/v1` : baseUrl, timeoutSeconds, idleSeconds };
}
