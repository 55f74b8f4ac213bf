import {
  canStandIn,
  everyEngine,
  isCoarser,
  orderedEngine,
  type SpeechChoice,
  type SpeechNeeds,
  type SpeechProvider,
} from '#speech';

/**
 * Who is asked about a suspicious stretch, in this order: other models with times as fine (of the same provider first), then the same
 * model again with the stretch alone, then models with coarser times.
 * @param available the providers the workspace can use
 */
export function enginesToAsk(available: readonly SpeechProvider[], first: SpeechNeeds): SpeechChoice[] {
  const all = everyEngine(available);
  const same = orderedEngine(all, first);
  if (same === undefined) return [];
  const others = all
    .filter((choice) => choice !== same && canStandIn(choice, same, first))
    .toSorted((a, b) => Number(b.provider === same.provider) - Number(a.provider === same.provider));
  return [...others.filter((other) => !isCoarser(other, same)), same, ...others.filter((other) => isCoarser(other, same))];
}
