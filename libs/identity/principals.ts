import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ChangeFeed, type Reading, Remembered } from '#database';
import { currentContext } from '#observability';
import { RateLimits, refusal } from '#rate-limits';
import type { Actor } from './actor.js';

/** Who stands behind a token, remembered, so that a request asks the database for nothing. */
@Injectable()
export class Principals implements OnModuleInit {
  private readonly remembered: Remembered<Actor>;

  constructor(
    feed: ChangeFeed,
    private readonly limits: RateLimits,
  ) {
    this.remembered = new Remembered(feed);
  }

  onModuleInit(): void {
    this.remembered.listen();
  }

  /** Whether this one is known without asking the database. */
  knows(key: string): boolean {
    return this.remembered.find(key) !== undefined;
  }

  /**
   * The actor of a token.
   * @param key names the token and the workspace asked for
   * @param load reads it from the rows; throws when the token is not good, which is not remembered
   * @throws FieldError too_many_requests when the client's address has sent too many tokens that were no good
   */
  async of(key: string, load: () => Promise<Reading<Actor>>): Promise<Actor> {
    const known = this.remembered.find(key);
    if (known !== undefined) return known;
    this.refuseGuessing();
    return this.remembered.read(key, load);
  }

  /** Only a look into the rows costs something; whoever is known gets in from the same address all the same. */
  private refuseGuessing(): void {
    const address = currentContext()?.address;
    const spent = address === undefined ? [] : this.limits.knownSpent([{ policy: 'rejected', subject: { address } }]);
    if (spent.length > 0) throw refusal(spent);
  }
}
