import { Injectable } from '@nestjs/common';
import type { WorkspaceTransaction } from '#database';
import { JobOutbox } from '#queues';
import { transcriptionPrefix } from './transcription.service.js';
import type { Run } from './transcriptions.repository.js';

/** How long the chunks of an unfinished transcription are kept, so that it can be tried again without cutting and paying anew. */
const KEPT_FOR_RETRY_SECONDS = 7 * 24 * 3_600;

/** The stored chunks of transcriptions: what of them is owed to be discarded, and when. */
@Injectable()
export class ChunkObjects {
  constructor(private readonly outbox: JobOutbox) {}

  /** Nobody needs them any more. */
  async discard(tx: WorkspaceTransaction, run: Run): Promise<void> {
    await this.owe(tx, run, 0);
  }

  /** They may be needed once more, for a while. */
  async discardLater(tx: WorkspaceTransaction, run: Run): Promise<void> {
    await this.owe(tx, run, KEPT_FOR_RETRY_SECONDS);
  }

  /** Takes `discardLater` back. @returns false when it is too late: they are gone, or going */
  async keep(tx: WorkspaceTransaction, { id }: Run): Promise<boolean> {
    return this.outbox.withdraw(tx, 'storage.discard', id);
  }

  /** Of all generations: one may use what an earlier one stored. */
  private async owe(tx: WorkspaceTransaction, { id, generation }: Run, delaySeconds: number): Promise<void> {
    const { workspaceId } = tx;
    const prefix = `${transcriptionPrefix(workspaceId, id)}chunks/`;
    await this.outbox.add(tx, 'storage.discard', { workspaceId, subjectId: id, generation, delaySeconds, payload: { prefix } });
  }
}
