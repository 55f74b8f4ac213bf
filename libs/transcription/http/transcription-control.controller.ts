import { Body, Controller, HttpCode, Param, ParseUUIDPipe, Post, Req, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { commonErrors } from '#errors';
import { ApiProblems } from '#errors/http';
import type { Actor } from '#identity';
import { Idempotent } from '#idempotency/http';
import { Access, CurrentActor } from '#identity/http';
import { currentRequestId } from '#observability';
import { TranscriptionControl } from '../transcription-control.service.js';
import { transcriptionErrors } from '../transcription.errors.js';
import { TranscriptionService } from '../transcription.service.js';
import { BatchDto, OrderBatchDto, toBatch } from './dto/batch.dto.js';
import { toTranscription, TranscriptionDto } from './dto/transcription.dto.js';

const ASK_AGAIN_SECONDS = 1;
const ID = { name: 'id', format: 'uuid', example: '019aa3a2-5d6e-7f80-91a2-b3c4d5e6f708' };

@ApiTags('transcriptions')
@Controller({ path: 'transcriptions', version: '1' })
export class TranscriptionControlController {
  constructor(
    private readonly control: TranscriptionControl,
    private readonly transcriptions: TranscriptionService,
  ) {}

  @Post('batch')
  @Access('transcriptions:write')
  @Idempotent()
  @HttpCode(202)
  @ApiOperation({
    summary: 'Order many transcriptions',
    description:
      'Orders up to 100 transcripts at once. Those that can be ordered are; each of the others has its problem in the answer.',
  })
  @ApiAcceptedResponse({ type: BatchDto, description: 'What became of each order. Wrong fields in one refuse the whole.' })
  @ApiProblems(commonErrors.malformed_request, commonErrors.validation_failed)
  async orderBatch(
    @CurrentActor() actor: Actor,
    @Body() { items }: OrderBatchDto,
    @Req() request: FastifyRequest,
  ): Promise<BatchDto> {
    return toBatch(await this.transcriptions.orderMany(actor, items), request.url, currentRequestId());
  }

  @Post(':id/cancel')
  @Access('transcriptions:write')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Cancel a transcription',
    description: 'Stops a transcription; work on it ends within a second. What was transcribed until then is kept for a retry.',
  })
  @ApiParam(ID)
  @ApiOkResponse({ type: TranscriptionDto, description: 'It is cancelled.' })
  @ApiProblems(
    transcriptionErrors.transcription_not_found,
    transcriptionErrors.transcription_finished,
    commonErrors.malformed_request,
  )
  async cancel(@CurrentActor() actor: Actor, @Param('id', ParseUUIDPipe) id: string): Promise<TranscriptionDto> {
    return toTranscription(await this.control.cancel(actor.workspaceId, id));
  }

  @Post(':id/retry')
  @Access('transcriptions:write')
  @Idempotent()
  @HttpCode(202)
  @ApiOperation({
    summary: 'Try a transcription again',
    description:
      'Tries again what failed, was cancelled or has missing parts, from where it stopped: nothing is uploaded again, and parts that have their text are not paid for again.',
  })
  @ApiParam(ID)
  @ApiAcceptedResponse({ type: TranscriptionDto, description: 'It goes on. `Location` is where to look.' })
  @ApiProblems(
    transcriptionErrors.transcription_not_found,
    transcriptionErrors.transcription_not_retryable,
    commonErrors.malformed_request,
  )
  async retry(
    @CurrentActor() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TranscriptionDto> {
    const transcription = await this.control.retry(actor.workspaceId, id);
    void reply.headers({ location: `/api/v1/transcriptions/${id}`, 'retry-after': ASK_AGAIN_SECONDS });
    return toTranscription(transcription);
  }
}
