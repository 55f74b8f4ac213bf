import { Injectable } from '@nestjs/common';
import { Config } from '#config';
import { type CallBounds, CallLimit } from './call-limit.js';

/** As many at first as a worker has slots for providers, so that nothing is slower until a provider says that it is too much. */
const BOUNDS: CallBounds = { start: 8, most: 64 };

/** How many calls this process may have under way, by provider and key. */
@Injectable()
export class CallLimits {
  private readonly limits = new Map<string, CallLimit>();

  constructor(private readonly config: Config) {}

  /** @param id of the key's circuit, which begins with the provider: `groq/…` */
  of(id: string): CallLimit {
    const known = this.limits.get(id);
    if (known !== undefined) return known;
    const limit = new CallLimit(this.config.callBounds[vendorOf(id)] ?? BOUNDS);
    this.limits.set(id, limit);
    return limit;
  }
}

function vendorOf(id: string): string {
  return id.slice(0, id.indexOf('/'));
}
