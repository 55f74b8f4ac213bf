import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Database } from '#database';
import { Log } from '#observability';
import { JOB_NAMES, JOB_SETTINGS } from '../job-catalogue.js';
import { OutboxRelay } from '../outbox-relay.js';

const SWEEP_MS = 5_000;
const LONGEST_LEASE_MS = 1_000 * Math.max(...JOB_NAMES.map((name) => JOB_SETTINGS[name].leaseSeconds));
const BATCH = 500;

/** A bell that nobody answered for so long is taken for lost (a wiped Redis); ringing again is harmless if it was not. */
const RING_AGAIN_SECONDS = 15;
/** Days the record of a finished job is kept. */
const KEEP_DAYS = 7;

const RECLAIM = `
UPDATE jobs SET state = 'waiting', crashes = crashes + 1, lease_until = NULL, worker = NULL, rung_at = NULL, due_at = now()
WHERE id IN (SELECT id FROM jobs WHERE state = 'running' AND lease_until < now() LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)`;

const FORGET_FINISHED = `
DELETE FROM jobs WHERE id IN (
  SELECT id FROM jobs WHERE finished_at < now() - make_interval(days => ${KEEP_DAYS}) LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)`;

const FORGET_WORKERS = `DELETE FROM worker_pulses WHERE canary_at < now() - interval '1 day'`;

/**
 * Makes the queue agree with the rows again: takes jobs back from workers that vanished and rings for work whose bell got lost.
 * Every worker runs it; the locks let them share.
 */
@Injectable()
export class Reconciler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer?: NodeJS.Timeout;
  private running?: Promise<void>;
  /** While the database was away nobody could extend a lease; for a while after, one that ran out proves nothing. */
  private trustLeasesAt = 0;

  constructor(
    private readonly database: Database,
    private readonly relay: OutboxRelay,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.running ??= this.sweep().finally(() => {
        this.running = undefined;
      });
    }, SWEEP_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  /** One sweep. Public so that tests need not wait for the timer. */
  async sweep(): Promise<void> {
    try {
      if (performance.now() >= this.trustLeasesAt) await this.reclaim();
      await this.relay.ringAgain(RING_AGAIN_SECONDS);
      await this.run(FORGET_FINISHED);
      await this.run(FORGET_WORKERS);
    } catch (error) {
      this.trustLeasesAt = performance.now() + LONGEST_LEASE_MS;
      this.log.warn('The reconciler could not sweep', { error });
    }
  }

  private async reclaim(): Promise<void> {
    const reclaimed = await this.run(RECLAIM);
    if (reclaimed === 0) return;
    this.log.warn('Jobs taken back from workers that vanished', { jobs: reclaimed });
    this.relay.nudge();
  }

  /** Each statement commits by itself: one that fails must not take back what another mended. */
  private async run(sql: string): Promise<number> {
    return this.database.asSystem((tx) => tx.execute(sql));
  }
}
