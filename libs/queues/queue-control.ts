import { Injectable } from '@nestjs/common';
import { ChangeFeed, Database, type SystemTransaction } from '#database';
import { OutboxRelay } from './outbox-relay.js';

/** What workers hear when they are to restart. */
export const RESTART = 'work:restart';

const ASK_TO_RESTART = `UPDATE worker_pulses SET restart_asked = true`;

const TRY_NOW = `
UPDATE jobs SET due_at = now()
WHERE state = 'waiting' AND due_at > now() AND due_at < 'infinity' AND error_code IS NOT NULL AND error_code <> ALL ($1::text[])`;

/** What those who run the service may do about the queue. */
@Injectable()
export class QueueControl {
  constructor(
    private readonly database: Database,
    private readonly relay: OutboxRelay,
    private readonly changes: ChangeFeed,
  ) {}

  /** Rings again for everything that was rung and not begun, and for what is due. */
  async ringAll(): Promise<void> {
    while ((await this.relay.ringAgain(1)) > 0);
    this.relay.nudge();
  }

  /**
   * Asks every worker to stop what it does, hand it back and go on. Nothing counts as failed.
   * @returns how many were asked
   */
  async restartWorkers(tx: SystemTransaction): Promise<number> {
    const asked = await tx.execute(ASK_TO_RESTART);
    await this.changes.announce(tx, RESTART);
    return asked;
  }

  /**
   * Has what failed and waits for its next try tried now.
   * @param except codes of failures whose wait somebody else asked for
   * @returns how many jobs there were
   */
  async tryNow(except: readonly string[]): Promise<number> {
    return this.database.asSystem(async (tx) => {
      const moved = await tx.execute(TRY_NOW, [except]);
      tx.afterCommit(() => this.relay.nudge());
      return moved;
    });
  }
}
