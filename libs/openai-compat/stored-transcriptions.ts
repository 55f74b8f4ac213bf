import { Injectable } from '@nestjs/common';
import { AudioService, type ExaminedRecording } from '#audio';
import { type ErrorDefinition, FieldError } from '#errors';
import type { Actor } from '#identity';
import { failureReasons, isFinished, TranscriptionService, type TranscriptionWish } from '#transcription';
import type { Heard } from './answers/heard.js';
import { openAiErrors } from './openai-compat.errors.js';
import { RequestEngines } from './request-engines.js';
import type { SpeechOrder } from './speech-order.js';

/** Less than the ten minutes after which OpenAI's SDKs give up. */
const LONGEST_WAIT_SECONDS = 570;

/** What a transcript is waited for with. */
export interface Waiting {
  /** Fires when nobody waits for the answer any more. */
  signal: AbortSignal;
  /** Told the text so far, whenever there is more of it. */
  heard?: (textSoFar: string) => void;
}

/**
 * Recordings that are too long, too large or too unclear to be passed on: stored, ordered and awaited like any other. What was ordered
 * goes on when nobody waits any more, so that whoever sends the recording again takes over what is there.
 */
@Injectable()
export class StoredTranscriptions {
  constructor(
    private readonly audio: AudioService,
    private readonly engines: RequestEngines,
    private readonly transcriptions: TranscriptionService,
  ) {}

  /**
   * Has a stored recording transcribed, and waits for it.
   * @throws FieldError still_transcribing, transcription_failed, what its failure means, and as `TranscriptionService.order`
   */
  async transcribe(actor: Actor, order: SpeechOrder, stored: ExaminedRecording, waiting: Waiting): Promise<Heard> {
    const id = await this.order(actor, order, stored);
    await this.wait(actor, id, waiting);
    const { transcription, segments } = await this.transcriptions.transcript(actor.workspaceId, id);
    return {
      text: transcription.text ?? '',
      language: transcription.language,
      seconds: transcription.durationSeconds ?? 0,
      lines: segments,
      provider: transcription.options.provider,
      model: transcription.options.model,
    };
  }

  /** A recording that cannot be transcribed as wished is not kept. */
  private async order(actor: Actor, order: SpeechOrder, stored: ExaminedRecording): Promise<string> {
    const wish = await this.wishOf(actor, order).catch(async (error: unknown) => {
      await this.audio.discard(actor, stored);
      throw error;
    });
    const audio = await this.audio.keep(actor, stored);
    try {
      return (await this.transcriptions.order(actor, audio.id, wish)).id;
    } catch (error) {
      await this.audio.remove(actor.workspaceId, audio.id);
      throw error;
    }
  }

  private async wishOf({ workspaceId }: Actor, order: SpeechOrder): Promise<TranscriptionWish> {
    const { named, isOpen } = await this.engines.find(workspaceId, order);
    const { language, prompt, temperature, diarize, translate } = order;
    return { ...named, fallback: isOpen, language, prompt, temperature, diarize, task: translate ? 'translate' : 'transcribe' };
  }

  private async wait({ workspaceId }: Actor, id: string, { signal, heard }: Waiting): Promise<void> {
    const ended = await this.transcriptions.waitFor(workspaceId, id, LONGEST_WAIT_SECONDS, signal, heard);
    signal.throwIfAborted();
    if (!isFinished(ended)) throw stillTranscribing(id);
    if (ended.status !== 'completed') throw failureOf(id, ended);
  }
}

function stillTranscribing(id: string): FieldError {
  const detail = `The recording is still being transcribed. Nothing is lost: GET /api/v1/transcriptions/${id} says when it is done, and has the text.`;
  return new FieldError(openAiErrors.still_transcribing, detail, { members: { transcriptionId: id, retry: false } });
}

/** What ended the work, never to be tried again by the SDK: that would be another order. */
function failureOf(
  id: string,
  { status, errorCode, errorDetail }: { status: string; errorCode: string | null; errorDetail: string | null },
) {
  const reasons: Readonly<Record<string, ErrorDefinition>> = failureReasons;
  const definition = reasons[errorCode ?? ''] ?? openAiErrors.transcription_failed;
  const detail = errorDetail ?? `it was ${status}`;
  return new FieldError(definition, `Transcription ${id} failed: ${detail}`, { members: { transcriptionId: id, retry: false } });
}
