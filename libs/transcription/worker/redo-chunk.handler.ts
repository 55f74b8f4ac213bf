import { Injectable } from '@nestjs/common';
import type { ChunkRedo, ChunkTry, Transcription, TranscriptionChunk, WorkspaceTransaction } from '#database';
import { FieldError } from '#errors';
import { type ClaimedJob, type JobFacts, type JobHandler, OnJob } from '#queues/worker';
import type { SpeechChoice } from '#speech';
import { toChunkTranscript } from '../chunk-transcript.js';
import { settle } from '../quality/settle.js';
import { soundOf } from '../quality/settle-recording.js';
import { TranscriptionsRepository } from '../transcriptions.repository.js';
import { type AnsweredCall, ChunkCalls } from './chunk-calls.js';
import { chunkOf, SecondAnswers } from './second-answers.js';
import { isUnderWay, runOf, TranscriptionRuns } from './transcription-runs.js';

type RedoJob = ClaimedJob<'transcription.redo-chunk'>;

/** A provider that cannot answer now is waited for so long; then the next one is asked. The transcript is there without it. */
const PATIENCE_SECONDS = 120;

/** A chunk whose answer does not fit its sound, as far as it is known. */
interface Suspect {
  transcription: Transcription;
  chunk: TranscriptionChunk;
  first: NonNullable<TranscriptionChunk['transcript']>;
  redo: ChunkRedo;
  engines: SpeechChoice[];
}

/**
 * Has a suspicious stretch of a chunk transcribed once more. One call a job: its answer commits with the job, so that nothing that was
 * paid for is asked for twice.
 */
@Injectable()
@OnJob('transcription.redo-chunk')
export class RedoChunkHandler implements JobHandler<'transcription.redo-chunk'> {
  constructor(
    private readonly runs: TranscriptionRuns,
    private readonly transcriptions: TranscriptionsRepository,
    private readonly calls: ChunkCalls,
    private readonly second: SecondAnswers,
  ) {}

  async run(job: RedoJob): Promise<void> {
    const suspect = await job.read((tx) => this.suspectOf(tx, job.facts));
    if (suspect === null) return job.commit(() => Promise.resolve());
    const { redo, engines } = suspect;
    const engine = engines[redo.tries.length];
    const call = engine === undefined ? null : await this.ask(job, suspect, engine);
    const tries = engine === undefined ? redo.tries : [...redo.tries, tryOf(suspect, engine, call)];
    await job.commit(async (tx) => {
      await call?.record(tx);
      await this.second.keep(tx, job.facts, { redo: afterTries(suspect, tries), before: redo.tries.length });
      await call?.count(tx);
    });
  }

  /** Whatever went wrong: the first answer stands, and what was found is told. */
  async giveUp(tx: WorkspaceTransaction, job: JobFacts<'transcription.redo-chunk'>): Promise<void> {
    const suspect = await this.suspectOf(tx, job);
    if (suspect === null) return;
    const { redo } = suspect;
    await this.second.keep(tx, job, { redo: { ...redo, open: false }, before: redo.tries.length });
  }

  private async suspectOf(tx: WorkspaceTransaction, job: JobFacts<'transcription.redo-chunk'>): Promise<Suspect | null> {
    const transcription = await this.runs.find(tx, job);
    const chunk = await this.transcriptions.chunk(tx, runOf(job), chunkOf(job));
    if (!isUnderWay(transcription) || chunk === null || chunk.transcript === null || chunk.redo?.open !== true) return null;
    const engines = await this.second.enginesFor(tx, transcription);
    return { transcription, chunk, first: chunk.transcript, redo: chunk.redo, engines };
  }

  /** @returns null when the engine cannot answer, which is written down then */
  private async ask(job: RedoJob, suspect: Suspect, choice: SpeechChoice): Promise<AnsweredCall | null> {
    try {
      return await this.calls.make(job, suspect.transcription, suspect.chunk, { choice, stretch: suspect.redo.stretch });
    } catch (error) {
      if (!(error instanceof FieldError) || isWorthWaiting(error, job.facts)) throw error;
      return null;
    }
  }
}

function isWorthWaiting({ kind }: FieldError, { ageSeconds, failures }: RedoJob['facts']): boolean {
  const passes = kind === 'rate_limited' || kind === 'unavailable' || kind === 'timeout' || kind === 'insufficient_storage';
  return passes && failures === 0 && ageSeconds < PATIENCE_SECONDS;
}

function tryOf({ transcription }: Suspect, { provider, model }: SpeechChoice, call: AnsweredCall | null): ChunkTry {
  const { options } = transcription;
  const isOther = provider.id !== options.provider || model.id !== options.model;
  const transcript = call === null ? null : toChunkTranscript(call.result);
  return { provider: provider.id, model: model.id, independent: isOther && model.lowAccuracy !== true, transcript };
}

/** A further try is worth its price as long as something is still wrong and there is somebody else to ask. */
function afterTries({ chunk, first, redo, engines }: Suspect, tries: ChunkTry[]): ChunkRedo {
  const answered = { ...redo, tries };
  const { left } = settle(soundOf(chunk), first, answered, redo.surroundings);
  return { ...answered, open: left.length > 0 && tries.length < engines.length };
}
