import { Injectable } from '@nestjs/common';
import { AudioService } from '#audio';
import { AuditLog } from '#audit';
import { Database, type WorkspaceTransaction } from '#database';
import { type Retention, WorkspacesRepository } from '#identity';
import { TranscriptionService } from '#transcription';

/** Rows of one transaction: transcripts of long recordings have thousands of lines, and each object wants a job. */
const BATCH = 50;

/** How much went. */
export interface Removed {
  recordings: number;
  transcriptions: number;
}

/**
 * Deletes what workspaces do not want to keep any longer, rows at once and objects right after. Each batch leaves its receipt in
 * the audit log, with the ids of what went, in the transaction that deletes it.
 */
@Injectable()
export class RetentionService {
  constructor(
    private readonly database: Database,
    private readonly workspaces: WorkspacesRepository,
    private readonly audio: AudioService,
    private readonly transcriptions: TranscriptionService,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Deletes everything that is due. May run in several processes at once, and be stopped anywhere.
   * @param signal ends it between two batches
   */
  async apply(signal?: AbortSignal): Promise<Removed> {
    const removed = { recordings: 0, transcriptions: 0 };
    const workspaces = await this.database.asSystem((tx) => this.workspaces.withRetention(tx));
    for (const { id, audioRetentionDays, transcriptRetentionDays } of workspaces) {
      removed.recordings += await this.inBatches(id, audioRetentionDays, signal, (tx, days) => this.recordings(tx, days));
      removed.transcriptions += await this.inBatches(id, transcriptRetentionDays, signal, (tx, days) =>
        this.oldTranscriptions(tx, days),
      );
    }
    return removed;
  }

  private async inBatches(
    workspaceId: string,
    days: Retention[keyof Retention],
    signal: AbortSignal | undefined,
    remove: (tx: WorkspaceTransaction, days: number) => Promise<number>,
  ): Promise<number> {
    let total = 0;
    if (days === null) return total;
    for (let count = BATCH; count === BATCH; total += count) {
      if (signal?.aborted === true) return total;
      count = await this.database.inWorkspace(workspaceId, (tx) => remove(tx, days));
    }
    return total;
  }

  /** What is just being transcribed stays until that is over: nobody's work is deleted under it. */
  private async recordings(tx: WorkspaceTransaction, days: number): Promise<number> {
    const ids = await this.audio.removeOlder(tx, days, await this.transcriptions.recordingsInWork(tx), BATCH);
    await this.leaveReceipt(tx, { kind: 'recording', olderThanDays: days, ids });
    return ids.length;
  }

  private async oldTranscriptions(tx: WorkspaceTransaction, days: number): Promise<number> {
    const ids = await this.transcriptions.removeOlder(tx, days, BATCH);
    await this.leaveReceipt(tx, { kind: 'transcription', olderThanDays: days, ids });
    return ids.length;
  }

  private async leaveReceipt(
    tx: WorkspaceTransaction,
    details: { kind: string; olderThanDays: number; ids: string[] },
  ): Promise<void> {
    if (details.ids.length === 0) return;
    await this.audit.record(tx, {
      workspaceId: tx.workspaceId,
      actor: { kind: 'system' },
      action: 'retention.applied',
      target: { kind: 'workspace', id: tx.workspaceId },
      details,
    });
  }
}
