import { Injectable } from '@nestjs/common';
import type { Transcription, TranscriptionStatus, WorkspaceTransaction } from '#database';
import { ProductEvents } from '#webhooks';

interface Row {
  status: TranscriptionStatus;
  audioId: string | null;
  language: string | null;
  durationSeconds: number | null;
  errorCode: string | null;
}

const ROW = `
SELECT status, audio_id AS "audioId", language, duration_seconds AS "durationSeconds", error_code AS "errorCode"
FROM transcriptions WHERE id = $1 AND workspace_id = $2`;

/** Says what becomes of transcriptions to whoever builds on it, in the transaction in which it does. */
@Injectable()
export class TranscriptionEvents {
  constructor(private readonly events: ProductEvents) {}

  async created(tx: WorkspaceTransaction, id: string, audioId: string | null): Promise<void> {
    await this.events.record(tx, tx.workspaceId, 'transcription.created', id, { transcriptionId: id, audioId });
  }

  async started(tx: WorkspaceTransaction, id: string): Promise<void> {
    const { audioId } = await this.rowOf(tx, id);
    await this.events.record(tx, tx.workspaceId, 'transcription.started', id, { transcriptionId: id, audioId });
  }

  /** A run is over; how, its row says. */
  async ended(tx: WorkspaceTransaction, id: string): Promise<void> {
    const { status, audioId, language, durationSeconds, errorCode } = await this.rowOf(tx, id);
    const { workspaceId } = tx;
    const facts = { transcriptionId: id, audioId };
    if (status === 'cancelled') await this.events.record(tx, workspaceId, 'transcription.cancelled', id, facts);
    if (status === 'failed') await this.events.record(tx, workspaceId, 'transcription.failed', id, { ...facts, errorCode });
    if (status !== 'completed') return;
    await this.events.record(tx, workspaceId, 'transcription.completed', id, { ...facts, language, durationSeconds });
    if (audioId !== null) await this.events.record(tx, workspaceId, 'audio.transcribed', id, { audioId, transcriptionId: id });
  }

  /** It is gone: what its row said has to be given. */
  async deleted(
    tx: WorkspaceTransaction,
    { id, audioId }: Pick<Transcription, 'id' | 'audioId'>,
    cause: 'request' | 'retention',
  ): Promise<void> {
    await this.events.record(tx, tx.workspaceId, 'transcription.deleted', id, { transcriptionId: id, audioId, cause });
  }

  private async rowOf(tx: WorkspaceTransaction, id: string): Promise<Row> {
    const [row] = await tx.query<Row>(ROW, [id, tx.workspaceId]);
    if (row === undefined) throw new Error('A transcription that was just changed is there.');
    return row;
  }
}
