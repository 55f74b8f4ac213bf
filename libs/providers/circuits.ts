import { Injectable } from '@nestjs/common';
import type { ProviderId } from '#speech';

/** `open`: calls are held back for now; `half_open`: a few are let through to see how it is. */
export type CircuitState = 'closed' | 'open' | 'half_open';

/** Whoever keeps calls away from a provider that fails. */
@Injectable()
export abstract class Circuits {
  /** Of every provider that is watched; the others are left out. */
  abstract states(workspaceId: string): Promise<ReadonlyMap<ProviderId, CircuitState>>;
}

/** Nobody watches. */
@Injectable()
export class NoCircuits extends Circuits {
  states(): Promise<ReadonlyMap<ProviderId, CircuitState>> {
    return Promise.resolve(new Map());
  }
}
