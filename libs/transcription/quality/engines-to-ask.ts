import type { SpeechChoice, SpeechModel, SpeechProvider } from '#speech';

/** What the answer must be able to do, as the first one. */
export interface Needs {
  provider: string;
  model: string;
  /** ISO-639-1; null: the model finds out. */
  language: string | null;
  diarize: boolean;
  task?: 'translate';
}

const FINENESS: Record<SpeechModel['timestamps'], number> = { word: 2, segment: 1, none: 0 };

/**
 * Who is asked about a suspicious stretch, in this order: other models with times as fine (of the same provider first), then the same
 * model again with the stretch alone, then models with coarser times. What was ordered from an engine of this machine stays on it,
 * and an engine for trying things out is no judge of others.
 * @param available the providers the workspace can use
 */
export function enginesToAsk(available: readonly SpeechProvider[], first: Needs): SpeechChoice[] {
  const all = available.flatMap((provider) => provider.models.map((model): SpeechChoice => ({ provider, model })));
  const same = all.find((choice) => isSame(choice, first));
  if (same === undefined) return [];
  const others = all
    .filter((choice) => choice !== same && canStandIn(choice, same, first))
    .toSorted((a, b) => Number(b.provider === same.provider) - Number(a.provider === same.provider));
  const isCoarser = ({ model }: SpeechChoice): boolean => FINENESS[model.timestamps] < FINENESS[same.model.timestamps];
  return [...others.filter((other) => !isCoarser(other)), same, ...others.filter(isCoarser)];
}

function isSame({ provider, model }: SpeechChoice, first: Needs): boolean {
  return provider.id === first.provider && model.id === first.model;
}

function canStandIn({ provider, model }: SpeechChoice, same: SpeechChoice, { language, diarize, task }: Needs): boolean {
  const leavesTheMachine = same.provider.id === 'local' && provider.id !== 'local';
  const speaksIt = language === null || model.languages === 'multilingual' || model.languages.includes(language);
  const isJudge = model.lowAccuracy !== true || same.model.lowAccuracy === true;
  const translates = task === undefined || model.translation === true;
  return !leavesTheMachine && speaksIt && isJudge && translates && (!diarize || model.diarization);
}
