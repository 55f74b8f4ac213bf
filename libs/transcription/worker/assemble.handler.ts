import { Injectable } from '@nestjs/common';
import type { WorkspaceTransaction } from '#database';
import { Log } from '#observability';
import { type ClaimedJob, type JobFacts, type JobFailure, type JobHandler, OnJob } from '#queues/worker';
import { assembleTranscript } from '../assemble-transcript.js';
import { ChunkObjects } from '../chunk-objects.js';
import { failedParts } from '../failed-parts.js';
import { TranscriptionsRepository } from '../transcriptions.repository.js';
import { runOf, TranscriptionRuns } from './transcription-runs.js';

/** Puts the chunks' transcripts together and completes the transcription. */
@Injectable()
@OnJob('transcription.assemble')
export class AssembleHandler implements JobHandler<'transcription.assemble'> {
  constructor(
    private readonly runs: TranscriptionRuns,
    private readonly transcriptions: TranscriptionsRepository,
    private readonly chunks: ChunkObjects,
    private readonly log: Log,
  ) {}

  async run(job: ClaimedJob<'transcription.assemble'>): Promise<void> {
    const { transcription, chunks } = await job.read(async (tx) => ({
      transcription: await this.runs.find(tx, job.facts),
      chunks: await this.transcriptions.chunks(tx, runOf(job.facts)),
    }));
    const pending = chunks.find(({ status }) => status === 'pending');
    if (pending !== undefined) throw new Error(`Chunk ${pending.index} has no transcript although all chunks were counted.`);
    const { warnings, ...transcript } = assembleTranscript(chunks);
    const missing = failedParts(chunks).map(({ detail }) => `missing_part: ${detail}`);
    await job.commit(async (tx) => {
      const finished = { ...transcript, warnings: [...transcription.warnings, ...missing, ...warnings] };
      if (!(await this.transcriptions.complete(tx, runOf(job.facts), finished))) return;
      // With parts missing somebody may want to try those again.
      if (missing.length > 0) await this.chunks.discardLater(tx, runOf(job.facts));
      else await this.chunks.discard(tx, runOf(job.facts));
    });
    this.log.info('Transcription completed', { transcriptionId: transcription.id, segments: transcript.segments.length });
  }

  async giveUp(tx: WorkspaceTransaction, job: JobFacts<'transcription.assemble'>, failure: JobFailure): Promise<void> {
    await this.runs.fail(tx, job, failure);
  }
}
