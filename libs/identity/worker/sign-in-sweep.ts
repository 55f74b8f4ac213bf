import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { Log } from '#observability';
import { RegularSweep } from '#queues/worker';
import { OneTimeTokensRepository } from '../one-time-tokens.repository.js';
import { SessionsRepository } from '../sessions.repository.js';

/** Long enough to look back at what happened. */
const KEPT_DAYS = 30;

/** Removes sessions and tokens that ended, or ran out, 30 days ago. */
@Injectable()
export class SignInSweep extends RegularSweep {
  constructor(
    private readonly database: Database,
    log: Log,
    private readonly sessions: SessionsRepository,
    private readonly tokens: OneTimeTokensRepository,
  ) {
    super(log);
  }

  protected async remove(): Promise<Record<string, number>> {
    return this.database.asSystem(async (tx) => ({
      sessions: await this.sessions.sweep(tx, KEPT_DAYS),
      tokens: await this.tokens.sweep(tx, KEPT_DAYS),
    }));
  }
}
