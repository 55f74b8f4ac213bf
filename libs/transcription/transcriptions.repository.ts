import { Injectable } from '@nestjs/common';
import { type FindOptionsSelect, In, LessThan } from 'typeorm';
import {
  type ChunkTranscript,
  Transcription,
  TranscriptionAttempt,
  TranscriptionChunk,
  storableJson,
  storableText,
  type SystemTransaction,
  type TranscriptionStatus,
  type TranscriptQuality,
  TranscriptSegment,
  WorkspaceRepository,
  type WorkspaceTransaction,
} from '#database';
import { Events } from '#events';
import { type Page, pageOf, type PageRequest } from '#paging';
import { type ProviderCall, UsageRecords } from '#usage';
import { TranscriptionEvents } from './transcription-events.js';

export interface NewChunk {
  index: number;
  channel: number;
  startSeconds: number;
  endSeconds: number;
  /** How much of its beginning is the end of the chunk before. */
  overlapSeconds: number;
  /** Where there may be speech, in seconds from the start of the recording. */
  speech: { start: number; end: number }[];
  loudness: string | null;
  bytes: number;
  objectKey: string;
  /** Of the object; null when there is none. */
  sha256: string | null;
  /** Already known: a chunk without speech needs no provider. */
  transcript: ChunkTranscript | null;
}

/** A call to a provider, to be kept. */
export type NewAttempt = Omit<TranscriptionAttempt, 'createdAt' | 'answer'> & { answer?: object };

export interface FinishedTranscript {
  text: string;
  language: string | null;
  warnings: string[];
  quality?: TranscriptQuality;
  segments: (Pick<TranscriptSegment, 'start' | 'end' | 'text' | 'speaker' | 'confidence' | 'words'> &
    Partial<Pick<TranscriptSegment, 'channel'>>)[];
}

/** Which transcription, and which of its runs. */
export interface Run {
  id: string;
  generation: number;
}

/** What became of a chunk's outcome: `last` when no chunk is left, `void` when it came too late to matter. */
export type Counted = 'counted' | 'last' | 'void';

/** A transcription as lists have it. */
export type ListedTranscription = Omit<Transcription, 'text' | 'search'>;

export interface TranscriptionFilter {
  status?: TranscriptionStatus;
  audioId?: string;
}

/** Who ordered a transcription. */
interface Orderer {
  userId: string | null;
  apiKeyId: string | null;
}

const BEGIN = `
UPDATE transcriptions SET status = 'processing', started_at = coalesce(started_at, now())
WHERE id = $1 AND generation = $2 AND workspace_id = $3 AND status IN ('pending', 'processing') AND stage = 'prepare'
RETURNING started_at = now() AS first`;

const PREPARED = `
UPDATE transcriptions SET stage = $4, duration_seconds = $5, chunk_count = $6, chunks_done = $7, warnings = $8,
  sound_sha256 = $9
WHERE id = $1 AND generation = $2 AND workspace_id = $3 AND status = 'processing' AND stage = 'prepare'`;

const ADD_CHUNKS = `
INSERT INTO transcription_chunks (transcription_id, generation, workspace_id, index, channel, start_seconds, end_seconds, overlap_seconds,
  speech, loudness, bytes, object_key, sha256, status, transcript)
SELECT $1, $2, $3, c.index, c.channel, c."startSeconds", c."endSeconds", c."overlapSeconds", c.speech, c.loudness, c.bytes, c."objectKey",
  c.sha256, CASE WHEN c.transcript IS NULL THEN 'pending' ELSE 'done' END, c.transcript
FROM jsonb_to_recordset($4::jsonb) AS c (index integer, channel integer, "startSeconds" float8, "endSeconds" float8,
  "overlapSeconds" float8, speech jsonb, loudness text, bytes integer, "objectKey" text, sha256 text, transcript jsonb)`;

const KEEP_ANSWER = `
UPDATE transcription_chunks SET transcript = $5
WHERE transcription_id = $1 AND generation = $2 AND workspace_id = $3 AND index = $4 AND status = 'pending' AND transcript IS NULL`;

const CHUNK_DONE = `
UPDATE transcription_chunks SET status = 'done', transcript = $5, answered_in = $2
WHERE transcription_id = $1 AND generation = $2 AND workspace_id = $3 AND index = $4 AND status = 'pending'`;

const CHUNK_FAILED = `
UPDATE transcription_chunks SET status = 'failed', error_code = $5, error_detail = $6, transcript = NULL
WHERE transcription_id = $1 AND generation = $2 AND workspace_id = $3 AND index = $4 AND status = 'pending'`;

/** Counting is part of the same statement that locks the row, so that exactly one chunk is the last. */
const COUNT_CHUNK = `
UPDATE transcriptions
SET chunks_done = chunks_done + 1, stage = CASE WHEN chunks_done + 1 = chunk_count THEN 'assemble' ELSE stage END
WHERE id = $1 AND generation = $2 AND workspace_id = $3 AND status = 'processing' AND stage = 'transcribe'
RETURNING stage`;

const FAILURE_OF_ALL = `
SELECT error_code AS code, error_detail AS detail FROM transcription_chunks
WHERE transcription_id = $1 AND generation = $2 AND workspace_id = $3 AND status = 'failed'
  AND NOT EXISTS (
    SELECT 1 FROM transcription_chunks WHERE transcription_id = $1 AND generation = $2 AND status = 'done' AND transcript->>'text' <> '')
ORDER BY index LIMIT 1`;

const COMPLETE = `
UPDATE transcriptions SET status = 'completed', text = $4, language = $5, warnings = $6, quality = $7, finished_at = now()
WHERE id = $1 AND generation = $2 AND workspace_id = $3 AND status = 'processing' AND stage = 'assemble'`;

/** Ten hours have ten thousand lines with their words; in pieces, each statement stays far from its time limit. */
const SEGMENTS_A_STATEMENT = 1_000;

const ADD_SEGMENTS = `
INSERT INTO transcript_segments (transcription_id, workspace_id, index, start, "end", text, speaker, channel, confidence, words)
SELECT $1, $2, s.index, s.start, s."end", s.text, s.speaker, s.channel, s.confidence, s.words
FROM jsonb_to_recordset($3::jsonb)
  AS s (index integer, start float8, "end" float8, text text, speaker text, channel integer, confidence float8, words jsonb)`;

/** One whose earlier generation was completed with gaps is what it was before: a transcript with gaps is better than none. */
const FAIL = `
UPDATE transcriptions SET finished_at = now(),
  status = CASE WHEN text IS NULL THEN 'failed' ELSE 'completed' END,
  error_code = CASE WHEN text IS NULL THEN $4 END, error_detail = CASE WHEN text IS NULL THEN $5 END,
  warnings = CASE WHEN text IS NULL THEN warnings ELSE warnings || jsonb_build_array('retry_failed: ' || $5) END
WHERE id = $1 AND generation = $2 AND workspace_id = $3 AND status IN ('pending', 'processing')`;

const CHUNK_SECONDS = `
SELECT coalesce(sum(seconds) FILTER (WHERE answered_in = $2), 0)::float8 AS answered,
  coalesce(sum(seconds) FILTER (WHERE status = 'pending'), 0)::float8 AS "left"
FROM (
  SELECT end_seconds - start_seconds - overlap_seconds AS seconds, answered_in, status FROM transcription_chunks
  WHERE transcription_id = $1 AND generation = $2 AND workspace_id = $3) AS chunks`;

const UNFINISHED = `
SELECT t.id, t.generation FROM transcriptions t
JOIN jsonb_to_recordset($1::jsonb) AS r (id uuid, generation integer) ON r.id = t.id AND r.generation = t.generation
WHERE t.status IN ('pending', 'processing')`;

const ORDERER = `SELECT created_by AS "userId", api_key_id AS "apiKeyId" FROM transcriptions WHERE id = $1 AND workspace_id = $2`;

const IN_WORK = `
SELECT DISTINCT audio_id FROM transcriptions WHERE workspace_id = $1 AND status IN ('pending', 'processing') AND audio_id IS NOT NULL`;

const REMOVE_OLDER = `
DELETE FROM transcriptions WHERE workspace_id = $1 AND id IN (
  SELECT id FROM transcriptions WHERE workspace_id = $1 AND finished_at < now() - make_interval(days => $2)
  ORDER BY finished_at LIMIT $3 FOR UPDATE SKIP LOCKED)
RETURNING id, audio_id AS "audioId"`;

/** Transcriptions with their chunks and segments. Every change of state is a compare-and-set and says whether it happened. */
@Injectable()
export class TranscriptionsRepository extends WorkspaceRepository<Transcription> {
  constructor(
    private readonly events: Events,
    private readonly usage: UsageRecords,
    private readonly outside: TranscriptionEvents,
  ) {
    super(Transcription);
  }

  async insert(
    tx: WorkspaceTransaction,
    order: Pick<Transcription, 'id' | 'audioId' | 'createdBy' | 'apiKeyId' | 'options' | 'lowAccuracy' | 'priority'>,
  ): Promise<void> {
    await this.rows(tx).insert({ ...order, workspaceId: tx.workspaceId });
    await this.outside.created(tx, order.id, order.audioId);
  }

  /** Newest first. */
  async list(tx: WorkspaceTransaction, request: PageRequest, filter: TranscriptionFilter): Promise<Page<ListedTranscription>> {
    const { page, limit, after } = request;
    const where = this.scope(tx, { ...(after === undefined ? {} : { id: LessThan(after) }), ...filter });
    const skip = after === undefined ? (page - 1) * limit : 0;
    const found = await this.rows(tx).find({ select: this.listed(tx), where, order: { id: 'DESC' }, take: limit + 1, skip });
    return pageOf(found, await this.rows(tx).countBy(this.scope(tx, { ...filter })), request);
  }

  /** All columns but the text: a page of long transcripts would be many megabytes. */
  private listed(tx: WorkspaceTransaction): FindOptionsSelect<Transcription> {
    const read = this.rows(tx).metadata.columns.filter(({ isSelect, propertyName }) => isSelect && propertyName !== 'text');
    return Object.fromEntries(read.map(({ propertyName }) => [propertyName, true]));
  }

  /** As `find`, without the text. */
  async state(tx: WorkspaceTransaction, id: string): Promise<ListedTranscription | null> {
    return this.rows(tx).findOne({ select: this.listed(tx), where: this.scope(tx, { id }) });
  }

  /** As `state`, of many, in no order. */
  async states(tx: WorkspaceTransaction, ids: readonly string[]): Promise<ListedTranscription[]> {
    return this.rows(tx).find({ select: this.listed(tx), where: this.scope(tx, { id: In([...ids]) }) });
  }

  override async remove(tx: WorkspaceTransaction, id: string): Promise<boolean> {
    return this.told(tx, id, await super.remove(tx, id));
  }

  /** Marks the work as begun; true again when a later worker begins it anew. */
  async begin(tx: WorkspaceTransaction, { id, generation }: Run): Promise<boolean> {
    const [begun] = await tx.query<{ first: boolean }>(BEGIN, [id, generation, tx.workspaceId]);
    if (begun?.first === true) await this.outside.started(tx, id);
    return this.told(tx, id, begun !== undefined);
  }

  /** Writes what cutting found; the next stage is assembling when no chunk needs a provider. */
  async prepared(
    tx: WorkspaceTransaction,
    run: Run,
    cut: { seconds: number; soundSha256: string; chunks: NewChunk[]; warnings: string[] },
  ): Promise<boolean> {
    const done = cut.chunks.filter(({ transcript }) => transcript !== null).length;
    const stage = done === cut.chunks.length ? 'assemble' : 'transcribe';
    const parameters = [
      run.id,
      run.generation,
      tx.workspaceId,
      stage,
      cut.seconds,
      cut.chunks.length,
      done,
      storableJson(cut.warnings),
      cut.soundSha256,
    ];
    if ((await tx.execute(PREPARED, parameters)) === 0) return false;
    await tx.execute(ADD_CHUNKS, [run.id, run.generation, tx.workspaceId, storableJson(cut.chunks)]);
    return this.told(tx, run.id, true);
  }

  async chunk(tx: WorkspaceTransaction, { id, generation }: Run, index: number): Promise<TranscriptionChunk | null> {
    return tx.manager.findOneBy(TranscriptionChunk, { transcriptionId: id, generation, index, workspaceId: tx.workspaceId });
  }

  /** All chunks of a run, in order. */
  async chunks(tx: WorkspaceTransaction, { id, generation }: Run): Promise<TranscriptionChunk[]> {
    return tx.manager.find(TranscriptionChunk, {
      where: { transcriptionId: id, generation, workspaceId: tx.workspaceId },
      order: { index: 'ASC' },
    });
  }

  /** Stores what a provider made of a chunk that is counted later. False when there is an answer already, or nobody wants one. */
  async keepAnswer(
    tx: WorkspaceTransaction,
    { id, generation }: Run,
    index: number,
    transcript: ChunkTranscript,
  ): Promise<boolean> {
    return (await tx.execute(KEEP_ANSWER, [id, generation, tx.workspaceId, index, storableJson(transcript)])) > 0;
  }

  /** Stores what a provider made of a chunk and counts it. */
  async chunkDone(
    tx: WorkspaceTransaction,
    { id, generation }: Run,
    index: number,
    transcript: ChunkTranscript,
  ): Promise<Counted> {
    const changed = await tx.execute(CHUNK_DONE, [id, generation, tx.workspaceId, index, storableJson(transcript)]);
    return changed === 0 ? 'void' : this.countChunk(tx, { id, generation });
  }

  /** Gives a chunk up and counts it. @returns as `chunkDone` */
  async chunkFailed(
    tx: WorkspaceTransaction,
    { id, generation }: Run,
    index: number,
    { code, detail }: { code: string; detail: string },
  ): Promise<Counted> {
    const changed = await tx.execute(CHUNK_FAILED, [id, generation, tx.workspaceId, index, code, storableText(detail)]);
    return changed === 0 ? 'void' : this.countChunk(tx, { id, generation });
  }

  private async countChunk(tx: WorkspaceTransaction, { id, generation }: Run): Promise<Counted> {
    const [row] = await tx.query<{ stage: string }>(COUNT_CHUNK, [id, generation, tx.workspaceId]);
    if (row === undefined) return 'void';
    await this.told(tx, id, true);
    return row.stage === 'assemble' ? 'last' : 'counted';
  }

  /** Why nothing at all was transcribed: what the first failed chunk failed of. Null when some chunk gave text, or none failed. */
  async failureOfAll(tx: WorkspaceTransaction, { id, generation }: Run): Promise<{ code: string; detail: string } | null> {
    const [first] = await tx.query<{ code: string; detail: string }>(FAILURE_OF_ALL, [id, generation, tx.workspaceId]);
    return first ?? null;
  }

  /** Keeps what a call to a provider gave and cost, and writes it down as usage. */
  async recordAttempt(tx: WorkspaceTransaction, attempt: NewAttempt): Promise<void> {
    const answer = attempt.answer === undefined ? null : (JSON.parse(storableJson(attempt.answer)) as object);
    await tx.manager.insert(TranscriptionAttempt, { ...attempt, answer });
    const [orderer] = await tx.query<Orderer>(ORDERER, [attempt.transcriptionId, tx.workspaceId]);
    await this.usage.record(tx, callOf(attempt, orderer));
  }

  /** As `recordAttempt`, for a call whose lease is lost, and only if that is because the transcription was cancelled. */
  async recordCancelled(tx: WorkspaceTransaction, attempt: NewAttempt): Promise<void> {
    const cancelled = this.scope(tx, { id: attempt.transcriptionId, status: 'cancelled', generation: attempt.generation });
    if (await this.rows(tx).existsBy(cancelled)) await this.recordAttempt(tx, attempt);
  }

  /** Seconds of sound a provider answered for in this run, and of what it has still to answer; what chunks share counts once. */
  async chunkSeconds(tx: WorkspaceTransaction, { id, generation }: Run): Promise<{ answered: number; left: number }> {
    type Seconds = { answered: number; left: number };
    const [row] = await tx.query<Seconds>(CHUNK_SECONDS, [id, generation, tx.workspaceId]);
    return row ?? { answered: 0, left: 0 };
  }

  /** Those of these runs that are not over. */
  async unfinished(tx: SystemTransaction, runs: readonly Run[]): Promise<Run[]> {
    const wanted = runs.map(({ id, generation }) => ({ id, generation }));
    return tx.query<Run>(UNFINISHED, [JSON.stringify(wanted)]);
  }

  /** Writes the transcript and completes. */
  async complete(tx: WorkspaceTransaction, { id, generation }: Run, transcript: FinishedTranscript): Promise<boolean> {
    const { text, language, warnings, segments, quality } = transcript;
    const changed = await tx.execute(COMPLETE, [
      id,
      generation,
      tx.workspaceId,
      storableText(text),
      language,
      storableJson(warnings),
      quality === undefined ? null : storableJson(quality),
    ]);
    if (changed === 0) return false;
    // Those of an earlier generation, which had gaps.
    await tx.manager.delete(TranscriptSegment, { transcriptionId: id, workspaceId: tx.workspaceId });
    const rows = segments.map((segment, index) => ({ index, ...segment }));
    for (let from = 0; from < rows.length; from += SEGMENTS_A_STATEMENT) {
      await tx.execute(ADD_SEGMENTS, [id, tx.workspaceId, storableJson(rows.slice(from, from + SEGMENTS_A_STATEMENT))]);
    }
    await this.outside.ended(tx, id);
    return this.told(tx, id, true);
  }

  /** Ends a run with an error. */
  async fail(tx: WorkspaceTransaction, { id, generation }: Run, error: { code: string; detail: string }): Promise<boolean> {
    const changed = await tx.execute(FAIL, [id, generation, tx.workspaceId, error.code, storableText(error.detail)]);
    if (changed > 0) await this.outside.ended(tx, id);
    return this.told(tx, id, changed > 0);
  }

  /** The lines of a transcript, in order. */
  async segments(
    tx: WorkspaceTransaction,
    transcriptionId: string,
    span?: { skip: number; take: number },
  ): Promise<TranscriptSegment[]> {
    return tx.manager.find(TranscriptSegment, {
      where: { transcriptionId, workspaceId: tx.workspaceId },
      order: { index: 'ASC' },
      ...span,
    });
  }

  async countSegments(tx: WorkspaceTransaction, transcriptionId: string): Promise<number> {
    return tx.manager.countBy(TranscriptSegment, { transcriptionId, workspaceId: tx.workspaceId });
  }

  /** Whoever follows it hears of the change, if there was one. */
  private async told(tx: WorkspaceTransaction, id: string, changed: boolean): Promise<boolean> {
    if (changed) await this.events.publish(tx, `transcription:${id}`);
    return changed;
  }

  /** The recordings somebody waits for a transcript of. */
  async recordingsInWork(tx: WorkspaceTransaction): Promise<string[]> {
    return (await tx.query<{ audio_id: string }>(IN_WORK, [tx.workspaceId])).map(({ audio_id }) => audio_id);
  }

  /**
   * Removes the oldest of those that ended more than so many days ago, by the database's clock.
   * @returns them, at most `limit`
   */
  async removeOlder(tx: WorkspaceTransaction, days: number, limit: number): Promise<Pick<Transcription, 'id' | 'audioId'>[]> {
    return tx.query(REMOVE_OLDER, [tx.workspaceId, days, limit]);
  }
}

/** An attempt as the usage has it. */
export function callOf(attempt: NewAttempt, { userId, apiKeyId }: Orderer = { userId: null, apiKeyId: null }): ProviderCall {
  const { id, workspaceId, transcriptionId: subjectId, provider, model, outcome, errorKind, audioSeconds } = attempt;
  const { costMicroDollars, providerKeyId, installationKeyId, latencyMs } = attempt;
  const call = { id, workspaceId, subjectId, provider, model, outcome, errorKind, audioSeconds, costMicroDollars, latencyMs };
  return { ...call, providerKeyId, installationKeyId, userId, apiKeyId };
}
