import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ChangeFeed, Database, SUBJECTS_OF_WORK } from '#database';
import { Log } from '#observability';
import { RESTART } from '../queue-control.js';
import { JobConsumer } from './job-consumer.js';
import { WorkerIdentity } from './worker-identity.js';

/** How often the row is looked at, in case the call was not heard. */
const LOOK_MS = 10_000;

const OBEY = `UPDATE worker_pulses SET restart_asked = false WHERE worker = $1 AND restart_asked`;

/** Obeys when those who run the service want the workers to begin anew: whatever hangs is handed back, and taken up again. */
@Injectable()
export class WorkerRestart implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer?: NodeJS.Timeout;
  private running?: Promise<void>;

  constructor(
    private readonly changes: ChangeFeed,
    private readonly database: Database,
    private readonly consumer: JobConsumer,
    private readonly identity: WorkerIdentity,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    const changed = (subject: string): void => {
      if (subject === RESTART) this.look();
    };
    this.changes.listen({ changed, lost: () => undefined }, SUBJECTS_OF_WORK);
    this.timer = setInterval(() => this.look(), LOOK_MS);
    this.timer.unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  private look(): void {
    this.running ??= this.obey().finally(() => {
      this.running = undefined;
    });
  }

  private async obey(): Promise<void> {
    try {
      if ((await this.database.asSystem((tx) => tx.execute(OBEY, [this.identity.name]))) === 0) return;
      this.log.info('Restarting, as asked');
      await this.consumer.restart();
    } catch (error) {
      this.log.warn('The worker could not look whether it should restart', { error });
    }
  }
}
