import type { SpeechChoice } from './registry.js';
import type { SpeechModel, SpeechProvider } from './speech-provider.js';

/** What was ordered, and what whoever does it instead must be able to do. */
export interface SpeechNeeds {
  provider: string;
  model: string;
  /** ISO-639-1; null: the model finds out. */
  language: string | null;
  diarize: boolean;
  task?: 'translate';
}

/** A piece of sound as it was cut for the model that was ordered. */
export interface Piece {
  seconds: number;
  bytes: number;
}

/** By what an installation or a request lets Steno choose who transcribes. */
export const SPEECH_POLICIES = ['cheapest', 'fastest', 'best', 'private'] as const;
export type SpeechPolicy = (typeof SPEECH_POLICIES)[number];

/** Seconds of sound that an engine did in a second, lately; undefined where nothing is known. */
export type MeasuredSpeed = (choice: SpeechChoice) => number | undefined;

const FINENESS: Record<SpeechModel['timestamps'], number> = { word: 2, segment: 1, none: 0 };

/** Chunks are WAV files. */
const CHUNK_FORMAT = 'wav';

/** Every model of every provider, in the order of preference. */
export function everyEngine(available: readonly SpeechProvider[]): SpeechChoice[] {
  return available.flatMap((provider) => provider.models.map((model): SpeechChoice => ({ provider, model })));
}

/** The engine that was ordered, if it is still there. */
export function orderedEngine(engines: readonly SpeechChoice[], { provider, model }: SpeechNeeds): SpeechChoice | undefined {
  return engines.find((choice) => choice.provider.id === provider && choice.model.id === model);
}

/** Whether the times of one are coarser than those of the other. */
export function isCoarser({ model }: SpeechChoice, than: SpeechChoice): boolean {
  return FINENESS[model.timestamps] < FINENESS[than.model.timestamps];
}

/**
 * Whether an engine can do what was ordered of another. What was ordered from an engine of this machine stays on it, and an engine
 * for trying things out is no replacement for others.
 */
export function canStandIn({ provider, model }: SpeechChoice, ordered: SpeechChoice, needs: SpeechNeeds): boolean {
  const leavesTheMachine = ordered.provider.id === 'local' && provider.id !== 'local';
  const { language } = needs;
  const speaksIt = language === null || model.languages === 'multilingual' || model.languages.includes(language);
  const isSerious = model.lowAccuracy !== true || ordered.model.lowAccuracy === true;
  const translates = needs.task === undefined || model.translation === true;
  return !leavesTheMachine && speaksIt && isSerious && translates && (!needs.diarize || model.diarization);
}

/**
 * Who does a piece when the engine that was ordered cannot: other providers' engines that take it as it was cut, those with times as
 * fine first. One without any times is none for a piece that was cut long because the other gives them.
 * @param available the providers the workspace can use
 */
export function standIns(
  available: readonly SpeechProvider[],
  ordered: SpeechChoice,
  needs: SpeechNeeds,
  piece: Piece,
): SpeechChoice[] {
  const able = everyEngine(available).filter(
    (choice) => choice.provider.id !== ordered.provider.id && canStandIn(choice, ordered, needs) && takes(choice.model, piece),
  );
  const timed = able.filter(({ model }) => model.timestamps !== 'none' || ordered.model.timestamps === 'none');
  const oneOfEach = timed.filter((choice, index) => timed.findIndex(({ provider }) => provider === choice.provider) === index);
  return oneOfEach.toSorted((a, b) => Number(isCoarser(a, ordered)) - Number(isCoarser(b, ordered)));
}

function takes(model: SpeechModel, { seconds, bytes }: Piece): boolean {
  return model.formats.includes(CHUNK_FORMAT) && seconds <= model.maxSeconds && bytes <= model.maxBytes;
}

/**
 * Puts engines into the order a policy wants; those it says nothing of stay in the order of preference, behind the others.
 * @param engines in the order of preference, which is that of accuracy as far as the vendors tell
 * @returns of `private` only those of this machine
 */
export function inOrderOf(policy: SpeechPolicy, engines: readonly SpeechChoice[], speedOf: MeasuredSpeed): SpeechChoice[] {
  switch (policy) {
    case 'cheapest':
      return sortedBy(engines, ({ model }) => model.price.microDollarsPerMinute ?? Infinity);
    case 'fastest':
      return sortedBy(engines, (choice) => -(speedOf(choice) ?? 0));
    case 'best':
      return sortedBy(engines, ({ model }) => Number(model.lowAccuracy ?? false));
    case 'private':
      return engines.filter(({ provider }) => provider.id === 'local');
  }
}

function sortedBy(engines: readonly SpeechChoice[], rank: (choice: SpeechChoice) => number): SpeechChoice[] {
  const ranked = engines.map((choice) => ({ choice, rank: rank(choice) }));
  return ranked.toSorted((a, b) => (a.rank === b.rank ? 0 : a.rank - b.rank)).map(({ choice }) => choice);
}
