import { Injectable } from '@nestjs/common';
import { AudioService } from '#audio';
import type { Audio, ChunkTranscript, Transcription, WorkspaceTransaction } from '#database';
import { FieldError } from '#errors';
import type { ChunkLimits } from '#media';
import { Log } from '#observability';
import { OwnKeys } from '#provider-keys';
import { JobOutbox } from '#queues';
import { type ClaimedJob, type JobFacts, type JobFailure, type JobHandler, OnJob } from '#queues/worker';
import type { SpeechModel } from '#speech';
import { ObjectStore, sha256Of } from '#storage';
import { ChunkObjects } from '../chunk-objects.js';
import { failureReasons } from '../transcription.errors.js';
import { TranscriptionQuota } from '../transcription-quota.js';
import { transcriptionPrefix } from '../transcription.service.js';
import { type NewChunk, TranscriptionsRepository } from '../transcriptions.repository.js';
import { EarlierResults } from './earlier-results.js';
import { type ChannelChunk, type Cut, RecordingCuts } from './recording-cuts.js';
import { engineOf, runOf, TranscriptionRuns } from './transcription-runs.js';

type PrepareJob = ClaimedJob<'transcription.prepare'>;

/** Stands in for what a provider would have said about silence. */
const SILENCE: ChunkTranscript = { text: '', language: null, timestampSource: 'none', segments: [], words: [], warnings: [] };

/** Cuts the recording at its silences into chunks the model takes, and owes one job for each. */
@Injectable()
@OnJob('transcription.prepare')
export class PrepareHandler implements JobHandler<'transcription.prepare'> {
  constructor(
    private readonly runs: TranscriptionRuns,
    private readonly transcriptions: TranscriptionsRepository,
    private readonly earlierResults: EarlierResults,
    private readonly audio: AudioService,
    private readonly ownKeys: OwnKeys,
    private readonly cuts: RecordingCuts,
    private readonly store: ObjectStore,
    private readonly chunkObjects: ChunkObjects,
    private readonly outbox: JobOutbox,
    private readonly quota: TranscriptionQuota,
    private readonly log: Log,
  ) {}

  async run(job: PrepareJob): Promise<void> {
    const { transcription, begun } = await job.write(async (tx) => ({
      transcription: await this.runs.find(tx, job.facts),
      begun: await this.transcriptions.begin(tx, runOf(job.facts)),
    }));
    if (!begun || (await this.waitedFor(job, transcription))) return job.commit(() => Promise.resolve());
    const { model } = await job.read((tx) => this.ownKeys.choose(tx, engineOf(transcription)));
    const recording = await this.recordingOf(transcription);
    const chunks: NewChunk[] = [];
    const cut = await this.cut(job, transcription, recording, limitsOf(model), async (chunk) => {
      chunks.push(await this.keep(job, chunk));
    });
    chunks.sort((a, b) => a.index - b.index);
    await this.finish(job, transcription, cut, chunks);
    this.log.info('Recording cut', {
      transcriptionId: transcription.id,
      seconds: cut.seconds,
      chunks: chunks.length,
      damaged: cut.damaged,
    });
  }

  async giveUp(tx: WorkspaceTransaction, job: JobFacts<'transcription.prepare'>, failure: JobFailure): Promise<void> {
    await this.runs.fail(tx, job, failure);
  }

  /** Whether the result that an earlier try went to wait for is there. */
  private async waitedFor(job: PrepareJob, transcription: Transcription): Promise<boolean> {
    const { soundSha256 } = transcription;
    if (soundSha256 === null) return false;
    return job.write((tx) => this.takeOver(tx, job, transcription, soundSha256));
  }

  /** Takes over the result of the same sound, or owes the work on the chunks, or goes to wait for somebody who does the same. */
  private async finish(job: PrepareJob, transcription: Transcription, cut: Cut, chunks: NewChunk[]): Promise<void> {
    try {
      await job.commit(async (tx) => {
        if (await this.takeOver(tx, job, transcription, cut.soundSha256)) return;
        await this.prepared(tx, job, transcription, cut, chunks);
      });
    } catch (error) {
      if (error instanceof FieldError && error.code === failureReasons.same_sound_in_work.code)
        await job.write((tx) => this.earlierResults.noteSound(tx, runOf(job.facts), cut.soundSha256));
      throw error;
    }
  }

  private async takeOver(
    tx: WorkspaceTransaction,
    { facts }: PrepareJob,
    transcription: Transcription,
    soundSha256: string,
  ): Promise<boolean> {
    const taken = await this.earlierResults.takeOver(tx, runOf(facts), transcription, soundSha256);
    if (!taken) return false;
    await this.chunkObjects.discard(tx, runOf(facts));
    await this.quota.settle(tx, runOf(facts));
    return true;
  }

  private async recordingOf({ audioId, workspaceId }: Transcription): Promise<Audio> {
    const deleted = (): FieldError => new FieldError(failureReasons.audio_deleted, failureReasons.audio_deleted.example);
    if (audioId === null) throw deleted();
    try {
      return await this.audio.get(workspaceId, audioId);
    } catch (error) {
      throw error instanceof FieldError && error.code === 'audio_not_found' ? deleted() : error;
    }
  }

  private async cut(
    { signal }: PrepareJob,
    { options }: Transcription,
    recording: Audio,
    limits: ChunkLimits,
    onChunk: (chunk: ChannelChunk) => Promise<void>,
  ): Promise<Cut> {
    const channels = options.channels?.length ?? 1;
    return channels === 1
      ? this.cuts.whole(recording, limits, onChunk, signal)
      : this.cuts.channels(recording, channels, limits, onChunk, signal);
  }

  /** The key names the lease's epoch: a worker that lost its lease and goes on writing does not touch its successor's chunks. */
  private async keep({ facts, signal }: PrepareJob, { path, ...chunk }: ChannelChunk): Promise<NewChunk> {
    const base = `${transcriptionPrefix(facts.workspaceId, facts.subjectId)}chunks/${facts.generation}/${facts.epoch}`;
    const objectKey = `${base}/${String(chunk.index).padStart(5, '0')}.wav`;
    const silent = chunk.speech.length === 0;
    const sha256 = silent ? null : await sha256Of(path, signal);
    if (!silent) await this.store.putFile(objectKey, path, { contentType: 'audio/wav', signal });
    return { ...chunk, objectKey, sha256, transcript: silent ? SILENCE : null };
  }

  private async prepared(
    tx: WorkspaceTransaction,
    { facts }: PrepareJob,
    { priority, options }: Transcription,
    { seconds, soundSha256, damaged }: Cut,
    chunks: NewChunk[],
  ): Promise<void> {
    const toDo = chunks.filter(({ transcript }) => transcript === null);
    const warnings = [
      ...(damaged
        ? ['damaged_recording: Parts of the recording could not be decoded; what they held is missing from the transcript.']
        : []),
      ...(toDo.length === 0 ? ['no_speech: No speech was found in the recording.'] : []),
    ];
    if (!(await this.transcriptions.prepared(tx, runOf(facts), { seconds, soundSha256, chunks, warnings }))) return;
    const { workspaceId, subjectId, generation } = facts;
    const next = { workspaceId, subjectId, generation, priority, payload: {} };
    const parts = toDo.map(({ index }) => ({ ...next, part: index }));
    if (parts.length === 0) await this.outbox.add(tx, 'transcription.assemble', next);
    else await this.outbox.addMany(tx, 'transcription.transcribe-chunk', parts);
    await this.quota.decoded(tx, runOf(facts), seconds * (options.channels?.length ?? 1));
  }
}

function limitsOf({ preferredSeconds, maxSeconds, maxBytes }: SpeechModel): ChunkLimits {
  return { targetSeconds: preferredSeconds, maxSeconds: Math.min(maxSeconds, 2 * preferredSeconds), maxBytes };
}
