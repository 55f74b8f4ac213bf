import { FieldError } from '#errors';
import { PROVIDER_IDS, type SpeechModel, type SpeechProvider } from './speech-provider.js';
import { speechErrors } from './speech.errors.js';

/** Who does it, and with which model. */
export interface SpeechChoice {
  provider: SpeechProvider;
  model: SpeechModel;
}

/** By what an installation, a workspace or a request lets Steno choose who transcribes. */
export const SPEECH_POLICIES = ['cheapest', 'fastest', 'best', 'private'] as const;
export type SpeechPolicy = (typeof SPEECH_POLICIES)[number];

/** Who is to be asked, and in which order: by one of the two. Neither: the installation's default engine. */
export interface SpeechPreference {
  policy?: SpeechPolicy;
  /** Engines as `groq/whisper-large-v3`, or `groq` for each of its models; nobody else is asked. */
  order?: readonly string[];
}

/** Seconds of sound that an engine did in a second, lately; undefined where nothing is known. */
export type MeasuredSpeed = (choice: SpeechChoice) => number | undefined;

/** Where nothing was measured. */
export const UNMEASURED: MeasuredSpeed = () => undefined;

/** How good a model's text is, 1 being the best: where its table does not say, about as good as Whisper's large-v3. */
export function accuracyOf({ accuracy = 2 }: SpeechModel): number {
  return accuracy;
}

const FINENESS: Record<SpeechModel['timestamps'], number> = { word: 2, segment: 1, none: 0 };

/** Every model of every provider, in the order of preference. */
export function everyEngine(available: readonly SpeechProvider[]): SpeechChoice[] {
  return available.flatMap((provider) => provider.models.map((model): SpeechChoice => ({ provider, model })));
}

/** The finer, the greater. */
export function finenessOf({ model }: SpeechChoice): number {
  return FINENESS[model.timestamps];
}

/** As an order names it. */
export function nameOf({ provider, model }: SpeechChoice): string {
  return `${provider.id}/${model.id}`;
}

/** The engines that one name of an order means: one, all of a provider, or none that is available. */
export function enginesNamed(available: readonly SpeechProvider[], name: string): SpeechChoice[] {
  return everyEngine(available).filter((choice) => choice.provider.id === name || nameOf(choice) === name);
}

/** The engines that a preference lets ask, in its order. */
export function enginesInOrder(
  available: readonly SpeechProvider[],
  { policy, order }: SpeechPreference,
  speedOf: MeasuredSpeed,
): SpeechChoice[] {
  const every = everyEngine(available);
  if (order !== undefined) {
    const named = order.flatMap((name) => enginesNamed(available, name));
    return named.filter((choice, index) => named.findIndex((other) => nameOf(other) === nameOf(choice)) === index);
  }
  return policy === undefined ? every : inOrderOf(policy, every, speedOf);
}

/**
 * Puts engines into the order a policy wants; those it says nothing of stay in the order of preference, behind the others. An engine
 * for trying things out comes after every other.
 * @param engines in the order of preference
 * @returns of `private` only those of this machine
 */
export function inOrderOf(policy: SpeechPolicy, engines: readonly SpeechChoice[], speedOf: MeasuredSpeed): SpeechChoice[] {
  const ranked = ranksOf(policy, engines, speedOf);
  return [
    ...ranked.filter(({ model }) => model.lowAccuracy !== true),
    ...ranked.filter(({ model }) => model.lowAccuracy === true),
  ];
}

function ranksOf(policy: SpeechPolicy, engines: readonly SpeechChoice[], speedOf: MeasuredSpeed): SpeechChoice[] {
  switch (policy) {
    case 'cheapest':
      return sortedBy(engines, ({ model }) => model.price.microDollarsPerMinute ?? Infinity);
    case 'fastest':
      return sortedBy(engines, (choice) => -(speedOf(choice) ?? 0));
    case 'best':
      return byAccuracy(engines);
    case 'private':
      return byAccuracy(engines.filter(({ provider }) => provider.id === 'local'));
  }
}

/** Of equally good ones those that know the time of each word first. */
function byAccuracy(engines: readonly SpeechChoice[]): SpeechChoice[] {
  const timedFirst = sortedBy(engines, ({ model }) => Number(model.timestamps !== 'word'));
  return sortedBy(timedFirst, ({ model }) => accuracyOf(model));
}

function sortedBy(engines: readonly SpeechChoice[], rank: (choice: SpeechChoice) => number): SpeechChoice[] {
  const ranked = engines.map((choice) => ({ choice, rank: rank(choice) }));
  return ranked.toSorted((a, b) => (a.rank === b.rank ? 0 : a.rank - b.rank)).map(({ choice }) => choice);
}

/**
 * Refuses an order with a name that nobody has.
 * @param all every provider there could be, whether or not it can be used: who has no key today may have one tomorrow
 * @throws FieldError provider_not_configured, unknown_model
 */
export function refuseUnknownNames(all: readonly SpeechProvider[], order: readonly string[]): void {
  for (const name of order) {
    const id = name.split('/', 1)[0] ?? name;
    if (!PROVIDER_IDS.some((known) => known === id)) {
      throw new FieldError(
        speechErrors.provider_not_configured,
        `The order names "${name}", but there is no speech provider "${id}". There are: ${PROVIDER_IDS.join(', ')}.`,
      );
    }
    const provider = all.find((candidate) => candidate.id === id);
    // Without its engines nobody can tell what this machine's would be called.
    if (provider === undefined || enginesNamed([provider], name).length > 0) continue;
    const models = everyEngine([provider]).map(nameOf).join(', ');
    throw new FieldError(
      speechErrors.unknown_model,
      `The order names "${name}", but ${id} has no such model. Use one of: ${id}, ${models}.`,
    );
  }
}
