import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Database, type SystemTransaction } from '#database';
import { Log } from '#observability';
import { bellOptions } from './bell.js';
import type { JobName } from './job-catalogue.js';
import { JobQueues } from './job-queues.js';

/** Rows a tick takes at most; more are taken by the next tick, which follows at once. */
const BATCH = 100;
/** How often the relay looks without having been nudged: finds what another process committed and then died. */
const TICK_MS = 1_000;

interface RungRow {
  id: string;
  name: JobName;
  workspace_id: string;
  request_id: string;
  epoch: number;
}

const RING = `
UPDATE jobs SET rung_at = now() WHERE id IN (
  SELECT id FROM jobs WHERE state = 'waiting' AND rung_at IS NULL AND due_at <= now()
  ORDER BY due_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)
RETURNING id, name, workspace_id, request_id, epoch`;

/**
 * Tells the queue about committed work. It rings first and commits the mark after: a crash in between rings twice, which one claim
 * survives, and never zero times.
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

  /** Something was committed that wants ringing: look now instead of at the next tick. */
  nudge(): void {
    this.nudged = true;
    if (this.stopped || this.running !== undefined) return;
    this.running = this.ringAll().finally(() => {
      this.running = undefined;
      if (this.nudged) this.nudge();
    });
  }

  private async ringAll(): Promise<void> {
    this.nudged = false;
    try {
      while (!this.stopped && (await this.database.asSystem((tx) => this.ringBatch(tx))) === BATCH);
    } catch (error) {
      // The rows are still marked as not rung; the next tick tries again.
      this.log.warn('The outbox could not be relayed', { error });
    }
  }

  private async ringBatch(tx: SystemTransaction): Promise<number> {
    const rows = await tx.query<RungRow>(RING);
    await this.ring(rows);
    return rows.length;
  }

  /** Rings rows in the queue of their name. */
  private async ring(rows: RungRow[]): Promise<void> {
    for (const [name, group] of Map.groupBy(rows, (row) => row.name)) {
      const bells = group.map(({ id, epoch, workspace_id: workspaceId, request_id: requestId }) => ({
        data: { v: 1 as const, jobId: id, workspaceId, requestId },
        opts: bellOptions(id, epoch),
      }));
      await this.queues.ring(name, bells);
    }
  }
}
