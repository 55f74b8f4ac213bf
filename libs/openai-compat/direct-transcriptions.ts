import { Injectable } from '@nestjs/common';
import type { Actor } from '#identity';
import type { AudioFormat, Pieces } from '#media';
import type { QuotaSubject } from '#quota';
import type { HeldAudio, SpeechChoice } from '#speech';
import type { Heard } from './answers/heard.js';
import { DirectCalls } from './direct-calls.js';
import { newId } from './new-id.js';
import { RequestAccounts } from './request-accounts.js';
import { type RequestEngine, RequestEngines } from './request-engines.js';
import type { SpeechOrder } from './speech-order.js';

/** Shorter than that is no sound; long recordings are refused the same (`recording_too_short`). */
const LEAST_SECONDS = 0.1;
/** What a provider takes in one request, the form around it included: the least of what they say. */
const MOST_BYTES = 26_148_864;

/** A recording in memory. */
export interface HeldRecording {
  content: Pieces;
  format: AudioFormat;
  /** Counted; null when only decoding tells. */
  seconds: number | null;
}

/**
 * Short recordings, passed on to a provider as they came: nothing is stored, no program runs. What they take of the quota is set aside
 * before, and settled with the record of the call.
 */
@Injectable()
export class DirectTranscriptions {
  constructor(
    private readonly engines: RequestEngines,
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
    const subject: QuotaSubject = { workspaceId: actor.workspaceId, kind: 'request', id: newId() };
    const audio = heldAudio(recording);
    const engine = await this.engines.find(actor.workspaceId, order);
    const engines = audio === null ? [] : this.fitting(engine, order, audio);
    if (audio === null || engines.length === 0) return null;
    const part = await this.accounts.reserve(subject, audio.seconds);
    return this.calls.make({ subject, part, actor, order, audio, own: engine.workspace.own, signal }, engines);
  }

  /** The engines that take the recording as it is, the one that is meant first; none when that one does not. */
  private fitting(engine: RequestEngine, order: SpeechOrder, audio: HeldAudio): SpeechChoice[] {
    const { choice, isOpen } = engine;
    if (!takes(choice, audio)) return [];
    const others = isOpen ? this.engines.others(engine, order, audio) : [];
    return [choice, ...others.filter((other) => takes(other, audio))];
  }
}

function heldAudio({ content, format, seconds }: HeldRecording): HeldAudio | null {
  if (seconds === null || seconds < LEAST_SECONDS) return null;
  // What people call Opus is Ogg to those who go by names.
  const extension = format.container === 'opus' ? 'ogg' : format.extension;
  return { content: content.list, extension, contentType: format.contentType, seconds, bytes: content.length };
}

/** Whether an engine takes a recording in one call, as it is. Those of this machine read files. */
function takes({ provider, model }: SpeechChoice, { bytes, seconds, extension }: HeldAudio): boolean {
  const fits = bytes <= Math.min(model.maxBytes, MOST_BYTES) && seconds <= model.maxSeconds;
  return provider.id !== 'local' && fits && model.formats.includes(extension);
}
