import { Injectable } from '@nestjs/common';
import { Circuits, type CircuitState } from '#circuits';
import { Database, type WorkspaceTransaction } from '#database';
import { OwnKeys } from '#provider-keys';
import { howToConfigure, KEYED_PROVIDER_IDS, type ProviderId, type SpeechProvider, SpeechRegistry } from '#speech';
import { type CallFigures, ProviderCalls, type RecentCall } from '#transcription';
import { type ProviderState, stateOf } from './provider-state.js';

/** Whose key work is done with; null: there is none. */
export type KeySource = 'workspace' | 'server' | 'none_needed' | null;

/** A provider, as a workspace has it. */
export interface WorkspaceProvider {
  provider: SpeechProvider;
  key: KeySource;
  /** The provider refused the workspace's own key; nothing is done with the server's instead. */
  isKeyRejected: boolean;
  /** What makes it usable, as a sentence; null when it is. */
  hint: string | null;
}

/** How a provider does. */
export interface ProviderHealth {
  id: ProviderId;
  state: ProviderState;
  key: KeySource;
  isKeyRejected: boolean;
  /** Of all workspaces. */
  circuit: CircuitState['state'];
  /** Its calls of the last hour, twenty at most, the newest first. */
  calls: RecentCall[];
}

const RECENT_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Which speech providers a workspace has, and how they do for it. */
@Injectable()
export class ProvidersService {
  constructor(
    private readonly database: Database,
    private readonly speech: SpeechRegistry,
    private readonly ownKeys: OwnKeys,
    private readonly calls: ProviderCalls,
    private readonly circuits: Circuits,
  ) {}

  /** Every provider there could be, the preferred one first. */
  async list(workspaceId: string): Promise<WorkspaceProvider[]> {
    return this.database.inWorkspace(workspaceId, (tx) => this.providersOf(tx));
  }

  /** How each does, as the workspace's calls of the last hour show it. */
  async health(workspaceId: string, now = new Date()): Promise<ProviderHealth[]> {
    const circuits = new Map((await this.circuits.states()).map(({ id, state }) => [id, state]));
    const since = new Date(now.getTime() - RECENT_MS);
    return this.database.inWorkspace(workspaceId, async (tx) => {
      const [providers, recent] = [await this.providersOf(tx), await this.calls.recent(tx, since)];
      return providers.map(({ provider: { id }, key, isKeyRejected }) => {
        const calls = recent.filter(({ provider }) => provider === id);
        const circuit = circuits.get(id) ?? 'closed';
        const state = stateOf({ hasKey: key !== null, isKeyRejected, circuit, calls });
        return { id, state, key, isKeyRejected, circuit, calls };
      });
    });
  }

  /** How the workspace's calls of the last days went. */
  async performance(workspaceId: string, days: number, now = new Date()): Promise<{ since: Date; models: CallFigures[] }> {
    const since = new Date(now.getTime() - days * DAY_MS);
    return this.database.inWorkspace(workspaceId, async (tx) => ({ since, models: await this.calls.figures(tx, since) }));
  }

  private async providersOf(tx: WorkspaceTransaction): Promise<WorkspaceProvider[]> {
    const held = await this.ownKeys.held(tx);
    return this.speech.all().map((provider) => {
      const own = held.get(provider.id);
      const key = own === undefined ? serversKey(provider) : 'workspace';
      return { provider, key, isKeyRejected: own?.isActive === false, hint: hintFor(provider.id, key, own) };
    });
  }
}

function serversKey({ id, configured }: SpeechProvider): KeySource {
  if (!configured) return null;
  return KEYED_PROVIDER_IDS.some((keyed) => keyed === id) ? 'server' : 'none_needed';
}

function hintFor(id: ProviderId, key: KeySource, own?: { isActive: boolean }): string | null {
  if (own?.isActive === false) {
    return `${id} refuses the workspace's own key: an admin replaces, disables or deletes it; see GET /api/v1/provider-keys?provider=${id}.`;
  }
  return key === null ? `${id} is not configured: ${howToConfigure(id)}.` : null;
}
