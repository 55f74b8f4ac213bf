import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { Transcription, TranscriptionChunk, WorkspaceTransaction } from '#database';
import { FieldError } from '#errors';
import { cutOut, MediaService } from '#media';
import { isAboutTheKey } from '#provider-calls';
import { asTranscriber, type CallKey, CallKeys, isBusy, type OwnKey, OwnKeys } from '#provider-keys';
import { type ClaimedJob, LeaseLostError } from '#queues/worker';
import { type SpeechChoice, SpeechError, type SpeechResult } from '#speech';
import { ObjectStore } from '#storage';
import { callCost } from '../call-cost.js';
import { EngineChoice } from '../engine-choice.js';
import { isFinal, mostTelling, noKey, sooner, waitFor } from '../next-engine.js';
import { promptOf } from '../prompt.js';
import { providerFailure } from '../provider-failure.js';
import { type NewAttempt, TranscriptionsRepository } from '../transcriptions.repository.js';
import { AnswerTimes } from './answer-times.js';
import { hedge, OutrunError } from './hedge.js';
import { engineOf } from './transcription-runs.js';

type ChunkJob = ClaimedJob<'transcription.transcribe-chunk'> | ClaimedJob<'transcription.redo-chunk'>;

/** A stretch of a chunk, for another engine or for the same one alone. */
export interface Again {
  choice: SpeechChoice;
  /** Seconds from the start of the recording. */
  stretch: { start: number; end: number };
}

/** An engine that is asked the same again guesses a little more freely than the first time, or it would say the same. */
const TEMPERATURE_AGAIN = 0.2;

/** What a provider gave, and what to do with it in the transaction that ends the job. */
export interface AnsweredCall {
  result: SpeechResult;
  /** Writes down the call and its cost. */
  record: (tx: WorkspaceTransaction) => Promise<void>;
  /** As `record`, when the transcription was cancelled while it answered: what was billed stays on record. */
  recordCancelled: (tx: WorkspaceTransaction) => Promise<void>;
  /** Counts it under the workspace's own key, last of all: calls with one key wait for each other there. */
  count: (tx: WorkspaceTransaction) => Promise<void>;
}

/** A call as far as it is known before it ends. */
interface Call {
  choice: SpeechChoice;
  /** Whether a first answer is there already. */
  isAgain: boolean;
  chunk: TranscriptionChunk;
  with: CallKey;
  /** By `performance.now()`. */
  started: number;
}

/** A call that its provider did not answer, and what that means for the transcription. */
class Refused {
  constructor(
    readonly error: SpeechError,
    readonly failure: FieldError,
  ) {}
}

/** A piece of sound in a file. */
interface Sound {
  path: string;
  chunk: TranscriptionChunk;
}

/** What is asked. */
interface Question {
  transcription: Transcription;
  /** What it is asked about: fetched for the first call, and once. */
  sound: () => Promise<Sound>;
  isAgain: boolean;
}

/** Who is asked, and until when. */
interface Asked {
  choice: SpeechChoice;
  signal: AbortSignal;
}

/** Calls to speech providers, each written down with its cost: with the workspace's own key where it has one. */
@Injectable()
export class ChunkCalls {
  constructor(
    private readonly transcriptions: TranscriptionsRepository,
    private readonly ownKeys: OwnKeys,
    private readonly engines: EngineChoice,
    private readonly keys: CallKeys,
    private readonly times: AnswerTimes,
    private readonly media: MediaService,
    private readonly store: ObjectStore,
  ) {}

  /**
   * Has a chunk transcribed: by the engine that was ordered or, where the choice of it was Steno's, by another while that one cannot.
   * @param again asks somebody about a stretch of it only
   * @throws FieldError what the failed calls, which are written down then, mean for the transcription; a wait, when there is no place
   *   for one more call
   */
  async make(job: ChunkJob, transcription: Transcription, whole: TranscriptionChunk, again?: Again): Promise<AnsweredCall> {
    const engines = again === undefined ? await this.enginesFor(job, transcription, whole) : [again.choice];
    return this.media.withWorkDirectory('chunk', 2 * whole.bytes, async (directory) => {
      const fetched = once(() => this.fetch(whole, join(directory, 'chunk.wav'), job.signal, again));
      const question = { transcription, sound: fetched, isAgain: again !== undefined };
      const failures: FieldError[] = [];
      for (let left = engines; left.length > 0;) {
        const answers = await this.askInTime(job, question, left, whole.endSeconds - whole.startSeconds);
        for (const [index, answer] of answers.entries()) {
          const choice = left[index];
          if (choice === undefined || answer === null) continue;
          if (!(answer instanceof FieldError)) return again === undefined ? withNotice(answer, transcription, choice) : answer;
          failures.push(answer);
        }
        if (failures.some(isFinal)) break;
        left = left.slice(answers.length);
      }
      throw mostTelling(failures);
    });
  }

  private async enginesFor(job: ChunkJob, transcription: Transcription, chunk: TranscriptionChunk): Promise<SpeechChoice[]> {
    const { options } = transcription;
    if (options.policy === 'fastest') await this.engines.prepare();
    return job.read(async (tx) => {
      const ordered = await this.ownKeys.choose(tx, engineOf(transcription));
      if (options.fallback !== true) return [ordered];
      const piece = { seconds: chunk.endSeconds - chunk.startSeconds, bytes: chunk.bytes };
      return [ordered, ...(await this.engines.standIns(tx, ordered, options, piece))];
    });
  }

  /**
   * Asks the first of these engines and, where it takes longer than it should, the second as well.
   * @returns what came of each that was asked, at most one answer; null: it was given up, because the other one was quicker
   */
  private async askInTime(
    job: ChunkJob,
    question: Question,
    [first, second]: readonly SpeechChoice[],
    seconds: number,
  ): Promise<(AnsweredCall | FieldError | null)[]> {
    if (first === undefined) return [];
    const afterMs = second === undefined ? null : await this.times.late(first, seconds);
    if (second === undefined || afterMs === null) return [await this.ask(job, question, { choice: first, signal: job.signal })];
    const results = await hedge<AnsweredCall | FieldError>(
      (signal) => this.ask(job, question, { choice: first, signal }),
      (signal) => this.ask(job, question, { choice: second, signal }),
      { signal: job.signal, afterMs, mayAsk: () => this.times.spend(), isGood: isAnswer },
    );
    return this.keepOne(job, results);
  }

  /** Two may answer at the same moment: both are written down, and one is taken. */
  private async keepOne(
    job: ChunkJob,
    results: readonly (AnsweredCall | FieldError | null)[],
  ): Promise<(AnsweredCall | FieldError | null)[]> {
    const [taken, ...others] = results.filter(isAnswer);
    for (const other of others) {
      await job.write(async (tx) => {
        await other.record(tx);
        await other.count(tx);
      });
    }
    return taken === undefined ? [...results] : results.map((result) => (result === taken ? taken : null));
  }

  /**
   * Asks one engine, with one key after the other as long as it is the key that is refused.
   * @returns why it gave no answer, when it gave none
   * @throws FieldError a wait, when the engine is well and has as many calls under way as it stands
   */
  private async ask(job: ChunkJob, question: Question, asked: Asked): Promise<AnsweredCall | FieldError> {
    const { id } = asked.choice.provider;
    const closed = await this.keys.refusal(asTranscriber(id));
    if (closed !== null) return waitFor(id, closed);
    const refused = new Set<string>();
    for (let failure: FieldError | undefined; ;) {
      const opened = await this.keys.open(job, asTranscriber(id), refused);
      if (opened === null) return failure ?? noKey(id);
      if ('retryAfterSeconds' in opened) {
        if (isBusy(opened)) throw waitFor(id, opened);
        return sooner(failure, waitFor(id, opened));
      }
      const answer = await this.call(job, question, asked, opened);
      if (!(answer instanceof Refused)) return answer;
      failure = sooner(failure, answer.failure);
      if (opened.kind === 'none' || !isAboutTheKey(answer.error)) return failure;
      refused.add(opened.key.id);
    }
  }

  /** One call, written down when it fails. */
  private async call(job: ChunkJob, question: Question, asked: Asked, key: CallKey): Promise<AnsweredCall | Refused> {
    const { choice, signal } = asked;
    let call: Call | undefined;
    try {
      const { path, chunk } = await question.sound();
      signal.throwIfAborted();
      call = { choice, isAgain: question.isAgain, chunk, with: key, started: performance.now() };
      const result = await transcribe(question.transcription, call, path, signal);
      return await this.answered(call, answered(job, call, result), result);
    } catch (error) {
      if (call !== undefined && error instanceof SpeechError) {
        await this.keys.failed(asTranscriber(choice.provider.id), key, error);
        return new Refused(error, await this.failed(job, call, error));
      }
      this.keys.dropped(key);
      if (call !== undefined) await this.cutOff(job, call, signal);
      throw error;
    }
  }

  private async answered({ choice, with: key }: Call, attempt: NewAttempt, result: SpeechResult): Promise<AnsweredCall> {
    await this.keys.answered(asTranscriber(choice.provider.id), key, attempt.audioSeconds);
    this.times.answered();
    return {
      result,
      record: (tx) => this.transcriptions.recordAttempt(tx, attempt),
      recordCancelled: (tx) => this.transcriptions.recordCancelled(tx, attempt),
      count: (tx) => this.count(tx, attempt),
    };
  }

  private async fetch(chunk: TranscriptionChunk, path: string, signal: AbortSignal, again?: Again): Promise<Sound> {
    const { objectKey, sha256 } = chunk;
    if (sha256 === null) await this.store.download(objectKey, path, signal);
    else await this.store.downloadIntact(objectKey, path, sha256, signal);
    return stretchOf(chunk, path, again);
  }

  /** A call that was stopped because nobody wants its answer any more may be billed all the same: it stays on record. */
  private async cutOff(job: ChunkJob, call: Call, { reason }: AbortSignal): Promise<void> {
    const attempt = { ...attemptOf(job, call), outcome: 'failed' as const, errorKind: 'cancelled' };
    if (reason instanceof LeaseLostError) await job.read((tx) => this.transcriptions.recordCancelled(tx, attempt));
    if (reason instanceof OutrunError) await job.write((tx) => this.transcriptions.recordAttempt(tx, attempt));
  }

  private async failed(job: ChunkJob, call: Call, error: SpeechError): Promise<FieldError> {
    const attempt = {
      ...attemptOf(job, call),
      outcome: 'failed' as const,
      errorKind: error.kind,
      providerRequestId: error.providerRequestId ?? null,
    };
    const own = ownKeyOf(call);
    return job.write(async (tx) => {
      const code = error.providerCode ?? error.kind;
      await this.transcriptions.recordAttempt(tx, attempt);
      await this.count(tx, attempt, code);
      return own !== null && error.keyRefused
        ? this.ownKeys.reject(tx, call.choice.provider.id, own, code)
        : providerFailure(error, call.chunk, own !== null);
    });
  }

  private async count(tx: WorkspaceTransaction, attempt: NewAttempt, errorCode: string | null = null): Promise<void> {
    const { providerKeyId, model, audioSeconds, costMicroDollars } = attempt;
    if (providerKeyId !== null) await this.ownKeys.count(tx, providerKeyId, { model, audioSeconds, costMicroDollars, errorCode });
  }
}

function isAnswer(result: AnsweredCall | FieldError | null): result is AnsweredCall {
  return result !== null && !(result instanceof FieldError);
}

/** Does something when it is first wanted, and never again. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= work());
}

/** The chunk as it is asked about: whole, or one stretch of it in a file of its own. */
async function stretchOf(chunk: TranscriptionChunk, path: string, again?: Again): Promise<Sound> {
  if (again === undefined) return { path, chunk };
  const { start, end } = again.stretch;
  const target = `${path}.stretch.wav`;
  const { bytes, seconds } = await cutOut(path, target, { start: start - chunk.startSeconds, end: end - chunk.startSeconds });
  return { path: target, chunk: { ...chunk, startSeconds: start, endSeconds: start + seconds, bytes } };
}

/** Says where another engine than the one that was ordered did the work. */
function withNotice(answer: AnsweredCall, { options }: Transcription, { provider, model }: SpeechChoice): AnsweredCall {
  if (provider.id === options.provider && model.id === options.model) return answer;
  const warning = `stand_in: ${provider.id}/${model.id} transcribed what ${options.provider}/${options.model} could not for the moment.`;
  return { ...answer, result: { ...answer.result, warnings: [...answer.result.warnings, warning] } };
}

/** Fresh numbers for an engine that is asked a second time. */
function temperatureFor({ options }: Transcription, { choice, isAgain }: Call): number | undefined {
  const isSame = choice.provider.id === options.provider && choice.model.id === options.model;
  return isAgain && isSame ? Math.max(options.temperature ?? 0, TEMPERATURE_AGAIN) : (options.temperature ?? undefined);
}

async function transcribe(transcription: Transcription, call: Call, path: string, signal: AbortSignal): Promise<SpeechResult> {
  const translate = transcription.options.task === 'translate';
  const { options } = transcription;
  const {
    choice: { provider, model },
    chunk,
  } = call;
  const result = await provider.transcribe({
    audio: { path, seconds: chunk.endSeconds - chunk.startSeconds, bytes: chunk.bytes },
    apiKey: call.with.kind === 'none' ? undefined : call.with.key.reveal(),
    model: model.id,
    language: options.language ?? undefined,
    prompt: promptOf(options),
    temperature: temperatureFor(transcription, call),
    wordTimestamps: model.timestamps === 'word',
    diarize: options.diarize,
    translate,
    signal,
  });
  // Some engines name the language that was spoken.
  return translate ? { ...result, language: 'en' } : result;
}

function answered(job: ChunkJob, call: Call, { providerRequestId, usage, raw }: SpeechResult): NewAttempt {
  const { choice, chunk } = call;
  const cost = callCost(choice.model.price, chunk.endSeconds - chunk.startSeconds, usage);
  return {
    ...attemptOf(job, call),
    outcome: 'answered',
    providerRequestId: providerRequestId ?? null,
    costMicroDollars: cost === null ? null : String(cost),
    answer: { raw },
  };
}

/** The workspace's own; null: the installation's, or none. */
function ownKeyOf(call: Call): OwnKey | null {
  return call.with.kind === 'own' ? call.with.key : null;
}

function attemptOf({ facts }: ChunkJob, call: Call): Omit<NewAttempt, 'outcome'> {
  const { choice, chunk, started } = call;
  return {
    id: uuidv7(),
    workspaceId: facts.workspaceId,
    transcriptionId: facts.subjectId,
    generation: facts.generation,
    chunkIndex: chunk.index,
    provider: choice.provider.id,
    model: choice.model.id,
    errorKind: null,
    providerRequestId: null,
    latencyMs: Math.round(performance.now() - started),
    audioSeconds: chunk.endSeconds - chunk.startSeconds,
    costMicroDollars: null,
    providerKeyId: ownKeyOf(call)?.id ?? null,
    installationKeyId: call.with.kind === 'pool' ? call.with.key.publicId : null,
  };
}
