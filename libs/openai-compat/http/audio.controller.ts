import { Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { UPLOAD_ERRORS } from '#audio/http';
import { commonErrors } from '#errors';
import { ApiProblems, TakesForm } from '#errors/http';
import type { Actor } from '#identity';
import { Access, CurrentActor } from '#identity/http';
import { providerKeyErrors } from '#provider-keys';
import { speechErrors } from '#speech';
import { storageErrors } from '#storage';
import { failureReasons } from '#transcription';
import { HeldBytes, type Share } from '../held-bytes.js';
import { openAiErrors } from '../openai-compat.errors.js';
import type { SpeechOrder } from '../speech-order.js';
import { type ArrivedRecording, SpeechService } from '../speech.service.js';
import { ApiSpeechAnswer } from './answer-documentation.js';
import { TranscriptionFormDto, TranslationFormDto } from './dto/speech-form.dto.js';
import { transcriptionOrder, translationOrder } from './order-of-form.js';
import { SpeechReply } from './speech-reply.js';
import { readSpeechForm, type SpeechForm } from './speech-form.js';

/** Of those above, what only OpenAI's routes can come to. */
const HEARING_ERRORS = [
  ...Object.values(openAiErrors),
  ...UPLOAD_ERRORS,
  ...Object.values(speechErrors),
  ...Object.values(failureReasons),
  providerKeyErrors.provider_key_rejected,
  storageErrors.storage_unavailable,
  commonErrors.validation_failed,
];

@ApiTags('openai')
@Controller('v1/audio')
export class OpenAiAudioController {
  constructor(
    private readonly held: HeldBytes,
    private readonly speech: SpeechService,
  ) {}

  @Post('transcriptions')
  @Access('transcriptions:write')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Transcribe a recording, as OpenAI does',
    description:
      "As OpenAI's: point an SDK of OpenAI at this server. A short recording is passed on as it came; any other is stored, cut and transcribed like those of `POST /api/v1/transcriptions`, however long it is, while the request waits.",
  })
  @TakesForm()
  @ApiBody({ type: TranscriptionFormDto })
  @ApiSpeechAnswer(false)
  @ApiProblems(...HEARING_ERRORS)
  async transcribe(@CurrentActor() actor: Actor, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.answer(actor, request, reply, transcriptionOrder);
  }

  @Post('translations')
  @Access('transcriptions:write')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Translate a recording into English, as OpenAI does',
    description: "As OpenAI's: the text is in English, whatever is spoken.",
  })
  @TakesForm()
  @ApiBody({ type: TranslationFormDto })
  @ApiSpeechAnswer(true)
  @ApiProblems(...HEARING_ERRORS)
  async translate(@CurrentActor() actor: Actor, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.answer(actor, request, reply, translationOrder);
  }

  private async answer(
    actor: Actor,
    request: FastifyRequest,
    reply: FastifyReply,
    orderOf: (fields: SpeechForm<unknown>['fields']) => Promise<SpeechOrder>,
  ): Promise<void> {
    const share = this.held.open();
    const answering = new SpeechReply(request, reply);
    try {
      const { fields, taken } = await this.read(actor, request, share, answering.signal);
      const order = await this.checked(actor, taken, orderOf(fields));
      const stream = order.stream ? answering.stream(order) : undefined;
      const heard = await this.speech.hear(actor, order, taken, { signal: answering.signal, heard: stream?.heard });
      if (stream === undefined) await answering.send(heard, order);
      else stream.end(heard);
    } catch (error) {
      answering.fail(error);
    } finally {
      share.giveBack();
    }
  }

  private async read(
    actor: Actor,
    request: FastifyRequest,
    share: Share,
    signal: AbortSignal,
  ): Promise<SpeechForm<ArrivedRecording>> {
    let arrived: ArrivedRecording | undefined;
    try {
      return await readSpeechForm(request, share, async (file) => {
        arrived =
          file.kind === 'held'
            ? await this.speech.recognise(file.name, file.content)
            : await this.speech.store(actor, file.name, file.body, signal);
        return arrived;
      });
    } catch (error) {
      if (arrived !== undefined) await this.speech.discard(actor, arrived);
      throw error;
    }
  }

  private async checked(actor: Actor, taken: ArrivedRecording, order: Promise<SpeechOrder>): Promise<SpeechOrder> {
    try {
      return await order;
    } catch (error) {
      await this.speech.discard(actor, taken);
      throw error;
    }
  }
}
