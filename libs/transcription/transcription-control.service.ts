import { Injectable } from '@nestjs/common';
import { Database, type Transcription, type WorkspaceTransaction } from '#database';
import { FieldError } from '#errors';
import { IdempotentEffects } from '#idempotency';
import { JobOutbox } from '#queues';
import { AudioService } from '#audio';
import { ChunkObjects } from './chunk-objects.js';
import { GenerationsRepository, type HeldTranscription } from './generations.repository.js';
import { TranscriptionQuota } from './transcription-quota.js';
import { transcriptionErrors } from './transcription.errors.js';
import { type Run, TranscriptionsRepository } from './transcriptions.repository.js';

/** What preparing found out about the recording; the other warnings are about a transcript, which will be another one. */
const ABOUT_THE_RECORDING = ['damaged_recording: ', 'no_speech: '];

/** Stopping transcriptions, and trying them again. */
@Injectable()
export class TranscriptionControl {
  constructor(
    private readonly database: Database,
    private readonly transcriptions: TranscriptionsRepository,
    private readonly generations: GenerationsRepository,
    private readonly chunks: ChunkObjects,
    private readonly outbox: JobOutbox,
    private readonly effects: IdempotentEffects,
    private readonly audio: AudioService,
    private readonly quota: TranscriptionQuota,
  ) {}

  /**
   * Stops a transcription: its workers abort what they do within a second. What was transcribed until then is kept for a retry.
   * One that is cancelled already stays so.
   * @throws FieldError transcription_not_found, transcription_finished
   */
  async cancel(workspaceId: string, id: string): Promise<Transcription> {
    return this.database.inWorkspace(workspaceId, async (tx) => {
      const { status, generation } = await this.hold(tx, id);
      if (await this.generations.cancel(tx, id)) {
        await this.outbox.forget(tx, id);
        await this.chunks.discardLater(tx, { id, generation });
        await this.quota.settle(tx, { id, generation });
      } else if (status !== 'cancelled') {
        throw new FieldError(
          transcriptionErrors.transcription_finished,
          `The transcription is ${status} and cannot be cancelled.`,
        );
      }
      return this.read(tx, id);
    });
  }

  /**
   * Tries again what failed, was cancelled or has missing parts, from where it stopped: nothing is uploaded again, and no part that
   * has its text is paid for again.
   * @throws FieldError transcription_not_found, transcription_not_retryable, quota_exceeded
   */
  async retry(workspaceId: string, id: string): Promise<Transcription> {
    return this.database.inWorkspace(workspaceId, async (tx) => {
      const held = await this.hold(tx, id);
      refuseUnlessRetryable(held);
      await this.effects.mark(tx, `/api/v1/transcriptions/${id}`);
      const run = { id, generation: held.generation };
      // First, for `forget` would take the promise to discard them along.
      const chunksAreThere = await this.chunks.keep(tx, run);
      await this.outbox.forget(tx, id);
      if (held.chunks > 0 && (chunksAreThere || held.chunksDone === held.chunks)) await this.goOn(tx, run, held);
      else await this.beginAnew(tx, run, held);
      return this.read(tx, id);
    });
  }

  private async goOn(tx: WorkspaceTransaction, run: Run, held: HeldTranscription): Promise<void> {
    const warnings = held.warnings.filter((warning) => ABOUT_THE_RECORDING.some((start) => warning.startsWith(start)));
    const left = await this.generations.openWithChunks(tx, run, warnings);
    const next = nextJob(tx, run, held);
    if (left.length === 0) return void (await this.outbox.add(tx, 'transcription.assemble', next));
    const parts = left.map((part) => ({ ...next, part }));
    await this.outbox.addMany(tx, 'transcription.transcribe-chunk', parts);
    await this.quota.reserveLeft(tx, nextRun(run));
  }

  private async beginAnew(tx: WorkspaceTransaction, run: Run, held: HeldTranscription): Promise<void> {
    if (held.audioId === null) {
      throw notRetryable('The recording was deleted. Upload it again and order a new transcription.');
    }
    const audio = await this.audio.hold(tx, held.audioId);
    await this.generations.openAnew(tx, run);
    await this.outbox.add(tx, 'transcription.prepare', nextJob(tx, run, held));
    await this.quota.reserve(tx, nextRun(run), audio, held.channels);
  }

  private async hold(tx: WorkspaceTransaction, id: string): Promise<HeldTranscription> {
    const held = await this.generations.hold(tx, id);
    if (held === null)
      throw new FieldError(transcriptionErrors.transcription_not_found, transcriptionErrors.transcription_not_found.example);
    return held;
  }

  private async read(tx: WorkspaceTransaction, id: string): Promise<Transcription> {
    const transcription = await this.transcriptions.find(tx, id);
    if (transcription === null) throw new Error(`The transcription ${id} is held and not there.`);
    return transcription;
  }
}

function nextRun({ id, generation }: Run): Run {
  return { id, generation: generation + 1 };
}

function nextJob({ workspaceId }: WorkspaceTransaction, { id, generation }: Run, { priority }: HeldTranscription) {
  return { workspaceId, subjectId: id, generation: generation + 1, priority, payload: {} };
}

function refuseUnlessRetryable({ status, chunks, chunksDone }: HeldTranscription): void {
  if (status === 'failed' || status === 'cancelled') return;
  if (status !== 'completed')
    throw notRetryable(`The transcription is ${status}. It can be tried again once it failed or was cancelled.`);
  if (chunks === chunksDone)
    throw notRetryable(
      'The transcription is completed and no part of it is missing. Order a new one to have it done differently.',
    );
}

function notRetryable(detail: string): FieldError {
  return new FieldError(transcriptionErrors.transcription_not_retryable, detail);
}
