import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Database, isDatabaseUnavailable } from '#database';
import { FieldError } from '#errors';
import { currentContext, Log, runInContext, Traces } from '#observability';
import type { Bell } from '../bell.js';
import { JOB_SETTINGS, type JobName } from '../job-catalogue.js';
import { OutboxRelay } from '../outbox-relay.js';
import { ClaimedJob, type JobFacts, LeaseLostError } from './claimed-job.js';
import { classifyFailure, type JobFailure, judgeFailure, quarantined } from './job-failure.js';
import { HandlerRegistry } from './handler-registry.js';
import { JobFigures, type TryOutcome } from './job-figures.js';
import { JobLeases } from './job-leases.js';
import { beginTry } from './job-trace.js';
import { LeaseKeeper } from './lease-keeper.js';
import { WorkerIdentity } from './worker-identity.js';

/** The process has to end before the work is done. */
class ShutdownError extends Error {
  constructor() {
    super('The worker is shutting down.');
    this.name = 'ShutdownError';
  }
}

/** How long an outcome waits for a database that is away before it is left to the reconciler. */
const RECORD_FOR_MS = 60_000;
const RECORD_AGAIN_MS = 1_000;
/** How long stopped work may take to stop. */
const STOP_MS = 4_000;

/** Runs one job from the claim to its recorded outcome. Never throws: the row says what happened. */
@Injectable()
export class JobRunner {
  private readonly running = new Map<AbortController, Promise<void>>();

  constructor(
    private readonly handlers: HandlerRegistry,
    private readonly leases: JobLeases,
    private readonly keeper: LeaseKeeper,
    private readonly relay: OutboxRelay,
    private readonly database: Database,
    private readonly identity: WorkerIdentity,
    private readonly figures: JobFigures,
    private readonly traces: Traces,
    private readonly log: Log,
  ) {}

  /** Takes the job a bell rings for, if it is there to be taken, and sees it through. */
  async answer(name: JobName, bell: Bell): Promise<void> {
    const { jobId, workspaceId, requestId } = bell;
    if (jobId === undefined || workspaceId === undefined) return;
    const controller = new AbortController();
    const done = runInContext({ requestId: requestId ?? 'unknown', workspaceId, job: `${name}#${jobId}` }, async () => {
      const job = await this.claim(name, jobId, workspaceId);
      if (job !== null) await this.traced(job, controller);
    });
    this.running.set(controller, done);
    await done.finally(() => this.running.delete(controller));
  }

  /**
   * Lets running jobs finish for a while, then stops them and hands them back.
   * @param graceMs what is finished within it need not be done again (and paid again) elsewhere
   */
  async drain(graceMs: number): Promise<void> {
    const all = Promise.allSettled(this.running.values());
    const grace = new AbortController();
    await Promise.race([all, sleep(graceMs, undefined, { signal: grace.signal }).catch(() => undefined)]);
    grace.abort();
    for (const controller of this.running.keys()) controller.abort(new ShutdownError());
    // What does not stop when it is told to must not hold the process; its lease runs out.
    await Promise.race([Promise.allSettled(this.running.values()), sleep(STOP_MS, undefined, { ref: false })]);
  }

  private async claim(name: JobName, jobId: string, workspaceId: string): Promise<JobFacts<JobName> | null> {
    try {
      return await this.leases.claim(jobId, workspaceId, JOB_SETTINGS[name].leaseSeconds, this.identity.name);
    } catch (error) {
      this.log.warn('The job could not be claimed; the reconciler will ring again', { error });
      return null;
    }
  }

  private async traced(job: JobFacts<JobName>, controller: AbortController): Promise<void> {
    const context = currentContext();
    const span = beginTry(this.traces, job);
    if (context === undefined || span === undefined) {
      await this.work(job, controller);
      return;
    }
    const outcome = await runInContext({ ...context, span }, () => this.work(job, controller));
    span.set({ 'steno.job.outcome': outcome });
    if (outcome === 'retried' || outcome === 'given_up') span.fail(outcome);
    span.end();
  }

  private async work(job: JobFacts<JobName>, controller: AbortController): Promise<TryOutcome> {
    const started = performance.now();
    if (job.epoch === 1) this.figures.begun(job.name, job.ageSeconds);
    this.keeper.hold(job, controller);
    try {
      const outcome = await this.tryOnce(job, controller.signal);
      const milliseconds = performance.now() - started;
      this.figures.ended(job.name, outcome, milliseconds / 1_000);
      if (outcome === 'done') this.log.info('Job done', { milliseconds: Math.round(milliseconds) });
      return outcome;
    } finally {
      this.keeper.release(job);
      this.relay.nudge();
    }
  }

  private async tryOnce(job: JobFacts<JobName>, abandoned: AbortSignal): Promise<TryOutcome> {
    try {
      if (job.crashes >= JOB_SETTINGS[job.name].crashes) {
        const failure = quarantined(job.crashes);
        this.figures.failed(job.name, failure.code);
        await this.record(job, () => this.giveUp(job, failure));
        return 'given_up';
      }
      await this.runHandler(job, abandoned);
      return 'done';
    } catch (error) {
      return this.settleFailure(job, abandoned, error);
    }
  }

  private async runHandler(job: JobFacts<JobName>, abandoned: AbortSignal): Promise<void> {
    const timeout = AbortSignal.timeout(JOB_SETTINGS[job.name].timeoutSeconds * 1_000);
    const claimed = new ClaimedJob(job, AbortSignal.any([abandoned, timeout]), this.database);
    await this.handlers.of(job.name).run(claimed);
    if (!claimed.isCommitted) throw new Error(`The handler of ${job.name} returned without committing.`);
  }

  private async settleFailure(job: JobFacts<JobName>, abandoned: AbortSignal, error: unknown): Promise<TryOutcome> {
    if (error instanceof LeaseLostError || abandoned.reason instanceof LeaseLostError) {
      this.log.warn('The lease was lost; nothing was written');
      return 'lease_lost';
    }
    if (abandoned.reason instanceof ShutdownError) {
      await this.record(job, () => this.leases.handBack(job, 0));
      this.log.info('Job handed back');
      return 'handed_back';
    }
    const failure = classifyFailure(error);
    const verdict = judgeFailure(failure, job, JOB_SETTINGS[job.name], Math.random());
    this.figures.failed(job.name, failure.code);
    const fields = { code: failure.code, class: failure.class, failures: job.failures, verdict, error };
    if (error instanceof FieldError) this.log.warn('Job failed', fields);
    else this.log.error('Job failed unexpectedly', fields);
    await this.record(job, () =>
      verdict.action === 'give_up'
        ? this.giveUp(job, failure)
        : this.leases.handBack(job, verdict.afterSeconds, failure, verdict.counts),
    );
    return verdict.action === 'give_up' ? 'given_up' : 'retried';
  }

  private async giveUp(job: JobFacts<JobName>, failure: JobFailure): Promise<void> {
    await this.leases.giveUp(job, failure, (tx) => this.handlers.of(job.name).giveUp(tx, job, failure));
  }

  /** Writes an outcome, waiting for the database if it is away; in the end the lease runs out and the reconciler takes over. */
  private async record(job: JobFacts<JobName>, write: () => Promise<void>): Promise<void> {
    const deadline = performance.now() + RECORD_FOR_MS;
    for (;;) {
      try {
        await write();
        return;
      } catch (error) {
        if (error instanceof LeaseLostError) return;
        if (!isDatabaseUnavailable(error) || performance.now() > deadline) {
          this.log.error('The outcome of a job could not be written', { id: job.id, error });
          return;
        }
        await sleep(RECORD_AGAIN_MS);
      }
    }
  }
}
