import { Injectable } from '@nestjs/common';
import { Circuits, isPoolKey, KeyPools, type PoolKey, type Refusal } from '#circuits';
import { Database } from '#database';
import type { LanguageProviderId } from '#language-models';
import type { ProviderError } from '#provider-calls';
import { type OwnKey, OwnKeys } from '#provider-keys';

/** What a call is made with: the workspace's own key, or one of the installation's. */
export type WritingKey = { kind: 'own'; key: OwnKey } | { kind: 'pool'; key: PoolKey };

/** When a provider asks to wait and does not say how long. */
const WAIT_UNTOLD_SECONDS = 20;

/**
 * Which keys text is written with, and what is learned of them and of their providers by each call. A key that speech uses too is the
 * same key: what it may do in a day, and how long it has to wait, goes for both. Whether a provider works is known of each apart.
 */
@Injectable()
export class WritingKeys {
  constructor(
    private readonly database: Database,
    private readonly ownKeys: OwnKeys,
    private readonly pools: KeyPools,
    private readonly circuits: Circuits,
  ) {}

  /**
   * Opens a key for one call.
   * @param refused ids of keys this order was refused with
   * @returns null when there is none that was not refused; a wait when none may be used now
   * @throws FieldError provider_key_rejected
   */
  async open(
    workspaceId: string,
    provider: LanguageProviderId,
    refused: ReadonlySet<string>,
  ): Promise<WritingKey | Refusal | null> {
    const own = await this.database.inWorkspace(workspaceId, (tx) => this.ownKeys.open(tx, provider));
    if (own !== null) {
      if (refused.has(own.id)) return null;
      return (await this.circuits.refusal(ownCircuit(provider, own))) ?? { kind: 'own', key: own };
    }
    const taken = await this.pools.take(provider, refused);
    if (isPoolKey(taken)) return { kind: 'pool', key: taken };
    const { reason, retryAfterSeconds } = taken;
    return retryAfterSeconds === null ? null : { reason, retryAfterSeconds };
  }

  /** Why nothing may be sent to a provider now, whatever the key; null when it may. */
  async refusal(provider: LanguageProviderId): Promise<Refusal | null> {
    return this.circuits.refusal(circuitOf(provider));
  }

  /** A call was answered. */
  async answered(provider: LanguageProviderId, { kind, key }: WritingKey): Promise<void> {
    if (kind === 'pool') await this.pools.answered(key, 0);
    await this.circuits.succeeded(circuitOf(provider));
  }

  /** A call was given up by us: nothing is learned by it. */
  dropped({ kind, key }: WritingKey): void {
    if (kind === 'pool') this.pools.release(key, 0);
  }

  /** A call failed: its key waits or is taken out, or its provider is counted a failure. */
  async failed(provider: LanguageProviderId, used: WritingKey, error: ProviderError): Promise<void> {
    const { kind, providerCode = kind, retryAfterSeconds } = error;
    const isTooMuch = kind === 'rate_limited' || kind === 'unavailable';
    if (used.kind === 'pool') this.pools.release(used.key, 0, isTooMuch ? 'overloaded' : 'untold');
    if (kind === 'unavailable') return this.circuits.failed(circuitOf(provider), providerCode);
    // Whoever refuses works.
    await this.circuits.succeeded(circuitOf(provider));
    if (used.kind === 'pool') return this.learn(used.key, error);
    if (kind === 'rate_limited')
      await this.circuits.block(ownCircuit(provider, used.key), retryAfterSeconds ?? WAIT_UNTOLD_SECONDS, kind);
  }

  private async learn(key: PoolKey, { kind, keyRefused, providerCode, retryAfterSeconds }: ProviderError): Promise<void> {
    if (kind === 'rate_limited') return this.pools.cool(key, retryAfterSeconds);
    if (kind === 'quota_exhausted' || (kind === 'auth' && keyRefused)) return this.pools.takeOut(key, kind, providerCode ?? kind);
  }
}

function circuitOf(provider: LanguageProviderId): string {
  return `text/${provider}`;
}

/** The one that speech has for the same key. */
function ownCircuit(provider: LanguageProviderId, { id }: OwnKey): string {
  return `${provider}/own-${id}`;
}
