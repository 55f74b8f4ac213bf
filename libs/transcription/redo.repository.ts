import { Injectable } from '@nestjs/common';
import { type ChunkRedo, storableJson, type WorkspaceTransaction } from '#database';
import type { Run } from './transcriptions.repository.js';

/** Answers of several chunks come at the same time: they take turns, so that exactly one is the last. */
const HOLD = `
SELECT 1 FROM transcriptions
WHERE id = $1 AND generation = $2 AND workspace_id = $3 AND status = 'processing' AND stage = 'assemble' FOR UPDATE`;

const BEGIN = `
UPDATE transcription_chunks AS chunk SET redo = r.redo
FROM jsonb_to_recordset($4::jsonb) AS r (index integer, redo jsonb)
WHERE chunk.transcription_id = $1 AND chunk.generation = $2 AND chunk.workspace_id = $3 AND chunk.index = r.index
  AND (chunk.redo IS NULL OR (chunk.redo->'open')::boolean)`;

const ANSWER = `
UPDATE transcription_chunks SET redo = $5
WHERE transcription_id = $1 AND generation = $2 AND workspace_id = $3 AND index = $4
  AND (redo->'open')::boolean AND jsonb_array_length(redo->'tries') = $6`;

const OPEN = `
SELECT count(*)::integer AS n FROM transcription_chunks
WHERE transcription_id = $1 AND generation = $2 AND workspace_id = $3 AND (redo->'open')::boolean`;

/** What suspicious chunks are asked about again. Every change is a compare-and-set and says whether it happened. */
@Injectable()
export class RedoRepository {
  /** Marks chunks as asked about again. @returns how many; 0 when the run is over */
  async begin(tx: WorkspaceTransaction, run: Run, redos: readonly { index: number; redo: ChunkRedo }[]): Promise<number> {
    if (!(await this.hold(tx, run))) return 0;
    return tx.execute(BEGIN, [run.id, run.generation, tx.workspaceId, storableJson(redos)]);
  }

  /**
   * Keeps what came back for a chunk.
   * @param before how many tries there were without this one
   * @returns `last` when no chunk waits for an answer any more, `void` when this one came too late to matter
   */
  async answer(
    tx: WorkspaceTransaction,
    run: Run,
    index: number,
    { redo, before }: { redo: ChunkRedo; before: number },
  ): Promise<'counted' | 'last' | 'void'> {
    if (!(await this.hold(tx, run))) return 'void';
    const changed = await tx.execute(ANSWER, [run.id, run.generation, tx.workspaceId, index, storableJson(redo), before]);
    if (changed === 0) return 'void';
    const [open] = await tx.query<{ n: number }>(OPEN, [run.id, run.generation, tx.workspaceId]);
    return open?.n === 0 ? 'last' : 'counted';
  }

  private async hold(tx: WorkspaceTransaction, { id, generation }: Run): Promise<boolean> {
    return (await tx.query(HOLD, [id, generation, tx.workspaceId])).length > 0;
  }
}
