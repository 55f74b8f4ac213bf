import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { currentRequestId, Log, runInContext } from '#observability';
import { RetentionService } from '../retention.service.js';

/** Days are promised; ten minutes late is on time. */
const SWEEP_MS = 600_000;

/** Applies the retention of all workspaces, in every worker. What fails is done by the next sweep. */
@Injectable()
export class RetentionSweep implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer?: NodeJS.Timeout;
  private running?: Promise<void>;
  private readonly stop = new AbortController();

  constructor(
    private readonly retention: RetentionService,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.begin(), SWEEP_MS);
    this.timer.unref();
    this.begin();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    this.stop.abort();
    await this.running;
  }

  private begin(): void {
    this.running ??= runInContext({ requestId: currentRequestId() }, () => this.sweep()).finally(() => {
      this.running = undefined;
    });
  }

  private async sweep(): Promise<void> {
    try {
      const removed = await this.retention.apply(this.stop.signal);
      if (removed.recordings + removed.transcriptions > 0) this.log.info('Deleted what was kept long enough', { ...removed });
    } catch (error) {
      this.log.warn('Retention could not be applied; the next sweep tries again', { error });
    }
  }
}
