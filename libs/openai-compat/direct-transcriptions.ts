import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { Database } from '#database';
import type { Actor } from '#identity';
import type { AudioFormat } from '#media';
import { OwnKeys } from '#provider-keys';
import type { QuotaSubject } from '#quota';
import { type HeldAudio, type ProviderId, type SpeechChoice, SpeechRegistry, standIns } from '#speech';
import type { Heard } from './answers/heard.js';
import { DirectCalls } from './direct-calls.js';
import { wishOfName } from './named-model.js';
import { RequestAccounts } from './request-accounts.js';
import { inability, type SpeechOrder } from './speech-order.js';

/** Shorter than that is no sound; long recordings are refused the same (`recording_too_short`). */
const LEAST_SECONDS = 0.1;
/** What a provider takes in one request, the form around it included: the least of what they say. */
const MOST_BYTES = 26_148_864;

/** A recording in memory. */
export interface HeldRecording {
  content: Buffer<ArrayBuffer>;
  format: AudioFormat;
  /** Counted; null when only decoding tells. */
  seconds: number | null;
}

/** Who is asked, one after the other, for a workspace. */
interface Plan {
  engines: SpeechChoice[];
  /** Providers the workspace has keys of its own for. */
  own: ReadonlySet<ProviderId>;
}

/**
 * Short recordings, passed on to a provider as they came: nothing is stored, no program runs. What they take of the quota is set aside
 * before, and settled with the record of the call.
 */
@Injectable()
export class DirectTranscriptions {
  constructor(
    private readonly database: Database,
    private readonly speech: SpeechRegistry,
    private readonly ownKeys: OwnKeys,
    private readonly accounts: RequestAccounts,
    private readonly calls: DirectCalls,
  ) {}

  /**
   * Has a recording transcribed in one call.
   * @returns null when it must be stored and cut first: too long, too large, of a length only decoding tells, or in a form the model
   *   does not take
   * @throws FieldError model_not_found, unsupported_value, of `speechErrors`, quota_exceeded, provider_key_rejected, or what the failed
   *   calls mean
   */
  async transcribe(actor: Actor, order: SpeechOrder, recording: HeldRecording, signal: AbortSignal): Promise<Heard | null> {
    const subject: QuotaSubject = { workspaceId: actor.workspaceId, kind: 'request', id: uuidv7() };
    const audio = heldAudio(recording);
    const { engines, own } = this.plan(await this.ownKeys.heldBy(this.database, actor.workspaceId), order, audio);
    if (audio === null || engines.length === 0) return null;
    await this.accounts.reserve(subject, audio.seconds);
    return this.calls.make({ subject, actor, order, audio, own, signal }, engines);
  }

  /** The engines that take the recording as it is, the one that is meant first; none when that one does not. */
  private plan(own: ReadonlySet<ProviderId>, order: SpeechOrder, audio: HeldAudio | null): Plan {
    const { isOpen, ...named } = wishOfName(order.model, this.speech.list(own), this.speech.all());
    const { language, diarize, translate } = order;
    const choice = this.speech.choose({ ...named, language, diarize, translate }, own);
    const unable = inability(order, choice);
    if (unable !== null) throw unable;
    if (audio === null || !takes(choice, audio)) return { engines: [], own };
    if (!isOpen) return { engines: [choice], own };
    const needs = {
      provider: choice.provider.id,
      model: choice.model.id,
      language: language ?? null,
      diarize,
      ...(translate ? { task: 'translate' as const } : {}),
    };
    const others = standIns(this.speech.list(own), choice, needs, audio).filter(
      (other) => takes(other, audio) && inability(order, other) === null,
    );
    return { engines: [choice, ...others], own };
  }
}

function heldAudio({ content, format, seconds }: HeldRecording): HeldAudio | null {
  if (seconds === null || seconds < LEAST_SECONDS) return null;
  // What people call Opus is Ogg to those who go by names.
  const extension = format.container === 'opus' ? 'ogg' : format.extension;
  return { content, extension, contentType: format.contentType, seconds, bytes: content.length };
}

/** Whether an engine takes a recording in one call, as it is. Those of this machine read files. */
function takes({ provider, model }: SpeechChoice, { bytes, seconds, extension }: HeldAudio): boolean {
  const fits = bytes <= Math.min(model.maxBytes, MOST_BYTES) && seconds <= model.maxSeconds;
  return provider.id !== 'local' && fits && model.formats.includes(extension);
}
