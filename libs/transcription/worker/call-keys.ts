import { Injectable } from '@nestjs/common';
import { Circuits, isPoolKey, KeyPools, type PoolKey } from '#circuits';
import { KEYED_PROVIDER_IDS, type KeyedProviderId, type ProviderId, type SpeechError } from '#speech';
import { type OwnKey, OwnKeys } from '#provider-keys';
import type { ClaimedJob } from '#queues/worker';

type ChunkJob = ClaimedJob<'transcription.transcribe-chunk'> | ClaimedJob<'transcription.redo-chunk'>;

/** What a call is made with: the workspace's own key, one of the installation's, or none where none is wanted. */
export type CallKey = { kind: 'own'; key: OwnKey } | { kind: 'pool'; key: PoolKey } | { kind: 'none' };

/** Nothing can be sent there now. */
export interface Wait {
  reason: string;
  retryAfterSeconds: number;
}

/** Which keys calls are made with, and what is learned of them and of their providers by each call. */
@Injectable()
export class CallKeys {
  constructor(
    private readonly ownKeys: OwnKeys,
    private readonly pools: KeyPools,
    private readonly circuits: Circuits,
  ) {}

  /**
   * Opens a key for one call.
   * @param refused ids of keys this job was refused with
   * @returns null when there is none that was not refused
   * @throws FieldError provider_key_rejected
   */
  async open(job: ChunkJob, provider: ProviderId, refused: ReadonlySet<string>): Promise<CallKey | Wait | null> {
    const own = await job.read((tx) => this.ownKeys.open(tx, provider));
    if (own !== null) {
      if (refused.has(own.id)) return null;
      return (await this.circuits.refusal(circuitOf(provider, own))) ?? { kind: 'own', key: own };
    }
    if (!isKeyed(provider)) return refused.size > 0 ? null : { kind: 'none' };
    const taken = await this.pools.take(provider, refused);
    if (isPoolKey(taken)) return { kind: 'pool', key: taken };
    const { reason, retryAfterSeconds } = taken;
    return retryAfterSeconds === null ? null : { reason, retryAfterSeconds };
  }

  /** Why nothing may be sent to a provider now, whatever the key; null when it may. */
  async providerWait(provider: ProviderId): Promise<Wait | null> {
    return this.circuits.refusal(provider);
  }

  /** A call was answered. */
  async answered(provider: ProviderId, call: CallKey, seconds: number): Promise<void> {
    if (call.kind === 'pool') await this.pools.answered(call.key, seconds);
    await this.circuits.succeeded(provider);
  }

  /** A call was given up by us: nothing is learned by it. */
  dropped(call: CallKey): void {
    if (call.kind === 'pool') this.pools.release(call.key, 0);
  }

  /** A call failed: its key waits or is taken out, or its provider is counted a failure. */
  async failed(provider: ProviderId, call: CallKey, error: SpeechError): Promise<void> {
    this.dropped(call);
    const { kind, retryAfterSeconds } = error;
    if (kind === 'unavailable') return this.circuits.failed(provider, error.providerCode ?? kind);
    // Whoever refuses works.
    await this.circuits.succeeded(provider);
    if (call.kind === 'pool') return this.learn(call.key, error);
    if (call.kind === 'own' && kind === 'rate_limited')
      await this.circuits.block(circuitOf(provider, call.key), retryAfterSeconds ?? WAIT_UNTOLD_SECONDS, kind);
  }

  private async learn(key: PoolKey, { kind, keyRefused, providerCode, retryAfterSeconds }: SpeechError): Promise<void> {
    if (kind === 'rate_limited') return this.pools.cool(key, retryAfterSeconds);
    if (kind === 'quota_exhausted') return this.pools.takeOut(key, kind, providerCode ?? kind);
    if (kind === 'auth' && keyRefused) return this.pools.takeOut(key, kind, providerCode ?? kind);
  }
}

/** Seconds to wait when a provider asks to wait and does not say how long. */
const WAIT_UNTOLD_SECONDS = 20;

function circuitOf(provider: ProviderId, { id }: OwnKey): string {
  return `${provider}/own-${id}`;
}

function isKeyed(provider: ProviderId): provider is KeyedProviderId {
  return KEYED_PROVIDER_IDS.some((id) => id === provider);
}
