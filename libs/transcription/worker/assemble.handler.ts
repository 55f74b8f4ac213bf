import { Injectable } from '@nestjs/common';
import type { WorkspaceTransaction } from '#database';
import { Log } from '#observability';
import { type ClaimedJob, type JobFacts, type JobFailure, type JobHandler, OnJob } from '#queues/worker';
import { assembleChannels } from '../channels/assemble-channels.js';
import { ChunkObjects } from '../chunk-objects.js';
import { failedParts } from '../failed-parts.js';
import { warningsOf } from '../quality/recording-quality.js';
import { settleRecording } from '../quality/settle-recording.js';
import { TranscriptionQuota } from '../transcription-quota.js';
import { TranscriptionsRepository } from '../transcriptions.repository.js';
import { SecondAnswers } from './second-answers.js';
import { runOf, TranscriptionRuns } from './transcription-runs.js';

/** Puts the chunks' transcripts together and completes the transcription. */
@Injectable()
@OnJob('transcription.assemble')
export class AssembleHandler implements JobHandler<'transcription.assemble'> {
  constructor(
    private readonly runs: TranscriptionRuns,
    private readonly transcriptions: TranscriptionsRepository,
    private readonly chunks: ChunkObjects,
    private readonly second: SecondAnswers,
    private readonly quota: TranscriptionQuota,
    private readonly log: Log,
  ) {}

  async run(job: ClaimedJob<'transcription.assemble'>): Promise<void> {
    const { transcription, chunks } = await job.read(async (tx) => ({
      transcription: await this.runs.find(tx, job.facts),
      chunks: await this.transcriptions.chunks(tx, runOf(job.facts)),
    }));
    const pending = chunks.find(({ status }) => status === 'pending');
    if (pending !== undefined) throw new Error(`Chunk ${pending.index} has no transcript although all chunks were counted.`);
    if (await this.second.begin(job, transcription, chunks)) return;
    const settled = settleRecording(chunks, transcription.options.language);
    const { warnings, ...transcript } = assembleChannels(settled.chunks, transcription.options.channels ?? null);
    const failed = failedParts(chunks);
    const missing = failed.map(({ detail }) => `missing_part: ${detail}`);
    const quality = {
      ...settled.quality,
      findings: [...settled.quality.findings, ...failed].toSorted((a, b) => a.start - b.start),
    };
    const doubts = warningsOf(settled.quality.findings);
    await job.commit(async (tx) => {
      const finished = { ...transcript, warnings: [...transcription.warnings, ...missing, ...doubts, ...warnings], quality };
      if (!(await this.transcriptions.complete(tx, runOf(job.facts), finished))) return;
      // With parts missing somebody may want to try those again.
      if (missing.length > 0) await this.chunks.discardLater(tx, runOf(job.facts));
      else await this.chunks.discard(tx, runOf(job.facts));
      await this.quota.settle(tx, runOf(job.facts));
    });
    this.log.info('Transcription completed', { transcriptionId: transcription.id, segments: transcript.segments.length });
  }

  async giveUp(tx: WorkspaceTransaction, job: JobFacts<'transcription.assemble'>, failure: JobFailure): Promise<void> {
    await this.runs.fail(tx, job, failure);
  }
}
