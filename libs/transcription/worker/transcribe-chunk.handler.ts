import { Injectable } from '@nestjs/common';
import type { ChunkTranscript, WorkspaceTransaction } from '#database';
import { type ClaimedJob, type JobFacts, type JobFailure, type JobHandler, LeaseLostError, OnJob } from '#queues/worker';
import { isAboutTheChunk } from '../chunk-failure.js';
import { toChunkTranscript } from '../chunk-transcript.js';
import { TranscriptionsRepository } from '../transcriptions.repository.js';
import { ChunkCalls } from './chunk-calls.js';
import { isUnderWay, runOf, TranscriptionRuns } from './transcription-runs.js';

type ChunkJob = ClaimedJob<'transcription.transcribe-chunk'>;

/** Has one chunk transcribed by the provider of the order. The answer, its cost and the count of chunks commit together. */
@Injectable()
@OnJob('transcription.transcribe-chunk')
export class TranscribeChunkHandler implements JobHandler<'transcription.transcribe-chunk'> {
  constructor(
    private readonly runs: TranscriptionRuns,
    private readonly transcriptions: TranscriptionsRepository,
    private readonly calls: ChunkCalls,
  ) {}

  async run(job: ChunkJob): Promise<void> {
    const { transcription, chunk } = await job.read(async (tx) => ({
      transcription: await this.runs.find(tx, job.facts),
      chunk: await this.transcriptions.chunk(tx, runOf(job.facts), job.facts.part),
    }));
    if (!isUnderWay(transcription)) return job.commit(() => Promise.resolve());
    if (chunk === null) throw new Error(`Chunk ${job.facts.part} of transcription ${transcription.id} is not there.`);
    const { result, record, recordCancelled, count } = await this.calls.make(job, transcription, chunk);
    const committed = job.commit(async (tx) => {
      await record(tx);
      await this.done(tx, job, toChunkTranscript(result));
      await count(tx);
    });
    await committed.catch(async (error: unknown) => {
      if (error instanceof LeaseLostError) await job.read(recordCancelled);
      throw error;
    });
  }

  async giveUp(tx: WorkspaceTransaction, job: JobFacts<'transcription.transcribe-chunk'>, failure: JobFailure): Promise<void> {
    if (!isAboutTheChunk(failure)) return this.runs.fail(tx, job, failure);
    await this.runs.counted(tx, job, await this.transcriptions.chunkFailed(tx, runOf(job), job.part, failure));
  }

  private async done(tx: WorkspaceTransaction, { facts }: ChunkJob, transcript: ChunkTranscript): Promise<void> {
    await this.runs.counted(tx, facts, await this.transcriptions.chunkDone(tx, runOf(facts), facts.part, transcript));
  }
}
