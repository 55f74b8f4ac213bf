import { Injectable } from '@nestjs/common';
import type { Refusal } from '#circuits';
import { Database } from '#database';
import { FieldError } from '#errors';
import { isAboutTheKey } from '#provider-calls';
import { asTranscriber, type CallKey, CallKeys, OwnKeys, readerOf } from '#provider-keys';
import { type SpeechChoice, SpeechError, type SpeechResult } from '#speech';
import {
  assembleTranscript,
  callCost,
  failureReasons,
  isFinal,
  mostTelling,
  noKey,
  providerFailure,
  sooner,
  toChunkTranscript,
} from '#transcription';
import { type ProviderCall, UsageRecords } from '#usage';
import type { Heard } from './answers/heard.js';
import type { DirectRequest } from './direct-request.js';
import { newId } from './new-id.js';
import { RequestAccounts } from './request-accounts.js';

/** One call as far as it is known before it ends. */
interface Call {
  choice: SpeechChoice;
  with: CallKey;
  /** By `performance.now()`. */
  started: number;
}

/** A call that was not answered. */
class Refused {
  constructor(
    readonly error: SpeechError,
    readonly failure: FieldError,
  ) {}
}

/** The calls of requests that are passed on, each written down with its cost. */
@Injectable()
export class DirectCalls {
  constructor(
    private readonly database: Database,
    private readonly keys: CallKeys,
    private readonly ownKeys: OwnKeys,
    private readonly usage: UsageRecords,
    private readonly accounts: RequestAccounts,
  ) {}

  /**
   * Asks one engine after the other until one answers. However it ends, nothing stays set aside.
   * @throws FieldError what the failed calls mean for the request
   */
  async make(request: DirectRequest, engines: readonly SpeechChoice[]): Promise<Heard> {
    try {
      const failures: FieldError[] = [];
      for (const choice of engines) {
        const answer = await this.ask(request, choice);
        if (!(answer instanceof FieldError)) return answer;
        failures.push(answer);
        if (isFinal(answer)) break;
      }
      throw mostTelling(failures);
    } catch (error) {
      await this.release(request);
      throw error;
    }
  }

  /** Asks one engine, with one key after the other as long as it is the key that is refused. @returns why it gave no answer, when it gave none */
  private async ask(request: DirectRequest, choice: SpeechChoice): Promise<Heard | FieldError> {
    const { id } = choice.provider;
    const closed = await this.keys.refusal(asTranscriber(id));
    if (closed !== null) return waitFor(id, closed);
    const refused = new Set<string>();
    for (let failure: FieldError | undefined; ;) {
      const opened = await this.keys.openSoon(this.readerFor(request, choice), asTranscriber(id), refused, request.signal);
      if (opened === null) return failure ?? noKey(id);
      if ('retryAfterSeconds' in opened) return sooner(failure, waitFor(id, opened));
      const answer = await this.call(request, { choice, with: opened, started: performance.now() });
      if (!(answer instanceof Refused)) return answer;
      failure = sooner(failure, answer.failure);
      if (opened.kind === 'none' || !isAboutTheKey(answer.error)) return failure;
      refused.add(opened.key.id);
    }
  }

  private async call(request: DirectRequest, call: Call): Promise<Heard | Refused> {
    const { provider } = call.choice;
    let result: SpeechResult;
    try {
      result = await this.transcribe(request, call);
    } catch (error) {
      if (error instanceof SpeechError) {
        const failure = await this.failed(request, call, error);
        await this.keys.failed(asTranscriber(provider.id), call.with, error);
        return new Refused(error, failure);
      }
      this.keys.dropped(call.with);
      if (request.signal.aborted)
        await this.record(request, call, { outcome: 'failed', errorKind: 'cancelled', costMicroDollars: null });
      throw error;
    }
    await this.keys.answered(asTranscriber(provider.id), call.with, request.audio.seconds);
    await this.settle(request, call, result);
    return heardOf(result, request, call.choice);
  }

  private transcribe({ order, audio, signal }: DirectRequest, { choice, with: key }: Call): Promise<SpeechResult> {
    const { language, prompt, temperature, diarize, translate, granularities, logProbabilities } = order;
    return choice.provider.transcribe({
      audio,
      apiKey: key.kind === 'none' ? undefined : key.key.reveal(),
      model: choice.model.id,
      language,
      prompt,
      temperature,
      wordTimestamps: choice.model.timestamps === 'word' && (granularities.has('word') || NEEDS_WORDS.has(order.format)),
      diarize,
      translate,
      logProbabilities,
      signal,
    });
  }

  /** One transaction: the record of the call, and what it takes of the quota and of the workspace's own key. */
  private async settle(request: DirectRequest, call: Call, { usage }: SpeechResult): Promise<void> {
    const { audio, subject, part } = request;
    const cost = callCost(call.choice.model.price, audio.seconds, usage);
    const costMicroDollars = cost === null ? null : String(cost);
    const record = callOf(request, call, { outcome: 'answered', errorKind: null, costMicroDollars });
    const { with: key } = call;
    if (key.kind !== 'own') return this.accounts.settle(record, part);
    await this.database.inWorkspace(subject.workspaceId, async (tx) => {
      await this.usage.record(tx, record);
      const { model, audioSeconds } = record;
      await this.ownKeys.count(tx, key.key.id, { model, audioSeconds, costMicroDollars, errorCode: null });
      await this.accounts.end(tx, part, part.amount);
    });
  }

  private async failed(request: DirectRequest, call: Call, error: SpeechError): Promise<FieldError> {
    const { choice, with: key } = call;
    const code = error.providerCode ?? error.kind;
    return this.database.inWorkspace(request.subject.workspaceId, async (tx) => {
      await this.usage.record(tx, callOf(request, call, { outcome: 'failed', errorKind: error.kind, costMicroDollars: null }));
      if (key.kind === 'own') {
        const use = { model: choice.model.id, audioSeconds: request.audio.seconds, costMicroDollars: null, errorCode: code };
        await this.ownKeys.count(tx, key.key.id, use);
        if (error.keyRefused) return this.ownKeys.reject(tx, choice.provider.id, key.key, code);
      }
      const stretch = { startSeconds: 0, endSeconds: request.audio.seconds };
      return asAnswered(providerFailure(error, stretch, key.kind === 'own'), key);
    });
  }

  private async record(request: DirectRequest, call: Call, end: CallEnd): Promise<void> {
    await this.database.inWorkspace(request.subject.workspaceId, (tx) => this.usage.record(tx, callOf(request, call, end)));
  }

  /** Once it was settled nothing is left to release. */
  private async release({ subject, part }: DirectRequest): Promise<void> {
    await this.database.inWorkspace(subject.workspaceId, (tx) => this.accounts.end(tx, part, 0));
  }

  /** Null where no key of the workspace's own is to be looked for. */
  private readerFor({ own, subject }: DirectRequest, { provider }: SpeechChoice) {
    return own.has(provider.id) ? readerOf(this.database, subject.workspaceId) : null;
  }
}

/** Captions are better with the times of words. */
const NEEDS_WORDS = new Set<string>(['srt', 'vtt']);

type CallEnd = Pick<ProviderCall, 'outcome' | 'errorKind' | 'costMicroDollars'>;

function callOf({ subject, actor, audio }: DirectRequest, { choice, with: key, started }: Call, end: CallEnd): ProviderCall {
  return {
    id: newId(),
    workspaceId: subject.workspaceId,
    subjectId: subject.id,
    userId: actor.userId,
    apiKeyId: actor.keyId,
    providerKeyId: key.kind === 'own' ? key.key.id : null,
    installationKeyId: key.kind === 'pool' ? key.key.publicId : null,
    provider: choice.provider.id,
    model: choice.model.id,
    audioSeconds: audio.seconds,
    latencyMs: Math.round(performance.now() - started),
    ...end,
  };
}

function heardOf(result: SpeechResult, { audio, order }: DirectRequest, { provider, model }: SpeechChoice): Heard {
  const whole = { startSeconds: 0, endSeconds: audio.seconds, overlapSeconds: 0 };
  const { text, language, segments } = assembleTranscript([{ ...whole, transcript: toChunkTranscript(result) }]);
  return {
    ...(result.tokens !== undefined && { tokens: result.tokens }),
    text,
    // Some engines name the language that was spoken.
    language: order.translate ? 'en' : language,
    seconds: audio.seconds,
    lines: segments,
    provider: provider.id,
    model: model.id,
  };
}

/** The key of the installation is no mistake of the caller's. */
function asAnswered(failure: FieldError, key: CallKey): FieldError {
  if (key.kind === 'own' || !OURS.has(failure.code)) return failure;
  return new FieldError({ code: failure.code, title: failure.title, kind: 'unavailable', example: '' }, failure.message, {
    cause: failure.cause,
  });
}

const OURS = new Set<string>([failureReasons.provider_auth_failed.code, failureReasons.provider_quota_exhausted.code]);

function waitFor(provider: string, { reason, retryAfterSeconds }: Refusal): FieldError {
  const detail = `Nothing is sent to ${provider} for now (${reason}). Send the request again in ${retryAfterSeconds} seconds, or name another model.`;
  return new FieldError(failureReasons.provider_rate_limited, detail, { retryAfterSeconds });
}
