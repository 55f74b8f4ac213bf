import { FieldError } from '#errors';
import { languageModelErrors } from './language-models.errors.js';
import {
  LANGUAGE_PROVIDER_IDS,
  type LanguageModel,
  type LanguageProvider,
  type LanguageProviderId,
} from './language-provider.js';

/** What a task asks for; whatever it leaves open, the installation's defaults decide. */
export interface LanguageWish {
  provider?: string;
  model?: string;
  needs?: LanguageNeeds;
}

/** What the model has to be able to do. What nobody knows of a model is no reason to refuse it. */
export interface LanguageNeeds {
  /** Tokens to read and write together. */
  contextTokens?: number;
  outputTokens?: number;
  streaming?: boolean;
  /** To be held to a schema while it writes, not only asked for it. */
  schema?: boolean;
}

/** Who does it, and with which model. */
export interface LanguageChoice {
  provider: LanguageProvider;
  model: LanguageModel;
}

/** What the installation uses when a task names nothing. */
export interface LanguageDefaults {
  provider?: string;
  model?: string;
}

const KEY_OF: Record<LanguageProviderId, string> = {
  openai: 'OPENAI_API_KEY',
  groq: 'GROQ_API_KEY',
  gemini: 'GEMINI_API_KEY',
  openrouter: 'OPENROUTER_API_KEY',
  deepseek: 'DEEPSEEK_API_KEY',
  huggingface: 'HUGGINGFACE_API_KEY',
};

/**
 * Decides who writes.
 * @param providers those that can be used, in the order of preference
 * @throws FieldError when nobody can do what is wished, saying who could and what to set
 */
export function chooseLanguage(
  providers: readonly LanguageProvider[],
  defaults: LanguageDefaults,
  wish: LanguageWish,
): LanguageChoice {
  const { needs = {} } = wish;
  const choice = namedChoice(providers, defaults, wish);
  const lack = lackOf(choice.model, needs);
  if (lack === undefined) return choice;
  const able = all(providers, (model) => lackOf(model, needs) === undefined);
  const others = able === '' ? 'No language model that is set up here does.' : `These models do: ${able}.`;
  throw new FieldError(
    languageModelErrors.language_model_not_able,
    `${choice.model.id} of ${choice.provider.id} ${lack}. ${others}`,
  );
}

function namedChoice(
  providers: readonly LanguageProvider[],
  defaults: LanguageDefaults,
  { provider: name, model: wanted, needs = {} }: LanguageWish,
): LanguageChoice {
  const standard = providerOf(providers, name ?? defaults.provider);
  // A model named alone finds its provider, the standard one first.
  const provider =
    name === undefined && wanted !== undefined
      ? ([standard, ...providers].find(({ models }) => models.some(({ id }) => id === wanted)) ?? standard)
      : standard;
  // The default model belongs to the default provider; elsewhere each provider has its own first.
  const isStandard = name === undefined || name === (defaults.provider ?? providers.find(({ configured }) => configured)?.id);
  const named = wanted ?? (isStandard ? defaults.model : undefined);
  const model =
    named === undefined
      ? (provider.models.find((candidate) => lackOf(candidate, needs) === undefined) ?? provider.models[0])
      : provider.models.find(({ id }) => id === named);
  if (model !== undefined) return { provider, model };
  throw new FieldError(
    languageModelErrors.unknown_language_model,
    `${provider.id} has no language model "${named}". Use one of: ${all(providers, () => true)}.`,
  );
}

function providerOf(providers: readonly LanguageProvider[], name: string | undefined): LanguageProvider {
  const provider = name === undefined ? providers[0] : providers.find(({ id }) => id === name);
  if (provider !== undefined) return provider;
  const known = LANGUAGE_PROVIDER_IDS.find((id) => id === name);
  if (providers.length === 0) {
    const keys = known === undefined ? Object.values(KEY_OF).join(', ') : KEY_OF[known];
    throw new FieldError(languageModelErrors.no_language_model, `No language model is set up. The operator sets one of ${keys}.`);
  }
  const reason = known === undefined ? 'there is no such provider' : `its operator sets ${KEY_OF[known]}`;
  const available = providers.map(({ id }) => id).join(', ');
  throw new FieldError(
    languageModelErrors.language_provider_not_configured,
    `${name} is not configured on this server: ${reason}. Available: ${available}.`,
  );
}

/** Whoever else can do what a choice was made for: one model of each provider, its first that can. */
export function standInsFor(
  providers: readonly LanguageProvider[],
  { provider: chosen }: LanguageChoice,
  { needs = {} }: LanguageWish,
): LanguageChoice[] {
  return providers.flatMap((provider) => {
    const model = provider.models.find((candidate) => lackOf(candidate, needs) === undefined);
    return provider.id === chosen.id || model === undefined ? [] : [{ provider, model }];
  });
}

/** What the model cannot do of what is needed, as the rest of a sentence. */
function lackOf(model: LanguageModel, needs: LanguageNeeds): string | undefined {
  const { contextTokens = 0, outputTokens = 0 } = needs;
  if (model.contextTokens !== null && model.contextTokens < contextTokens) {
    return `reads ${model.contextTokens} tokens, and ${contextTokens} are needed`;
  }
  if (model.maxOutputTokens !== null && model.maxOutputTokens < outputTokens) {
    return `writes ${model.maxOutputTokens} tokens, and ${outputTokens} are needed`;
  }
  if (needs.streaming === true && !model.streaming) return 'does not stream its answers';
  if (needs.schema === true && model.structuredOutput !== 'schema') return 'cannot be held to a schema';
  return undefined;
}

function all(providers: readonly LanguageProvider[], can: (model: LanguageModel) => boolean): string {
  return providers.flatMap(({ id, models }) => models.filter(can).map((model) => `${id}/${model.id}`)).join(', ');
}
