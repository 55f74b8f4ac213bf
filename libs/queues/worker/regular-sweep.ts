import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Log } from '#observability';

const DAY_MS = 24 * 3_600_000;

/** Removes what nobody needs any more: at the start of each worker, and regularly. What fails is done the next time. */
@Injectable()
export abstract class RegularSweep implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** Once a day, unless it is awaited sooner. */
  protected readonly everyMs: number = DAY_MS;
  private readonly stop = new AbortController();
  private timer?: NodeJS.Timeout;
  private running?: Promise<void>;

  constructor(private readonly log: Log) {}

  /**
   * Removes it.
   * @param signal fires when the process is asked to end
   * @returns how many of each kind, for the log
   */
  protected abstract remove(signal: AbortSignal): Promise<Record<string, number>>;

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.sweep(), this.everyMs);
    this.timer.unref();
    void this.sweep();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    this.stop.abort();
    await this.running;
  }

  /** One sweep, or the end of the one under way. */
  async sweep(): Promise<void> {
    this.running ??= this.run().finally(() => (this.running = undefined));
    return this.running;
  }

  private async run(): Promise<void> {
    try {
      this.log.debug('Removed what nobody needs any more', await this.remove(this.stop.signal));
    } catch (error) {
      this.log.warn('What nobody needs any more could not be removed; the next sweep tries again', { error });
    }
  }
}
