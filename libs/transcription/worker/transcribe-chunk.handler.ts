import { Injectable } from '@nestjs/common';
import type { ChunkTranscript, Transcription, TranscriptionChunk, WorkspaceTransaction } from '#database';
import { type ClaimedJob, type JobFacts, type JobFailure, type JobHandler, LeaseLostError, OnJob } from '#queues/worker';
import { isAboutTheChunk } from '../chunk-failure.js';
import { toChunkTranscript } from '../chunk-transcript.js';
import { TranscriptionsRepository } from '../transcriptions.repository.js';
import { ChunkCalls } from './chunk-calls.js';
import { isUnderWay, runOf, TranscriptionRuns } from './transcription-runs.js';

type ChunkJob = ClaimedJob<'transcription.transcribe-chunk'>;

/** Has one chunk transcribed by the provider of the order. The answer and its cost commit together, then it is counted. */
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
    const transcript = chunk.transcript ?? (await this.ask(job, transcription, chunk));
    await job.commit((tx) => this.done(tx, job, transcript));
  }

  /**
   * Has it transcribed, and keeps the answer before it is counted: whoever takes over from a worker that is killed in between, or could
   * not reach the database, finds it and need not ask, and pay, again.
   */
  private async ask(job: ChunkJob, transcription: Transcription, chunk: TranscriptionChunk): Promise<ChunkTranscript> {
    const { result, record, recordCancelled, count } = await this.calls.make(job, transcription, chunk);
    const transcript = toChunkTranscript(result);
    const kept = job.keep(async (tx) => {
      if (!(await this.transcriptions.keepAnswer(tx, runOf(job.facts), chunk.index, transcript))) return;
      await record(tx);
      await count(tx);
    });
    await kept.catch(async (error: unknown) => {
      if (error instanceof LeaseLostError) await job.read(recordCancelled);
      throw error;
    });
    return transcript;
  }

  async giveUp(tx: WorkspaceTransaction, job: JobFacts<'transcription.transcribe-chunk'>, failure: JobFailure): Promise<void> {
    if (!isAboutTheChunk(failure)) return this.runs.fail(tx, job, failure);
    await this.runs.counted(tx, job, await this.transcriptions.chunkFailed(tx, runOf(job), job.part, failure));
  }

  private async done(tx: WorkspaceTransaction, { facts }: ChunkJob, transcript: ChunkTranscript): Promise<void> {
    await this.runs.counted(tx, facts, await this.transcriptions.chunkDone(tx, runOf(facts), facts.part, transcript));
  }
}
