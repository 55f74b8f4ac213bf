import { FieldError } from '#errors';
import { howToConfigure, type ProviderId, type SpeechProvider } from '#speech';
import { openAiErrors } from './openai-compat.errors.js';

/** The name in every example of OpenAI's SDK: whoever sends it wants a transcript, from OpenAI where that is to be had. */
const OPEN_NAME = 'whisper-1';

/** Who is to transcribe. */
export interface ModelWish {
  provider?: ProviderId;
  model?: string;
  /** Whether anybody else may do it: the name leaves it open. */
  isOpen: boolean;
}

/**
 * Finds the engine that a name stands for: `provider/model`, or a model's own name at whoever serves it, the preferred provider first.
 * `whisper-1` leaves the choice to the installation where OpenAI is not to be had, and while OpenAI does not work.
 * @param usable providers the workspace can use, the preferred one first
 * @param all those there could be, to say how one becomes usable
 * @throws FieldError model_not_found
 */
export function wishOfName(name: string, usable: readonly SpeechProvider[], all: readonly SpeechProvider[]): ModelWish {
  if (name === OPEN_NAME) {
    const openai = usable.find(({ id, models }) => id === 'openai' && models.some((model) => model.id === name));
    return openai === undefined ? { isOpen: true } : { provider: openai.id, model: name, isOpen: true };
  }
  const found = enginesNamed(name, usable)[0];
  if (found === undefined) throw modelNotFound(name, usable, all);
  return { ...found, isOpen: false };
}

/** Every engine of that name: by both its names, by its own, or by the last part of its own (`openai/whisper-large-v3`). */
function enginesNamed(name: string, providers: readonly SpeechProvider[]): { provider: ProviderId; model: string }[] {
  const engines = providers.flatMap(({ id, models }) => models.map((model) => ({ provider: id, model: model.id })));
  const rules: ((engine: (typeof engines)[number]) => boolean)[] = [
    ({ provider, model }) => `${provider}/${model}` === name,
    ({ model }) => model === name,
    ({ model }) => model.endsWith(`/${name}`),
  ];
  return rules.flatMap((rule) => engines.filter(rule));
}

/** Says what there is, and how a model that is known but not set up becomes usable. */
export function modelNotFound(name: string, usable: readonly SpeechProvider[], all: readonly SpeechProvider[]): FieldError {
  const elsewhere = enginesNamed(name, all)[0];
  const reason =
    elsewhere === undefined
      ? `There is no model '${name}' here.`
      : `The model '${name}' is ${elsewhere.provider}'s, which is not set up here: ${howToConfigure(elsewhere.provider)}.`;
  const names = usable.flatMap(({ id, models }) => models.map((model) => `${id}/${model.id}`));
  const advice = names.length === 0 ? 'No model is set up at all.' : `Use one of: ${[OPEN_NAME, ...names].join(', ')}.`;
  return new FieldError(openAiErrors.model_not_found, `${reason} ${advice}`, {
    violations: [{ path: 'model', message: 'model must be the name of a model that is set up', code: 'model' }],
  });
}
