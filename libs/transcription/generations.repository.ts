import { Injectable } from '@nestjs/common';
import { storableJson, type TranscriptionStage, type TranscriptionStatus, type WorkspaceTransaction } from '#database';
import { Events } from '#events';
import { TranscriptionEvents } from './transcription-events.js';
import type { Run } from './transcriptions.repository.js';

/** A transcription as somebody wants it stopped or tried again; nobody changes it until the transaction ends. */
export interface HeldTranscription {
  generation: number;
  status: TranscriptionStatus;
  stage: TranscriptionStage;
  audioId: string | null;
  priority: number;
  warnings: string[];
  /** How many are transcribed apart. */
  channels: number;
  /** Of this generation. */
  chunks: number;
  chunksDone: number;
}

const HOLD = `
SELECT t.generation, t.status, t.stage, t.audio_id AS "audioId", t.priority, t.warnings,
  greatest(jsonb_array_length(coalesce(t.options->'channels', '[]')), 1) AS channels,
  (SELECT count(*)::int FROM transcription_chunks c WHERE c.transcription_id = t.id AND c.generation = t.generation) AS chunks,
  (SELECT count(*)::int FROM transcription_chunks c
   WHERE c.transcription_id = t.id AND c.generation = t.generation AND c.status = 'done') AS "chunksDone"
FROM transcriptions t WHERE t.id = $1 AND t.workspace_id = $2 FOR UPDATE OF t`;

const CANCEL = `
UPDATE transcriptions SET status = 'cancelled', finished_at = now()
WHERE id = $1 AND workspace_id = $2 AND status IN ('pending', 'processing')`;

const OPEN_NEXT = `
UPDATE transcriptions SET generation = generation + 1, status = $4, stage = $5, chunk_count = $6, chunks_done = $7, warnings = $8,
  error_code = NULL, error_detail = NULL, finished_at = NULL
WHERE id = $1 AND generation = $2 AND workspace_id = $3`;

/** Whatever columns a chunk has: what was done stays done, the rest is to be done. */
const CARRY_OVER = `
INSERT INTO transcription_chunks
SELECT (jsonb_populate_record(c, jsonb_build_object(
  'generation', c.generation + 1, 'status', CASE c.status WHEN 'done' THEN 'done' ELSE 'pending' END,
  'error_code', NULL, 'error_detail', NULL))).*
FROM transcription_chunks c WHERE c.transcription_id = $1 AND c.generation = $2 AND c.workspace_id = $3
RETURNING index, status`;

/** How a generation of a transcription is stopped, and the next one opened. */
@Injectable()
export class GenerationsRepository {
  constructor(
    private readonly events: Events,
    private readonly outside: TranscriptionEvents,
  ) {}

  /** Null when there is no such transcription in the workspace. */
  async hold(tx: WorkspaceTransaction, id: string): Promise<HeldTranscription | null> {
    const [row] = await tx.query<HeldTranscription>(HOLD, [id, tx.workspaceId]);
    return row ?? null;
  }

  /** Stops it for good; false when it was over already. */
  async cancel(tx: WorkspaceTransaction, id: string): Promise<boolean> {
    if ((await tx.execute(CANCEL, [id, tx.workspaceId])) === 0) return false;
    await this.outside.ended(tx, id);
    await this.events.publish(tx, `transcription:${id}`);
    return true;
  }

  /** Opens the next generation at its very beginning. */
  async openAnew(tx: WorkspaceTransaction, { id, generation }: Run): Promise<void> {
    await this.openNext(tx, { id, generation }, ['pending', 'prepare', null, 0, '[]']);
  }

  /**
   * Opens the next generation with the chunks of this one.
   * @returns the indices of those still to be transcribed; none: all that is left is to put them together
   */
  async openWithChunks(tx: WorkspaceTransaction, { id, generation }: Run, warnings: string[]): Promise<number[]> {
    const chunks = await tx.query<{ index: number; status: string }>(CARRY_OVER, [id, generation, tx.workspaceId]);
    const left = chunks.filter(({ status }) => status !== 'done').map(({ index }) => index);
    const stage = left.length === 0 ? 'assemble' : 'transcribe';
    const counts = [chunks.length, chunks.length - left.length];
    await this.openNext(tx, { id, generation }, ['processing', stage, ...counts, storableJson(warnings)]);
    return left;
  }

  private async openNext(tx: WorkspaceTransaction, { id, generation }: Run, columns: (string | number | null)[]): Promise<void> {
    await tx.execute(OPEN_NEXT, [id, generation, tx.workspaceId, ...columns]);
    await this.events.publish(tx, `transcription:${id}`);
  }
}
