import { Injectable } from '@nestjs/common';
import type { Transcription, WorkspaceTransaction } from '#database';
import { FieldError } from '#errors';
import { JobOutbox } from '#queues';
import type { JobFacts, JobFailure } from '#queues/worker';
import type { SpeechWish } from '#speech';
import { transcriptionErrors } from '../transcription.errors.js';
import { transcriptionPrefix } from '../transcription.service.js';
import { type Run, TranscriptionsRepository } from '../transcriptions.repository.js';

type TranscriptionJob = JobFacts<'transcription.prepare' | 'transcription.transcribe-chunk' | 'transcription.assemble'>;

/** The run a job belongs to. */
export function runOf({ subjectId, generation }: TranscriptionJob): Run {
  return { id: subjectId, generation };
}

/** Who was ordered to transcribe. */
export function engineOf({ options: { provider, model } }: Transcription): SpeechWish {
  return { provider, model };
}

/** What the stages of a run have in common: reading it, and ending it. */
@Injectable()
export class TranscriptionRuns {
  constructor(
    private readonly transcriptions: TranscriptionsRepository,
    private readonly outbox: JobOutbox,
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
  async fail(tx: WorkspaceTransaction, job: TranscriptionJob, failure: JobFailure): Promise<void> {
    if (!(await this.transcriptions.fail(tx, runOf(job), failure))) return;
    await this.outbox.forget(tx, job.subjectId);
    await this.discardChunks(tx, job);
  }

  /** Owes the removal of what the run stored on the way. */
  async discardChunks(tx: WorkspaceTransaction, { subjectId, workspaceId, generation }: TranscriptionJob): Promise<void> {
    const prefix = `${transcriptionPrefix(workspaceId, subjectId)}chunks/${generation}/`;
    await this.outbox.add(tx, 'storage.discard', { workspaceId, subjectId, generation, payload: { prefix } });
  }
}
