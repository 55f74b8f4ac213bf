import { Injectable } from '@nestjs/common';
import {
  BUSY,
  type CallEnd,
  type CallLimit,
  CallLimits,
  Circuits,
  isPoolKey,
  KeyPools,
  type PoolKey,
  type Refusal,
  UNTOLD_WAIT_SECONDS,
} from '#circuits';
import { VENDOR_IDS, type VendorId } from '#config';
import type { Database, WorkspaceTransaction } from '#database';
import { messageOf } from '#errors';
import { Log } from '#observability';
import type { ProviderError } from '#provider-calls';
import type { ProviderId } from '#speech';
import type { OwnKey } from './own-key.js';
import { OwnKeys } from './own-keys.js';

/** Reads in the workspace that a call is made for. */
export interface Reader {
  read<T>(work: (tx: WorkspaceTransaction) => Promise<T>): Promise<T>;
}

/** Reads a workspace in a transaction each time. */
export function readerOf(database: Database, workspaceId: string): Reader {
  return { read: (work) => database.inWorkspace(workspaceId, work) };
}

/** What a call is made with: the workspace's own key, one of the installation's, or none where none is wanted. */
export type CallKey = { kind: 'own'; key: OwnKey; limit: CallLimit } | { kind: 'pool'; key: PoolKey } | { kind: 'none' };

/** Who is called, and for what: a key is one and the same for both, while whether its provider works is known of each apart. */
export interface Callee<Id extends ProviderId | VendorId = ProviderId | VendorId> {
  provider: Id;
  /** Its breaker's. */
  circuit: string;
}

/** A provider as one that transcribes. */
export function asTranscriber<Id extends ProviderId>(provider: Id): Callee<Id> {
  return { provider, circuit: provider };
}

/** A provider as one that writes text. */
export function asWriter<Id extends VendorId>(provider: Id): Callee<Id> {
  return { provider, circuit: `text/${provider}` };
}

/** How long a request waits for a place among the calls under way. */
const PATIENCE_MS = 30_000;

/** Which keys calls are made with, and what is learned of them and of their providers by each call. */
@Injectable()
export class CallKeys {
  constructor(
    private readonly ownKeys: OwnKeys,
    private readonly pools: KeyPools,
    private readonly circuits: Circuits,
    private readonly limits: CallLimits,
    private readonly log: Log,
  ) {}

  /**
   * Opens a key for one call.
   * @param workspace null: it has no key of its own for the provider
   * @param refused ids of keys this work was refused with
   * @returns null when there is none that was not refused
   * @throws FieldError provider_key_rejected
   */
  async open(workspace: Reader | null, { provider }: Callee, refused: ReadonlySet<string>): Promise<CallKey | Refusal | null> {
    const own = await workspace?.read((tx) => this.ownKeys.open(tx, provider));
    if (own !== undefined && own !== null) {
      if (refused.has(own.id)) return null;
      return this.openOwn(provider, own);
    }
    if (!isKeyed(provider)) return refused.size > 0 ? null : { kind: 'none' };
    const taken = await this.pools.take(provider, refused);
    if (isPoolKey(taken)) return { kind: 'pool', key: taken };
    const { reason, retryAfterSeconds } = taken;
    return retryAfterSeconds === null ? null : { reason, retryAfterSeconds };
  }

  /**
   * As `open`, for somebody who waits for the answer: a key that is well, and has as many calls under way as it stands, is waited for.
   * @returns the wait all the same, when no place came in time
   */
  async openSoon(
    workspace: Reader | null,
    callee: Callee,
    refused: ReadonlySet<string>,
    signal: AbortSignal,
  ): Promise<CallKey | Refusal | null> {
    for (const deadline = performance.now() + PATIENCE_MS; ;) {
      const opened = await this.open(workspace, callee, refused);
      if (opened === null || !('reason' in opened) || !isBusy(opened) || performance.now() > deadline) return opened;
      await this.limits.ended(callee.provider, signal);
    }
  }

  private async openOwn(provider: ProviderId | VendorId, key: OwnKey): Promise<CallKey | Refusal> {
    const id = circuitOf(provider, key);
    const closed = await this.circuits.refusal(id);
    if (closed !== null) return closed;
    const limit = this.limits.of(id);
    if (limit.isFull) return { reason: BUSY, retryAfterSeconds: limit.secondsToPlace() };
    limit.begin();
    return { kind: 'own', key, limit };
  }

  /** Why nothing may be sent to a provider now, whatever the key; null when it may. */
  async refusal({ circuit }: Callee): Promise<Refusal | null> {
    return this.circuits.refusal(circuit);
  }

  /** A call was answered. @param seconds of sound it was about */
  async answered({ circuit }: Callee, call: CallKey, seconds: number): Promise<void> {
    this.end(call, 'answered', seconds);
    await this.learn(async () => {
      if (call.kind === 'pool') await this.pools.works(call.key);
      await this.circuits.succeeded(circuit);
    });
  }

  /** A call was given up by us: nothing is learned by it. */
  dropped(call: CallKey): void {
    this.end(call, 'untold');
  }

  /** A call failed: its key waits or is taken out, or its provider is counted a failure. */
  async failed({ provider, circuit }: Callee, call: CallKey, error: ProviderError): Promise<void> {
    const { kind, retryAfterSeconds, providerCode } = error;
    this.end(call, kind === 'rate_limited' || kind === 'unavailable' ? 'overloaded' : 'untold');
    await this.learn(async () => {
      if (kind === 'unavailable') return this.circuits.failed(circuit, providerCode ?? kind);
      // Whoever refuses works.
      await this.circuits.succeeded(circuit);
      if (call.kind === 'pool') return this.mark(call.key, error);
      if (call.kind === 'own' && kind === 'rate_limited')
        await this.circuits.block(circuitOf(provider, call.key), retryAfterSeconds ?? UNTOLD_WAIT_SECONDS, kind);
    });
  }

  /** What a call gave, and was paid for, is not lost because what it teaches cannot be written down. */
  private async learn(lesson: () => Promise<void>): Promise<void> {
    try {
      await lesson();
    } catch (error) {
      this.log.warn('What a call taught of its provider could not be written down', { reason: messageOf(error) });
    }
  }

  private end(call: CallKey, how: CallEnd, seconds = 0): void {
    if (call.kind === 'pool') this.pools.release(call.key, seconds, how);
    if (call.kind === 'own') call.limit.end(how);
  }

  private async mark(key: PoolKey, { kind, keyRefused, providerCode, retryAfterSeconds }: ProviderError): Promise<void> {
    if (kind === 'rate_limited') return this.pools.cool(key, retryAfterSeconds);
    if (kind === 'quota_exhausted') return this.pools.takeOut(key, kind, providerCode ?? kind);
    if (kind === 'auth' && keyRefused) return this.pools.takeOut(key, kind, providerCode ?? kind);
  }
}

/** The key stands no more calls at once; it is well, so whoever wants it waits for a place. */
export function isBusy({ reason }: Refusal): boolean {
  return reason === BUSY;
}

function circuitOf(provider: string, { id }: OwnKey): string {
  return `${provider}/own-${id}`;
}

function isKeyed(provider: string): provider is VendorId {
  return VENDOR_IDS.some((id) => id === provider);
}
