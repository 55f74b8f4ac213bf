import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import {
  type ChunkTranscript,
  type Transcription,
  TranscriptionAttempt,
  type TranscriptionChunk,
  type WorkspaceTransaction,
} from '#database';
import { MediaService } from '#media';
import { JobOutbox } from '#queues';
import { type ClaimedJob, type JobFacts, type JobFailure, type JobHandler, OnJob } from '#queues/worker';
import { type SpeechChoice, SpeechError, SpeechRegistry, type SpeechResult } from '#speech';
import { ObjectStore } from '#storage';
import { providerFailure } from '../provider-failure.js';
import { TranscriptionsRepository } from '../transcriptions.repository.js';
import { runOf, TranscriptionRuns } from './transcription-runs.js';

type ChunkJob = ClaimedJob<'transcription.transcribe-chunk'>;

/** Has one chunk transcribed by the provider of the order. The answer, its cost and the count of chunks commit together. */
@Injectable()
@OnJob('transcription.transcribe-chunk')
export class TranscribeChunkHandler implements JobHandler<'transcription.transcribe-chunk'> {
  constructor(
    private readonly runs: TranscriptionRuns,
    private readonly transcriptions: TranscriptionsRepository,
    private readonly speech: SpeechRegistry,
    private readonly media: MediaService,
    private readonly store: ObjectStore,
    private readonly outbox: JobOutbox,
  ) {}

  async run(job: ChunkJob): Promise<void> {
    const { transcription, chunk } = await job.read(async (tx) => ({
      transcription: await this.runs.find(tx, job.facts),
      chunk: await this.transcriptions.chunk(tx, runOf(job.facts), job.facts.part),
    }));
    if (chunk === null) throw new Error(`Chunk ${job.facts.part} of transcription ${transcription.id} is not there.`);
    const choice = this.speech.choose({ provider: transcription.options.provider, model: transcription.options.model });
    const started = performance.now();
    const result = await this.transcribe(job, transcription, chunk, choice).catch(async (error: unknown) => {
      if (!(error instanceof SpeechError)) throw error;
      const attempt = {
        ...attemptOf(job, chunk, choice, started),
        outcome: 'failed' as const,
        errorKind: error.kind,
        providerRequestId: error.providerRequestId ?? null,
      };
      await job.write((tx) => this.transcriptions.recordAttempt(tx, attempt));
      throw providerFailure(error, chunk);
    });
    const cost = costOf(choice, chunk);
    const answered = {
      ...attemptOf(job, chunk, choice, started),
      outcome: 'answered' as const,
      providerRequestId: result.providerRequestId ?? null,
      costMicroDollars: cost,
    };
    await job.commit(async (tx) => {
      await this.transcriptions.recordAttempt(tx, { ...answered, answer: { raw: result.raw } });
      await this.done(tx, job, toChunkTranscript(result, chunk));
    });
  }

  async giveUp(tx: WorkspaceTransaction, job: JobFacts<'transcription.transcribe-chunk'>, failure: JobFailure): Promise<void> {
    await this.runs.fail(tx, job, failure);
  }

  private async transcribe(
    { signal }: ChunkJob,
    { options }: Transcription,
    chunk: TranscriptionChunk,
    { provider, model }: SpeechChoice,
  ): Promise<SpeechResult> {
    return this.media.withWorkDirectory('chunk', chunk.bytes, async (directory) => {
      const path = join(directory, 'chunk.wav');
      await this.store.download(chunk.objectKey, path, signal);
      return provider.transcribe({
        audio: { path, seconds: chunk.endSeconds - chunk.startSeconds, bytes: chunk.bytes },
        model: model.id,
        language: options.language ?? undefined,
        prompt: options.prompt ?? undefined,
        temperature: options.temperature ?? undefined,
        wordTimestamps: model.timestamps === 'word',
        diarize: options.diarize,
        signal,
      });
    });
  }

  private async done(tx: WorkspaceTransaction, { facts }: ChunkJob, transcript: ChunkTranscript): Promise<void> {
    const counted = await this.transcriptions.chunkDone(tx, runOf(facts), facts.part, transcript);
    if (counted !== 'last') return;
    const { workspaceId, subjectId, generation } = facts;
    await this.outbox.add(tx, 'transcription.assemble', { workspaceId, subjectId, generation, payload: {} });
  }
}

function attemptOf(
  { facts }: ChunkJob,
  chunk: TranscriptionChunk,
  { provider, model }: SpeechChoice,
  started: number,
): Omit<TranscriptionAttempt, 'createdAt' | 'answer' | 'outcome'> {
  return {
    id: uuidv7(),
    workspaceId: facts.workspaceId,
    transcriptionId: facts.subjectId,
    generation: facts.generation,
    chunkIndex: chunk.index,
    provider: provider.id,
    model: model.id,
    errorKind: null,
    providerRequestId: null,
    latencyMs: Math.round(performance.now() - started),
    audioSeconds: chunk.endSeconds - chunk.startSeconds,
    costMicroDollars: null,
  };
}

/** Millionths of a dollar by the price table; null where nobody knows the price, which is not the same as nothing. */
function costOf({ model }: SpeechChoice, { startSeconds, endSeconds }: TranscriptionChunk): string | null {
  const { microDollarsPerMinute } = model.price;
  return microDollarsPerMinute === null ? null : String(Math.round((microDollarsPerMinute * (endSeconds - startSeconds)) / 60));
}

function toChunkTranscript(result: SpeechResult, { startSeconds, endSeconds }: TranscriptionChunk): ChunkTranscript {
  const { text, language, timestampSource, segments, words } = result;
  // Only chunks with sound that may be speech go to a provider, so that an empty answer is worth a word.
  const empty = `empty_part: No words were given for the part from ${Math.floor(startSeconds)} s to ${Math.ceil(endSeconds)} s, though there is sound.`;
  const warnings = text.trim() === '' ? [...result.warnings, empty] : result.warnings;
  return {
    text,
    language: language ?? null,
    timestampSource,
    segments: segments.map((segment) => ({
      ...segment,
      speaker: segment.speaker ?? null,
      confidence: segment.confidence ?? null,
    })),
    words: (words ?? []).map((word) => ({ ...word, confidence: word.confidence ?? null })),
    warnings,
  };
}
