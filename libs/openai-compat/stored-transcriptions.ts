import { Injectable } from '@nestjs/common';
import { AudioService, type ExaminedRecording } from '#audio';
import { Database } from '#database';
import { type ErrorDefinition, FieldError } from '#errors';
import type { Actor } from '#identity';
import { OwnKeys } from '#provider-keys';
import { SpeechRegistry } from '#speech';
import { failureReasons, isFinished, TranscriptionService } from '#transcription';
import type { Heard } from './answers/heard.js';
import { wishOfName } from './named-model.js';
import { openAiErrors } from './openai-compat.errors.js';
import { inability, type SpeechOrder } from './speech-order.js';

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
    private readonly database: Database,
    private readonly audio: AudioService,
    private readonly speech: SpeechRegistry,
    private readonly ownKeys: OwnKeys,
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

  private async wishOf(actor: Actor, order: SpeechOrder) {
    const own = await this.database.inWorkspace(actor.workspaceId, async (tx) => new Set((await this.ownKeys.held(tx)).keys()));
    const { isOpen, ...named } = wishOfName(order.model, this.speech.list(own), this.speech.all());
    const { language, prompt, temperature, diarize, translate } = order;
    const choice = this.speech.choose({ ...named, language, diarize, translate }, own);
    const unable = inability(order, choice);
    if (unable !== null) throw unable;
    const engine = { provider: choice.provider.id, model: choice.model.id, fallback: isOpen };
    return {
      ...engine,
      language,
      prompt,
      temperature,
      diarize,
      task: translate ? ('translate' as const) : ('transcribe' as const),
    };
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
