import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Config } from '#config';
import { type CallBounds, CallLimit } from './call-limit.js';

/** As many at first as a worker has slots for providers, so that nothing is slower until a provider says that it is too much. */
const BOUNDS: CallBounds = { start: 8, most: 64 };

/** One who was told may have left without taking the place. */
const MOMENT_MS = 250;

/** How many calls this process may have under way, by provider and key. */
@Injectable()
export class CallLimits {
  private readonly limits = new Map<string, CallLimit>();
  /** Those who wait for a call to end, by provider, in the order they came. */
  private readonly waiting = new Map<string, Set<() => void>>();

  constructor(private readonly config: Config) {}

  /** @param id of the key's circuit, which begins with the provider: `groq/…` */
  of(id: string): CallLimit {
    const known = this.limits.get(id);
    if (known !== undefined) return known;
    const vendor = vendorOf(id);
    const limit = new CallLimit(this.config.callBounds[vendor] ?? BOUNDS, undefined, () => this.wakeFirst(vendor));
    this.limits.set(id, limit);
    return limit;
  }

  /**
   * Waits until a call at a provider ends, or a moment, whichever is first: then it is worth looking for a place again. Whoever came first
   * is told first.
   * @throws the signal's reason
   */
  async ended(vendor: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const waiting = this.waiting.get(vendor) ?? new Set();
    this.waiting.set(vendor, waiting);
    const over = new AbortController();
    const tell = (): void => over.abort();
    waiting.add(tell);
    try {
      await sleep(MOMENT_MS, undefined, { signal: AbortSignal.any([signal, over.signal]) });
    } catch {
      signal.throwIfAborted();
    } finally {
      waiting.delete(tell);
    }
  }

  private wakeFirst(vendor: string): void {
    const waiting = this.waiting.get(vendor);
    const [first] = waiting ?? [];
    if (first === undefined) return;
    waiting?.delete(first);
    first();
  }
}

function vendorOf(id: string): string {
  return id.slice(0, id.indexOf('/'));
}
