import { Injectable } from '@nestjs/common';
import type { Transcription, WorkspaceTransaction } from '#database';
import { FieldError } from '#errors';
import { JobOutbox } from '#queues';
import type { JobFacts } from '#queues/worker';
import type { SpeechWish } from '#speech';
import { ChunkObjects } from '../chunk-objects.js';
import { TranscriptionQuota } from '../transcription-quota.js';
import { transcriptionErrors } from '../transcription.errors.js';
import { type Counted, type Run, TranscriptionsRepository } from '../transcriptions.repository.js';

type TranscriptionJob = JobFacts<
  'transcription.prepare' | 'transcription.transcribe-chunk' | 'transcription.redo-chunk' | 'transcription.assemble'
>;

/** The run a job belongs to. */
export function runOf({ subjectId, generation }: TranscriptionJob): Run {
  return { id: subjectId, generation };
}

/** Who was ordered to transcribe. */
export function engineOf({ options: { provider, model } }: Transcription): SpeechWish {
  return { provider, model };
}

/** Whether a job of a run still has something to do: not once it was cancelled or failed. */
export function isUnderWay({ status }: Transcription): boolean {
  return status === 'processing';
}

/** What the stages of a run have in common: reading it, and ending it. */
@Injectable()
export class TranscriptionRuns {
  constructor(
    private readonly transcriptions: TranscriptionsRepository,
    private readonly outbox: JobOutbox,
    private readonly chunks: ChunkObjects,
    private readonly quota: TranscriptionQuota,
  ) {}

  /** The transcription of a job. A job without its row is a mistake, never a success. */
  async find(tx: WorkspaceTransaction, job: TranscriptionJob): Promise<Transcription> {
    const transcription = await this.transcriptions.find(tx, job.subjectId);
    if (transcription === null || transcription.generation !== job.generation) {
      throw new FieldError(transcriptionErrors.transcription_not_found, `The transcription ${job.subjectId} is gone.`);
    }
    return transcription;
  }

  /** Ends the run with an error, with all its other work. */
  async fail(tx: WorkspaceTransaction, job: TranscriptionJob, failure: { code: string; detail: string }): Promise<void> {
    if (!(await this.transcriptions.fail(tx, runOf(job), failure))) return;
    await this.outbox.forget(tx, job.subjectId);
    await this.chunks.discardLater(tx, runOf(job));
    await this.quota.settle(tx, runOf(job));
  }

  /** Goes on after a chunk was counted: after the last one they are put together, unless not one of them gave any text. */
  async counted(tx: WorkspaceTransaction, job: TranscriptionJob, counted: Counted): Promise<void> {
    if (counted !== 'last') return;
    const failure = await this.transcriptions.failureOfAll(tx, runOf(job));
    if (failure !== null) return this.fail(tx, job, failure);
    const { workspaceId, subjectId, generation } = job;
    const { priority } = await this.find(tx, job);
    await this.outbox.add(tx, 'transcription.assemble', { workspaceId, subjectId, generation, priority, payload: {} });
  }
}
