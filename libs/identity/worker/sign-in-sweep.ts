import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Database } from '#database';
import { Log } from '#observability';
import { OneTimeTokensRepository } from '../one-time-tokens.repository.js';
import { SessionsRepository } from '../sessions.repository.js';

const SWEEP_MS = 24 * 3_600_000;
/** Long enough to look back at what happened. */
const KEPT_DAYS = 30;

/** Removes sessions and tokens that have long ended, once a day. */
@Injectable()
export class SignInSweep implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly database: Database,
    private readonly sessions: SessionsRepository,
    private readonly tokens: OneTimeTokensRepository,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.sweep(), SWEEP_MS);
    this.timer.unref();
    void this.sweep();
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** Removes what ended, or ran out, 30 days ago. */
  async sweep(): Promise<void> {
    try {
      const [sessions, tokens] = await this.database.asSystem(async (tx) => [
        await this.sessions.sweep(tx, KEPT_DAYS),
        await this.tokens.sweep(tx, KEPT_DAYS),
      ]);
      this.log.debug('Removed what had ended long ago', { sessions, tokens });
    } catch (error) {
      this.log.warn('Sessions that ended long ago could not be removed; the next sweep tries again', { error });
    }
  }
}
