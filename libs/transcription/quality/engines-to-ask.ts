import {
  canStandIn,
  enginesInOrder,
  everyEngine,
  isCoarser,
  orderedEngine,
  type SpeechChoice,
  type SpeechNeeds,
  type SpeechProvider,
  UNMEASURED,
} from '#speech';

/**
 * Who is asked about a suspicious stretch, in this order: other models with times as fine (of the same provider first), then the same
 * model again with the stretch alone, then models with coarser times. Of an order or a policy, only those it lets ask, in its order.
 * @param available the providers the workspace can use
 */
export function enginesToAsk(available: readonly SpeechProvider[], first: SpeechNeeds): SpeechChoice[] {
  const same = orderedEngine(everyEngine(available), first);
  if (same === undefined) return [];
  // By no measured speeds: the next try must find the engines in the order the last one did.
  const others = enginesInOrder(available, first, UNMEASURED).filter(
    ({ provider, model }) => provider.id !== same.provider.id || model.id !== same.model.id,
  );
  const able = others
    .filter((choice) => canStandIn(choice, same, first))
    .toSorted((a, b) => rankOf(a, same, first) - rankOf(b, same, first));
  return [...able.filter((other) => !isCoarser(other, same)), same, ...able.filter((other) => isCoarser(other, same))];
}

/** Where nothing else says so, what is of the same provider needs no other key. */
function rankOf({ provider }: SpeechChoice, same: SpeechChoice, { policy, order }: SpeechNeeds): number {
  return policy === undefined && order === undefined && provider !== same.provider ? 1 : 0;
}
