import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Database, type SystemTransaction } from '#database';
import { Log } from '#observability';
import { bellOptions } from './bell.js';
import { Feeder, type JobToRing, roomIn } from './feeder.js';
import { JobQueues } from './job-queues.js';

/** How often the relay looks without having been nudged: finds what another process committed and then died. */
const TICK_MS = 1_000;
/** Bells rung again in one statement. */
const BATCH = 500;

const RING_AGAIN = `
UPDATE jobs SET rung_at = now()
WHERE id IN (
  SELECT id FROM jobs WHERE state = 'waiting' AND rung_at < now() - make_interval(secs => $1) AND due_at <= now()
  ORDER BY rung_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)
RETURNING id, name, workspace_id AS "workspaceId", request_id AS "requestId", epoch`;

/**
 * Tells the queue about committed work, as much of it as there is room for. It rings first and commits the mark after: a crash in
 * between rings twice, which one claim survives, and never zero times.
 */
@Injectable()
export class OutboxRelay implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer?: NodeJS.Timeout;
  private running?: Promise<void>;
  private nudged = false;
  private stopped = false;

  constructor(
    private readonly database: Database,
    private readonly queues: JobQueues,
    private readonly feeder: Feeder,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.nudge(), TICK_MS);
    this.nudge();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.running;
  }

  /** Something was committed that wants ringing, or ended and left room for it: look now instead of at the next tick. */
  nudge(): void {
    this.nudged = true;
    if (this.stopped || this.running !== undefined) return;
    this.running = this.ringAll().finally(() => {
      this.running = undefined;
      if (this.nudged) this.nudge();
    });
  }

  /**
   * Rings once more for jobs whose bell nobody answered: it may be lost. One that is not is not doubled.
   * @param seconds since it was rung
   * @returns how many there were
   */
  async ringAgain(seconds: number): Promise<number> {
    return this.database.asSystem(async (tx) => {
      const jobs = await tx.query<JobToRing>(RING_AGAIN, [seconds]);
      await this.ring(jobs);
      return jobs.length;
    });
  }

  private async ringAll(): Promise<void> {
    this.nudged = false;
    try {
      let mayGoOn = true;
      while (!this.stopped && mayGoOn) mayGoOn = await this.database.asSystem((tx) => this.ringSome(tx));
    } catch (error) {
      // The rows are still marked as not rung; the next tick tries again.
      this.log.warn('The outbox could not be relayed', { error });
    }
  }

  /** @returns whether there may be more to ring at once: some were, and there is room left */
  private async ringSome(tx: SystemTransaction): Promise<boolean> {
    let mayGoOn = false;
    for (const lane of await this.feeder.lanes(tx)) {
      const room = roomIn(lane);
      const jobs = room === 0 ? [] : await this.feeder.pick(tx, lane.name, room);
      await this.ring(jobs);
      mayGoOn ||= jobs.length > 0 && jobs.length < room;
    }
    return mayGoOn;
  }

  /** Rings for jobs in the queue of their name. */
  private async ring(jobs: JobToRing[]): Promise<void> {
    for (const [name, group] of Map.groupBy(jobs, (job) => job.name)) {
      const bells = group.map(({ id, epoch, workspaceId, requestId }) => ({
        data: { v: 1 as const, jobId: id, workspaceId, requestId },
        opts: bellOptions(id, epoch),
      }));
      await this.queues.ring(name, bells);
    }
  }
}
