import {
  enginesInOrder,
  enginesNamed,
  finenessOf,
  type MeasuredSpeed,
  nameOf,
  type SpeechChoice,
  type SpeechPreference,
  UNMEASURED,
} from './preference.js';
import type { SpeechModel, SpeechProvider } from './speech-provider.js';

/** What was ordered, and what whoever does it instead must be able to do. */
export interface SpeechNeeds extends SpeechPreference {
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

/** Chunks are WAV files. */
const CHUNK_FORMAT = 'wav';

/** The engine that was ordered, if it is still there. */
export function orderedEngine(engines: readonly SpeechChoice[], { provider, model }: SpeechNeeds): SpeechChoice | undefined {
  return engines.find((choice) => choice.provider.id === provider && choice.model.id === model);
}

/** Whether the times of one are coarser than those of the other. */
export function isCoarser(choice: SpeechChoice, than: SpeechChoice): boolean {
  return finenessOf(choice) < finenessOf(than);
}

/**
 * Whether an engine can do what was ordered of another. What was ordered from an engine of this machine stays on it, unless an order
 * or a policy lets others do it too; and an engine for trying things out is no replacement for others, unless an order names it.
 */
export function canStandIn({ provider, model }: SpeechChoice, ordered: SpeechChoice, needs: SpeechNeeds): boolean {
  const { language, order } = needs;
  const leavesTheMachine = ordered.provider.id === 'local' && provider.id !== 'local' && !mayLeaveTheMachine(needs);
  const speaksIt = language === null || model.languages === 'multilingual' || model.languages.includes(language);
  const isSerious = model.lowAccuracy !== true || ordered.model.lowAccuracy === true || order !== undefined;
  const translates = needs.task === undefined || model.translation === true;
  return !leavesTheMachine && speaksIt && isSerious && translates && (!needs.diarize || model.diarization);
}

function mayLeaveTheMachine({ policy, order }: SpeechPreference): boolean {
  return order !== undefined || (policy !== undefined && policy !== 'private');
}

/**
 * Who does a piece when the engine that was ordered cannot, of those that take it as it was cut:
 * - of an order, the others it names, in its order
 * - with a policy, other providers' engines in its order; with `private`, the other ones of this machine
 * - otherwise other providers' engines, those with times as fine first
 *
 * But for an order, one without any times is none for a piece that was cut long because the other gives them.
 * @param available the providers the workspace can use
 */
export function standIns(
  available: readonly SpeechProvider[],
  ordered: SpeechChoice,
  needs: SpeechNeeds,
  piece: Piece,
  speedOf: MeasuredSpeed = UNMEASURED,
): SpeechChoice[] {
  const able = (choice: SpeechChoice): boolean =>
    nameOf(choice) !== nameOf(ordered) && canStandIn(choice, ordered, needs) && takes(choice.model, piece);
  if (needs.order !== undefined) return firstOfEach(needs.order.map((name) => enginesNamed(available, name).filter(able)));
  const timed = enginesInOrder(available, needs, speedOf)
    .filter(able)
    .filter(({ model }) => model.timestamps !== 'none' || ordered.model.timestamps === 'none');
  if (needs.policy === 'private') return timed;
  const others = timed.filter(({ provider }) => provider.id !== ordered.provider.id);
  const oneOfEach = others.filter((choice, index) => others.findIndex(({ provider }) => provider === choice.provider) === index);
  if (needs.policy !== undefined) return oneOfEach;
  return oneOfEach.toSorted((a, b) => Number(isCoarser(a, ordered)) - Number(isCoarser(b, ordered)));
}

/** One for each name, each once. */
function firstOfEach(named: readonly SpeechChoice[][]): SpeechChoice[] {
  const firsts = named.flatMap(([first]) => (first === undefined ? [] : [first]));
  return firsts.filter((choice, index) => firsts.findIndex((other) => nameOf(other) === nameOf(choice)) === index);
}

function takes(model: SpeechModel, { seconds, bytes }: Piece): boolean {
  return model.formats.includes(CHUNK_FORMAT) && seconds <= model.maxSeconds && bytes <= model.maxBytes;
}
