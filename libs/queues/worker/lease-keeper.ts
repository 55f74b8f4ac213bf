import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type ChangedSubject, ChangeFeed, SUBJECTS_OF_WORK } from '#database';
import { Log } from '#observability';
import { JOB_SETTINGS, type JobName } from '../job-catalogue.js';
import { type JobFacts, LeaseLostError } from './claimed-job.js';
import { JobLeases } from './job-leases.js';

/** A third of the shortest lease: two heartbeats may be lost. */
const BEAT_MS = 5_000;
/** Without the database for so long, what is being done is probably somebody else's by now. */
const GIVE_UP_AFTER_MS = 60_000;

interface Held {
  job: JobFacts<JobName>;
  controller: AbortController;
  extendedAt: number;
}

/**
 * Keeps the leases of this process alive, all in one statement, and stops the work whose lease is gone. Work that nobody wants any
 * more is announced, and stops at once; the heartbeat finds what was not heard.
 */
@Injectable()
export class LeaseKeeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly held = new Map<string, Held>();
  private timer?: NodeJS.Timeout;

  constructor(
    private readonly leases: JobLeases,
    private readonly changes: ChangeFeed,
    private readonly log: Log,
  ) {}

  onApplicationBootstrap(): void {
    this.changes.listen({ changed: (subject) => this.hear(subject), lost: () => undefined }, SUBJECTS_OF_WORK);
  }

  /** From now on the job's lease is extended, until `release`. */
  hold(job: JobFacts<JobName>, controller: AbortController): void {
    this.held.set(job.id, { job, controller, extendedAt: performance.now() });
    this.timer ??= setInterval(() => void this.beat(), BEAT_MS);
  }

  /** The job is over for this process. */
  release(job: JobFacts<JobName>): void {
    if (this.held.get(job.id)?.job.epoch === job.epoch) this.held.delete(job.id);
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private async beat(): Promise<void> {
    const all = [...this.held.values()];
    if (all.length === 0) return;
    try {
      const kept = await this.leases.extend(
        all.map(({ job }) => ({ id: job.id, epoch: job.epoch, seconds: JOB_SETTINGS[job.name].leaseSeconds })),
      );
      for (const held of all) {
        if (kept.has(held.job.id)) held.extendedAt = performance.now();
        else this.lose(held);
      }
    } catch (error) {
      this.log.warn('The leases could not be extended', { jobs: all.length, error });
      for (const held of all) if (performance.now() - held.extendedAt > GIVE_UP_AFTER_MS) this.lose(held);
    }
  }

  private hear(subject: ChangedSubject): void {
    const all = [...this.held.values()];
    // A workspace may have been suspended, or merely renamed: the heartbeat tells.
    if (all.some(({ job }) => subject === `workspace:${job.workspaceId}`)) void this.beat();
    for (const held of all) if (subject === `work:${held.job.subjectId}`) this.lose(held);
  }

  private lose(held: Held): void {
    if (this.held.get(held.job.id) !== held) return;
    this.held.delete(held.job.id);
    held.controller.abort(new LeaseLostError(held.job));
  }
}
