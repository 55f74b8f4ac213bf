import { createHash, createHmac } from 'node:crypto';
import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { v5 as uuidv5 } from 'uuid';
import { Config, type VendorId } from '#config';
import { messageOf } from '#errors';
import { Log } from '#observability';
import type { CallEnd, CallLimit } from './call-limit.js';
import { CallLimits } from './call-limits.js';
import { Circuits } from './circuits.js';
import { KeyDaysRepository, type KeyUse } from './key-days.repository.js';

const FINGERPRINT_CHARACTERS = 16;
const SHOWN_CHARACTERS = 4;
/** A key that its provider refused, or that has no money behind it, is tried again after so long: somebody may have mended it. */
const OUT_SECONDS = 3_600;
/** Why keys are taken out: waiting does not help. */
const OUT: ReadonlySet<string> = new Set(['auth', 'quota_exhausted']);
/** When a provider asks to wait and does not say how long. */
export const UNTOLD_WAIT_SECONDS = 20;
/** Why a key is not to be had that is well, but has as many calls under way as it stands. */
export const BUSY = 'busy';
/** How often what was counted is written down; what a killed process had not, is not counted. */
const FLUSH_MS = 1_000;
/** Until what is known of today is looked up again. */
const TODAY_FRESH_MS = 5_000;

/** One of the installation's keys at a provider. */
export class PoolKey {
  readonly #secret: string;
  readonly lastFour: string;
  /** Of its circuit: the provider and a fingerprint, from which nobody gets the key. */
  readonly id: string;
  /** For workspaces, who are to tell the installation's keys apart and to know nothing of them; stays while AUTH_SECRET does. */
  readonly publicId: string;

  /** @param salt the installation's own secret */
  constructor(
    readonly vendor: VendorId,
    secret: string,
    salt: string,
  ) {
    this.#secret = secret;
    this.lastFour = secret.slice(-SHOWN_CHARACTERS);
    this.id = `${vendor}/${createHash('sha256').update(secret).digest('hex').slice(0, FINGERPRINT_CHARACTERS)}`;
    this.publicId = uuidv5(createHmac('sha256', salt).update(this.id).update(secret).digest(), uuidv5.URL);
  }

  reveal(): string {
    return this.#secret;
  }
}

/** No key can be used now. */
export interface NoKey {
  /** Code of what is wrong with the one that is back first. */
  reason: string;
  /** Null: there is no key at all. */
  retryAfterSeconds: number | null;
}

export function isPoolKey(taken: PoolKey | NoKey): taken is PoolKey {
  return taken instanceof PoolKey;
}

/** How a key does, for operators. */
export interface KeyState {
  vendor: VendorId;
  lastFour: string;
  reason: string | null;
  retryAfterSeconds: number | null;
  today: KeyUse;
}

/**
 * The installation's keys, several a provider: a call takes one that is not waiting, not spent for today and has the least under way. What
 * is learned of a key by one process, all know within a second; how many calls at once it stands, each process finds out by itself.
 */
@Injectable()
export class KeyPools implements BeforeApplicationShutdown {
  private readonly pools: ReadonlyMap<VendorId, readonly PoolKey[]>;
  /** Not yet written down. */
  private counted = new Map<string, KeyUse>();
  private flushing?: NodeJS.Timeout;
  private today?: { uses: Map<string, KeyUse>; readAt: number };

  constructor(
    private readonly config: Config,
    private readonly circuits: Circuits,
    private readonly limits: CallLimits,
    private readonly days: KeyDaysRepository,
    private readonly log: Log,
  ) {
    const vendors = Object.entries(config.vendorKeys) as [VendorId, readonly string[]][];
    this.pools = new Map(
      vendors.map(([vendor, keys]) => [vendor, keys.map((key) => new PoolKey(vendor, key, config.identity.secret))]),
    );
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearTimeout(this.flushing);
    await this.flush();
  }

  /**
   * A key for one call, to be given back by `release`. Where every key was taken out, one is tried all the same: what is wrong is told
   * at once, and seen at once to be mended.
   * @param passedOver ids of keys that this call was refused with
   */
  async take(vendor: VendorId, passedOver: ReadonlySet<string> = new Set()): Promise<PoolKey | NoKey> {
    const standings = await Promise.all(
      this.keysOf(vendor)
        .filter(({ id }) => !passedOver.has(id))
        .map(async (key) => ({ key, refusal: await this.refusal(key) })),
    );
    const well = standings.filter(({ refusal }) => refusal === null).map(({ key }) => key);
    const [first] = well.filter((key) => !this.limitOf(key).isFull).toSorted((a, b) => this.busy(a) - this.busy(b));
    if (first !== undefined) return this.begin(first);
    const [full] = well;
    if (full !== undefined) return { reason: BUSY, retryAfterSeconds: this.limitOf(full).secondsToPlace() };
    const waiting = standings.flatMap(({ refusal }) => (refusal === null || OUT.has(refusal.reason) ? [] : [refusal]));
    const [soonest] = waiting.toSorted((a, b) => a.retryAfterSeconds - b.retryAfterSeconds);
    if (soonest !== undefined) return soonest;
    const [out] = standings;
    return out === undefined ? { reason: 'no_key', retryAfterSeconds: null } : this.begin(out.key);
  }

  /** A key that was taken out is back. */
  async works({ id }: PoolKey): Promise<void> {
    await this.circuits.lift(id, [...OUT]);
  }

  /** Ends a call. @param seconds of sound it was about; zero when it was refused */
  release(key: PoolKey, seconds: number, how: CallEnd = 'untold'): void {
    this.limitOf(key).end(how);
    const { id } = key;
    const before = this.counted.get(id) ?? { calls: 0, seconds: 0 };
    this.counted.set(id, { calls: before.calls + 1, seconds: before.seconds + seconds });
    this.flushing ??= setTimeout(() => void this.flush(), FLUSH_MS).unref();
  }

  /** The provider takes no more with this key for a while. */
  async cool(key: PoolKey, retryAfterSeconds = UNTOLD_WAIT_SECONDS): Promise<void> {
    await this.circuits.block(key.id, retryAfterSeconds, 'rate_limited');
  }

  /** The key is of no use until somebody does something: its operator is told. */
  async takeOut(key: PoolKey, reason: 'auth' | 'quota_exhausted', code: string): Promise<void> {
    await this.circuits.block(key.id, OUT_SECONDS, reason);
    this.log.error('A key of this installation was taken out; replace it or top its account up', {
      provider: key.vendor,
      lastFour: key.lastFour,
      reason,
      code,
    });
  }

  /** Every key of the installation. */
  async states(): Promise<KeyState[]> {
    const uses = await this.days.today();
    const circuits = new Map((await this.circuits.states()).map((state) => [state.id, state]));
    return [...this.pools.values()].flat().map(({ id, vendor, lastFour }) => {
      const circuit = circuits.get(id);
      const isOpen = circuit?.state === 'open';
      return {
        vendor,
        lastFour,
        reason: isOpen ? circuit.reason : null,
        retryAfterSeconds: isOpen ? circuit.retryAfterSeconds : null,
        today: uses.get(id) ?? { calls: 0, seconds: 0 },
      };
    });
  }

  private begin(key: PoolKey): PoolKey {
    this.limitOf(key).begin();
    return key;
  }

  private keysOf(vendor: VendorId): readonly PoolKey[] {
    return this.pools.get(vendor) ?? [];
  }

  private busy(key: PoolKey): number {
    return this.limitOf(key).busy;
  }

  private limitOf({ id }: PoolKey): CallLimit {
    return this.limits.of(id);
  }

  private async refusal(key: PoolKey): Promise<{ reason: string; retryAfterSeconds: number } | null> {
    if (await this.isSpent(key)) return { reason: 'daily_capacity', retryAfterSeconds: secondsToMidnight() };
    return this.circuits.refusal(key.id);
  }

  private async isSpent({ id, vendor }: PoolKey): Promise<boolean> {
    const capacity = this.config.keyCapacities[vendor];
    if (capacity === undefined) return false;
    const uses = await this.usesToday();
    const [written, own] = [uses.get(id), this.counted.get(id)];
    const calls = (written?.calls ?? 0) + (own?.calls ?? 0);
    const seconds = (written?.seconds ?? 0) + (own?.seconds ?? 0);
    return calls >= (capacity.calls ?? Infinity) || seconds >= (capacity.seconds ?? Infinity);
  }

  private async usesToday(): Promise<Map<string, KeyUse>> {
    if (this.today !== undefined && performance.now() - this.today.readAt < TODAY_FRESH_MS) return this.today.uses;
    this.today = { uses: await this.days.today(), readAt: performance.now() };
    return this.today.uses;
  }

  private async flush(): Promise<void> {
    this.flushing = undefined;
    if (this.counted.size === 0) return;
    const counted = this.counted;
    this.counted = new Map();
    try {
      await this.days.add(counted);
      this.today = undefined;
    } catch (error) {
      this.log.warn('What keys were used for could not be written down; it is not counted', { reason: messageOf(error) });
    }
  }
}

/** Providers count by the day in UTC. */
function secondsToMidnight(now = Date.now()): number {
  return 86_400 - Math.floor((now / 1_000) % 86_400);
}
