import { Controller, HttpStatus, Post, Query, Req, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AudioService } from '#audio';
import { readRecordingForm, UPLOAD_ERRORS } from '#audio/http';
import { commonErrors } from '#errors';
import { ApiProblems, TakesForm } from '#errors/http';
import type { Actor } from '#identity';
import { Idempotent } from '#idempotency/http';
import { Access, CurrentActor } from '#identity/http';
import { providerKeyErrors } from '#provider-keys';
import { speechErrors } from '#speech';
import { storageErrors } from '#storage';
import { transcriptionErrors } from '../transcription.errors.js';
import { TranscriptionService } from '../transcription.service.js';
import { isFinished } from '../transcription-view.js';
import { toTranscription, TranscriptionDto } from './dto/transcription.dto.js';
import { TranscribeUploadFormDto, TranscriptionOptionsDto, WaitQueryDto } from './dto/transcription-options.dto.js';

@ApiTags('audio')
@Controller({ path: 'audio', version: '1' })
export class TranscribeUploadController {
  constructor(
    private readonly audio: AudioService,
    private readonly transcriptions: TranscriptionService,
  ) {}

  @Post('transcribe-upload')
  @Access('transcriptions:write')
  @Idempotent()
  @ApiOperation({
    summary: 'Upload a recording and transcribe it',
    description:
      'Takes a recording and orders its transcript in one request; `wait` answers with the result if it is ready in time.',
  })
  @TakesForm()
  @ApiBody({ type: TranscribeUploadFormDto })
  @ApiOkResponse({ type: TranscriptionDto, description: 'Finished within the time to wait.' })
  @ApiAcceptedResponse({ type: TranscriptionDto, description: 'Ordered. `Location` is where to look.' })
  @ApiProblems(
    ...UPLOAD_ERRORS,
    commonErrors.validation_failed,
    storageErrors.storage_unavailable,
    ...Object.values(speechErrors),
    providerKeyErrors.provider_key_rejected,
    transcriptionErrors.channels_unsuitable,
  )
  async transcribeUpload(
    @CurrentActor() actor: Actor,
    @Query() { wait = 0 }: WaitQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TranscriptionDto> {
    const ordered = await this.order(actor, request);
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    if (reply.raw.destroyed) gone.abort();
    const transcription = await this.transcriptions.waitFor(actor.workspaceId, ordered, wait, gone.signal);
    const finished = isFinished(transcription);
    void reply
      .status(finished ? HttpStatus.OK : HttpStatus.ACCEPTED)
      .header('location', `/api/v1/transcriptions/${transcription.id}`);
    if (!finished) void reply.header('retry-after', 1);
    return toTranscription(transcription);
  }

  /** A recording that cannot be transcribed as wished is not kept: its sender learns of the mistake and sends it again. */
  private async order(actor: Actor, request: FastifyRequest): Promise<string> {
    const { fields, taken } = await readRecordingForm(request, TranscriptionOptionsDto, this.audio, actor);
    try {
      return (await this.transcriptions.order(actor, taken.id, fields)).id;
    } catch (error) {
      await this.audio.remove(actor.workspaceId, taken.id);
      throw error;
    }
  }
}
