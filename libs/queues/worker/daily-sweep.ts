import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Database, type SystemTransaction } from '#database';
import { Log } from '#observability';

const DAY_MS = 24 * 3_600_000;

/** Removes rows that nobody needs any more: at the start of each worker, and once a day. What fails is done the next time. */
@Injectable()
export abstract class DailySweep implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** Once a day, unless the rows are awaited sooner. */
  protected readonly everyMs: number = DAY_MS;
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly database: Database,
    private readonly log: Log,
  ) {}

  /** Removes them. @returns how many of each kind, for the log */
  protected abstract remove(tx: SystemTransaction): Promise<Record<string, number>>;

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.sweep(), this.everyMs);
    this.timer.unref();
    void this.sweep();
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** One sweep. */
  async sweep(): Promise<void> {
    try {
      const removed = await this.database.asSystem((tx) => this.remove(tx));
      this.log.debug('Removed what nobody needs any more', removed);
    } catch (error) {
      this.log.warn('What nobody needs any more could not be removed; the next sweep tries again', { error });
    }
  }
}
