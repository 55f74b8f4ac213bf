import { FieldError } from '#errors';
import {
  enginesInOrder,
  everyEngine,
  type MeasuredSpeed,
  nameOf,
  type SpeechChoice,
  type SpeechPreference,
  UNMEASURED,
} from './preference.js';
import type { ProviderId, SpeechModel, SpeechProvider } from './speech-provider.js';
import { PROVIDER_IDS } from './speech-provider.js';
import { speechErrors } from './speech.errors.js';

/** What a request asks for: an engine by name, or a preference; whatever it leaves open, the installation's defaults decide. */
export interface SpeechWish extends SpeechPreference {
  provider?: string;
  model?: string;
  /** ISO-639-1. */
  language?: string;
  diarize?: boolean;
  /** Whether the text is to be in English, whatever is spoken. */
  translate?: boolean;
}

/** What the installation uses when neither a request nor a workspace says anything. */
export interface SpeechDefaults extends SpeechPreference {
  provider?: string;
  model?: string;
}

const OR_OWN_KEY = 'or an admin of the workspace adds a key of its own with POST /api/v1/provider-keys';

const HOW_TO_CONFIGURE: Record<ProviderId, string> = {
  openai: `its operator sets OPENAI_API_KEY (and OPENAI_BASE_URL for another server with the same API), ${OR_OWN_KEY}`,
  groq: `its operator sets GROQ_API_KEY, ${OR_OWN_KEY}`,
  gemini: `its operator sets GEMINI_API_KEY, ${OR_OWN_KEY}`,
  elevenlabs: `its operator sets ELEVENLABS_API_KEY, ${OR_OWN_KEY}`,
  openrouter: `its operator sets OPENROUTER_API_KEY, ${OR_OWN_KEY}`,
  huggingface: `its operator sets HUGGINGFACE_API_KEY, ${OR_OWN_KEY}`,
  local: 'its operator runs "npm run model -- base", or installs pocketsphinx with its en-us model',
};

/** What makes a provider usable, as the rest of a sentence: "its operator sets …". */
export function howToConfigure(provider: ProviderId): string {
  return HOW_TO_CONFIGURE[provider];
}

/**
 * Checks what start would otherwise find out too late: a provider twice, a model twice, a provider without models.
 * @param providers every provider there is
 * @returns the same providers in the order of preference
 * @throws Error naming the first mistake
 */
export function orderedProviders(providers: readonly SpeechProvider[]): SpeechProvider[] {
  refuseTwice(
    'speech provider',
    providers.map(({ id }) => id),
  );
  for (const { id, models } of providers) {
    if (models.length === 0) throw new Error(`The speech provider ${id} has no model.`);
    refuseTwice(
      `model of ${id}`,
      models.map((model) => model.id),
    );
  }
  return providers.toSorted((a, b) => PROVIDER_IDS.indexOf(a.id) - PROVIDER_IDS.indexOf(b.id));
}

function refuseTwice(what: string, ids: readonly string[]): void {
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new Error(`The ${what} ${twice} is there twice.`);
}

/**
 * Says by what an engine is chosen: a request goes before the workspace, that before the installation.
 * @param of what a request, the workspace and the installation say, each of which may say nothing
 * @returns nothing when an engine is named, or nobody has a preference
 * @throws FieldError contradictory_choice
 */
export function preferenceOf(wish: SpeechWish, workspace: SpeechPreference, installation: SpeechPreference): SpeechPreference {
  const ways = (['provider', 'model', 'policy', 'order'] as const).filter((way) => wish[way] !== undefined);
  if (ways.length > 1 && ways.join() !== 'provider,model') {
    throw new FieldError(
      speechErrors.contradictory_choice,
      `The order says both ${ways.join(' and ')}. Name an engine with provider and model, or let policy or order choose: one of the three.`,
    );
  }
  if (wish.provider !== undefined || wish.model !== undefined) return {};
  const { policy, order } = [wish, workspace, installation].find(hasPreference) ?? {};
  return { ...(policy === undefined ? {} : { policy }), ...(order === undefined ? {} : { order }) };
}

function hasPreference({ policy, order }: SpeechPreference): boolean {
  return policy !== undefined || order !== undefined;
}

/**
 * Decides who transcribes.
 * @param providers those that can be used, in the order of preference
 * @throws FieldError when nobody can do what is wished, saying who could and what to set
 */
export function chooseSpeech(
  providers: readonly SpeechProvider[],
  defaults: SpeechDefaults,
  wish: SpeechWish,
  speedOf: MeasuredSpeed = UNMEASURED,
): SpeechChoice {
  if (hasPreference(wish)) return preferredChoice(providers, wish, speedOf);
  const choice = namedChoice(providers, defaults, wish);
  requireLanguage(providers, choice, wish.language);
  if (wish.diarize === true && !choice.model.diarization) {
    throw new FieldError(
      speechErrors.diarization_not_supported,
      `${choice.model.id} of ${choice.provider.id} does not tell speakers apart. ${whoDoes(providers, ({ diarization }) => diarization)}`,
    );
  }
  if (wish.translate === true && choice.model.translation !== true) {
    throw new FieldError(
      speechErrors.translation_not_supported,
      `${choice.model.id} of ${choice.provider.id} does not translate. ${whoDoes(providers, ({ translation }) => translation === true)}`,
    );
  }
  return choice;
}

/** The first of those a preference lets ask that can do all that is wished. */
function preferredChoice(providers: readonly SpeechProvider[], wish: SpeechWish, speedOf: MeasuredSpeed): SpeechChoice {
  const { language } = wish;
  const allowed = enginesInOrder(providers, wish, speedOf);
  if (allowed.length === 0) refuseNobody(providers, wish);
  const speaking = allowed.filter(({ model }) => language === undefined || speaks(model, language));
  const who = `Of the engines that ${wish.policy === undefined ? 'the order' : `the policy ${wish.policy}`} lets ask (${allowed.map(nameOf).join(', ')})`;
  if (speaking.length === 0) {
    throw new FieldError(
      speechErrors.language_not_supported,
      `${who}, none takes the language "${language}". ${whoDoes(providers, (model) => speaks(model, language ?? ''))}`,
    );
  }
  const telling = speaking.filter(({ model }) => wish.diarize !== true || model.diarization);
  if (telling.length === 0) {
    throw new FieldError(
      speechErrors.diarization_not_supported,
      `${who}, none tells speakers apart. ${whoDoes(providers, ({ diarization }) => diarization)}`,
    );
  }
  const choice = telling.find(({ model }) => wish.translate !== true || model.translation === true);
  if (choice !== undefined) return choice;
  throw new FieldError(
    speechErrors.translation_not_supported,
    `${who}, none translates. ${whoDoes(providers, ({ translation }) => translation === true)}`,
  );
}

function refuseNobody(providers: readonly SpeechProvider[], { policy, order = [] }: SpeechWish): never {
  if (everyEngine(providers).length === 0) refuseNoEngine();
  const available = everyEngine(providers).map(nameOf).join(', ');
  throw new FieldError(
    speechErrors.provider_not_configured,
    policy === 'private'
      ? `The policy private keeps recordings on this machine, but no engine is set up on it: ${HOW_TO_CONFIGURE.local}. Available elsewhere: ${available}.`
      : `None of the engines that the order names (${order.join(', ')}) is configured on this server. Available: ${available}.`,
  );
}

function refuseNoEngine(): never {
  throw new FieldError(
    speechErrors.no_speech_engine,
    'No speech engine is set up. Set OPENAI_API_KEY, GROQ_API_KEY or the key of another provider, or run: npm run model -- base. A workspace can bring a key of its own: POST /api/v1/provider-keys.',
  );
}

function namedChoice(providers: readonly SpeechProvider[], defaults: SpeechDefaults, wish: SpeechWish): SpeechChoice {
  // A model named alone finds its provider: nobody else serves `whisper-large-v3-turbo`.
  const provider =
    wish.provider === undefined && wish.model !== undefined
      ? (providers.find((candidate) => modelOf(candidate, wish.model) !== undefined) ?? defaultProvider(providers, defaults))
      : providerOf(providers, defaults, wish.provider);
  // The default model belongs to the default provider; elsewhere each provider has its own first.
  const wanted = wish.model ?? (provider.id === installationsFirst(providers, defaults) ? defaults.model : undefined);
  if (wanted !== undefined) return { provider, model: modelOf(provider, wanted) ?? refuseModel(providers, provider, wanted) };
  const [first] = provider.models;
  const model = provider.models.find((candidate) => canAll(candidate, wish)) ?? first;
  if (model === undefined) throw new Error(`The speech provider ${provider.id} has no model.`);
  return { provider, model };
}

function canAll({ diarization, translation }: SpeechModel, { diarize, translate }: SpeechWish): boolean {
  return (diarize !== true || diarization) && (translate !== true || translation === true);
}

/** Keys that workspaces bring do not change whom SPEECH_MODEL is meant for. */
function installationsFirst(providers: readonly SpeechProvider[], defaults: SpeechDefaults): string | undefined {
  return defaults.provider ?? providers.find(({ configured }) => configured)?.id;
}

function modelOf(provider: SpeechProvider, id: string | undefined): SpeechModel | undefined {
  return provider.models.find((model) => model.id === id);
}

function refuseModel(providers: readonly SpeechProvider[], provider: SpeechProvider, wanted: string): never {
  const all = providers.flatMap(({ id, models }) => models.map((model) => `${id}/${model.id}`)).join(', ');
  throw new FieldError(speechErrors.unknown_model, `${provider.id} has no model "${wanted}". Use one of: ${all}.`);
}

function defaultProvider(providers: readonly SpeechProvider[], defaults: SpeechDefaults): SpeechProvider {
  return providerOf(providers, defaults, undefined);
}

function providerOf(providers: readonly SpeechProvider[], defaults: SpeechDefaults, wanted: string | undefined): SpeechProvider {
  const [first] = providers;
  if (first === undefined) refuseNoEngine();
  const id = wanted ?? defaults.provider;
  if (id === undefined) return first;
  const provider = providers.find((candidate) => candidate.id === id);
  if (provider !== undefined) return provider;
  const known = PROVIDER_IDS.find((candidate) => candidate === id);
  const reason = known === undefined ? `there is no speech provider "${id}"` : HOW_TO_CONFIGURE[known];
  const available = providers.map((candidate) => candidate.id).join(', ');
  throw new FieldError(
    speechErrors.provider_not_configured,
    `${id} is not configured on this server: ${reason}. Available: ${available}.`,
  );
}

function requireLanguage(providers: readonly SpeechProvider[], { provider, model }: SpeechChoice, language?: string): void {
  if (language === undefined || speaks(model, language)) return;
  const languages = model.languages === 'multilingual' ? '' : `, only: ${model.languages.join(', ')}`;
  throw new FieldError(
    speechErrors.language_not_supported,
    `${model.id} of ${provider.id} does not take the language "${language}"${languages}. ${whoDoes(providers, (other) => speaks(other, language))}`,
  );
}

function speaks(model: SpeechModel, language: string): boolean {
  return model.languages === 'multilingual' || model.languages.includes(language);
}

function whoDoes(providers: readonly SpeechProvider[], can: (model: SpeechModel) => boolean): string {
  const able = providers.flatMap(({ id, models }) => models.filter(can).map((model) => `${id}/${model.id}`));
  return able.length === 0 ? 'No model that is set up here does.' : `These models do: ${able.join(', ')}.`;
}
