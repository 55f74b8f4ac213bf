import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Log } from '#observability';
import { ObjectStore } from '../object-store.js';

const SWEEP_MS = 3_600_000;
/** An upload may take a day; what is older by another was left by a process that died. */
const LEFT_BEHIND_MS = 48 * 3_600_000;
/** Every key of ours begins so. */
const OURS = 'workspaces/';

/** Removes the parts that killed processes left in the store: they are in no list and cost money. */
@Injectable()
export class UnfinishedUploads implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly store: ObjectStore,
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

  private async sweep(): Promise<void> {
    try {
      const removed = await this.store.removeUnfinished(new Date(Date.now() - LEFT_BEHIND_MS), OURS);
      if (removed > 0) this.log.info('Removed unfinished uploads', { removed });
    } catch (error) {
      this.log.warn('Unfinished uploads could not be removed; the next sweep tries again', { error });
    }
  }
}
