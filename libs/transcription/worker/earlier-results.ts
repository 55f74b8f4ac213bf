import { Injectable } from '@nestjs/common';
import type { Transcription, WorkspaceTransaction } from '#database';
import { FieldError } from '#errors';
import { Events } from '#events';
import { failureReasons } from '../transcription.errors.js';
import { TranscriptionEvents } from '../transcription-events.js';
import type { Run } from '../transcriptions.repository.js';

/** Until the other one's end is looked for again, in seconds. */
const LOOK_AGAIN_SECONDS = 3;

/** Orders for the same sound and options that are being prepared at the same moment wait for each other here. */
const ONE_AT_A_TIME = `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`;

/** Whether somebody wished for a result of their own says nothing about what it is. */
const SAME = `workspace_id = $1 AND sound_sha256 = $2 AND options - 'reuse' = $3::jsonb - 'reuse' AND id <> $4`;

/** A result with something amiss is not passed on: who orders again may have better luck. */
const FIND_RESULT = `
SELECT id FROM transcriptions
WHERE ${SAME} AND status = 'completed' AND NOT coalesce(quality->'findings' @> '[{"outcome": "kept"}]', false)
  AND NOT EXISTS (
    SELECT FROM transcription_chunks c
    WHERE c.transcription_id = transcriptions.id AND c.generation = transcriptions.generation AND c.status <> 'done')
ORDER BY id DESC LIMIT 1`;

/** Only those past their own look, so that nobody waits for somebody who waits. */
const FIND_WORK = `
SELECT id FROM transcriptions WHERE ${SAME} AND status = 'processing' AND stage <> 'prepare' LIMIT 1`;

const NOTE_SOUND = `UPDATE transcriptions SET sound_sha256 = $3 WHERE id = $1 AND workspace_id = $2`;

const TAKE_OVER = `
UPDATE transcriptions AS t SET status = 'completed', stage = 'assemble', finished_at = now(), reused_from = e.id, sound_sha256 = e.sound_sha256,
  text = e.text, language = e.language, warnings = e.warnings, quality = e.quality, duration_seconds = e.duration_seconds,
  low_accuracy = e.low_accuracy, chunk_count = 0, chunks_done = 0
FROM transcriptions AS e
WHERE t.id = $1 AND t.generation = $2 AND t.workspace_id = $3 AND t.status = 'processing' AND t.stage = 'prepare'
  AND e.id = $4 AND e.workspace_id = $3`;

const COPY_SEGMENTS = `
INSERT INTO transcript_segments (transcription_id, workspace_id, index, start, "end", text, speaker, channel, confidence, words)
SELECT $1, workspace_id, index, start, "end", text, speaker, channel, confidence, words
FROM transcript_segments WHERE transcription_id = $2 AND workspace_id = $3`;

/** Results that are there already: the same sound with the same options is not transcribed, and paid for, a second time. */
@Injectable()
export class EarlierResults {
  constructor(
    private readonly events: Events,
    private readonly outside: TranscriptionEvents,
  ) {}

  /**
   * Completes the run with an earlier result, where there is one.
   * @param soundSha256 of the decoded sound
   * @returns false when there is none
   * @throws FieldError same_sound_in_work while another order of the workspace is having the same done
   */
  async takeOver(tx: WorkspaceTransaction, run: Run, transcription: Transcription, soundSha256: string): Promise<boolean> {
    const { options } = transcription;
    if (options.reuse === false) return false;
    const same = [tx.workspaceId, soundSha256, JSON.stringify(options), run.id];
    await tx.query(ONE_AT_A_TIME, [`${tx.workspaceId} ${soundSha256}`]);
    const [earlier] = await tx.query<{ id: string }>(FIND_RESULT, same);
    if (earlier !== undefined) return this.copy(tx, run, earlier.id);
    const [other] = await tx.query<{ id: string }>(FIND_WORK, same);
    if (other === undefined) return false;
    throw new FieldError(
      failureReasons.same_sound_in_work,
      `Transcription ${other.id} is about the same sound with the same options; this one takes over its result.`,
      { retryAfterSeconds: LOOK_AGAIN_SECONDS },
    );
  }

  /** Keeps what decoding found, so that who has to wait need not decode again. */
  async noteSound(tx: WorkspaceTransaction, { id }: Run, soundSha256: string): Promise<void> {
    await tx.execute(NOTE_SOUND, [id, tx.workspaceId, soundSha256]);
  }

  private async copy(tx: WorkspaceTransaction, { id, generation }: Run, earlierId: string): Promise<boolean> {
    if ((await tx.execute(TAKE_OVER, [id, generation, tx.workspaceId, earlierId])) === 0) return false;
    // Those of an earlier generation, which had gaps.
    await tx.execute('DELETE FROM transcript_segments WHERE transcription_id = $1 AND workspace_id = $2', [id, tx.workspaceId]);
    await tx.execute(COPY_SEGMENTS, [id, earlierId, tx.workspaceId]);
    await this.outside.ended(tx, id);
    await this.events.publish(tx, `transcription:${id}`);
    return true;
  }
}
