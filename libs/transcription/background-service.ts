import { Injectable } from '@nestjs/common';
import { AuditLog } from '#audit';
import { Database } from '#database';
import { FieldError } from '#errors';
import { type Actor, auditActorOf } from '#identity';
import { OWN_FAULTS, QueueControl, type QueueReport, QueueStatus } from '#queues';
import { failureReasons } from './transcription.errors.js';
import { TranscriptionControl } from './transcription-control.service.js';

/** Failures that were ours: what failed by them is worth another try without anybody's doing. */
const WORTH_ANOTHER_TRY = [...OWN_FAULTS, 'internal_error', failureReasons.provider_unavailable.code];
/** Waits that somebody else asked for. */
const ASKED_TO_WAIT = [failureReasons.provider_rate_limited.code, failureReasons.same_sound_in_work.code];
/** Transcriptions tried again by one call, newest first. */
const MOST_RETRIED = 500;

const FAILED_BY_US = `
SELECT id, workspace_id AS "workspaceId" FROM transcriptions
WHERE status = 'failed' AND error_code = ANY ($1) AND audio_id IS NOT NULL ORDER BY id DESC LIMIT ${MOST_RETRIED}`;

/** What was set going by processing all. */
export interface Processed {
  /** Jobs whose wait for the next try was cut short. */
  triedNow: number;
  /** Transcriptions that had failed by a fault of ours and are tried again. */
  retried: number;
}

/** Transcribing in the background, as those who run the service see it and may act on it. Everything they do is recorded. */
@Injectable()
export class BackgroundService {
  constructor(
    private readonly database: Database,
    private readonly queueStatus: QueueStatus,
    private readonly queueControl: QueueControl,
    private readonly control: TranscriptionControl,
    private readonly audit: AuditLog,
  ) {}

  /** How things stand. */
  async status(): Promise<QueueReport> {
    return this.queueStatus.report();
  }

  /** Makes sure that workers hear of everything that is due. */
  async start(actor: Actor): Promise<QueueReport> {
    await this.record(actor, 'processing.started');
    await this.queueControl.ringAll();
    return this.status();
  }

  /** Has every worker stop what it does, hand it back and begin anew. Nothing counts as failed. */
  async restart(actor: Actor): Promise<QueueReport> {
    await this.database.asSystem(async (tx) => {
      const workers = await this.queueControl.restartWorkers(tx);
      const action = 'processing.restarted';
      await this.audit.record(tx, { workspaceId: null, actor: auditActorOf(actor), action, details: { workers } });
    });
    await this.queueControl.ringAll();
    return this.status();
  }

  /** Has all that waits done now: also what waits for its next try, and what had failed by a fault of ours. */
  async processAll(actor: Actor): Promise<Processed> {
    const triedNow = await this.queueControl.tryNow(ASKED_TO_WAIT);
    const retried = await this.retryOurFaults();
    await this.record(actor, 'processing.all_processed', { triedNow, retried });
    await this.queueControl.ringAll();
    return { triedNow, retried };
  }

  private async retryOurFaults(): Promise<number> {
    const failed = await this.database.asSystem((tx) =>
      tx.query<{ id: string; workspaceId: string }>(FAILED_BY_US, [WORTH_ANOTHER_TRY]),
    );
    let retried = 0;
    for (const { id, workspaceId } of failed) {
      try {
        await this.control.retry(workspaceId, id);
        retried += 1;
      } catch (error) {
        // Deleted or tried again by its owner meanwhile.
        if (!(error instanceof FieldError)) throw error;
      }
    }
    return retried;
  }

  private async record(
    actor: Actor,
    action: 'processing.started' | 'processing.all_processed',
    details: Record<string, number> = {},
  ): Promise<void> {
    await this.database.asSystem((tx) =>
      this.audit.record(tx, { workspaceId: null, actor: auditActorOf(actor), action, details }),
    );
  }
}
