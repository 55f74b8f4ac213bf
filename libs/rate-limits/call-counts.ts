import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Log } from '#observability';
import { type CallTotal, LimitStorage } from './limit-storage.js';

const FLUSH_MS = 5_000;

/**
 * Takes totals that may have come before. It writes the greater of what it has and what comes, for each counter and source; then
 * every call is there exactly once.
 */
export type CallSink = (totals: readonly CallTotal[]) => Promise<void>;

/** Hands on what was counted, every few seconds and at the end. */
@Injectable()
export class CallCounts implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly sinks: CallSink[] = [];
  private timer?: NodeJS.Timeout;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly storage: LimitStorage,
    private readonly log: Log,
  ) {}

  /** Every sink gets all totals; each picks its counters by their names. */
  register(sink: CallSink): void {
    this.sinks.push(sink);
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.flush(), FLUSH_MS);
    this.timer.unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }

  /** Hands on what changed since the last time. What a sink did not take comes again. */
  flush(): Promise<void> {
    this.running = this.running.then(() => this.handOn());
    return this.running;
  }

  private async handOn(): Promise<void> {
    try {
      const totals = await this.storage.unsettledCalls();
      if (totals.length === 0) return;
      for (const sink of this.sinks) await sink(totals);
      await this.storage.settleCalls(totals);
    } catch (error) {
      this.log.warn('Call counts could not be written; they come again', { error });
    }
  }
}
