import { Readable } from 'node:stream';
import { Body, Controller, Delete, Get, HttpCode, Param, ParseUUIDPipe, Post, Query, Req, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBody,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { audioErrors } from '#audio';
import { commonErrors } from '#errors';
import { ApiProblems } from '#errors/http';
import type { Actor } from '#identity';
import { Idempotent } from '#idempotency/http';
import { Access, CurrentActor } from '#identity/http';
import { toPage, toPageRequest } from '#paging/http';
import { providerKeyErrors } from '#provider-keys';
import { speechErrors } from '#speech';
import { contentDisposition } from '#storage';
import { FILE_KINDS, writeTranscript } from '../formats/transcript-formats.js';
import { Outlooks } from '../outlook.js';
import { transcriptionErrors } from '../transcription.errors.js';
import { TranscriptionService } from '../transcription.service.js';
import { isFinished } from '../transcription-view.js';
import { ExportQueryDto, toCaptionRules } from './dto/export-query.dto.js';
import {
  toTranscription,
  toTranscriptionSummary,
  toTranscriptionProgress,
  TranscriptionDto,
  TranscriptionListQueryDto,
  TranscriptionPageDto,
  TranscriptionProgressDto,
} from './dto/transcription.dto.js';
import { ORDER_EXAMPLES, OrderTranscriptionDto } from './dto/transcription-options.dto.js';
import { SegmentPageDto, SegmentsQueryDto, toSegmentPage, toSegmentSpan } from './dto/segment.dto.js';
import { EXPORTED } from './export-examples.js';

/** When to ask again while the work goes on, in seconds. */
const ASK_AGAIN_SECONDS = 1;
const ID = { name: 'id', format: 'uuid', example: '019aa3a2-5d6e-7f80-91a2-b3c4d5e6f708' };

@ApiTags('transcriptions')
@Controller({ path: 'transcriptions', version: '1' })
export class TranscriptionsController {
  constructor(
    private readonly transcriptions: TranscriptionService,
    private readonly outlooks: Outlooks,
  ) {}

  @Post()
  @Access('transcriptions:write')
  @Idempotent()
  @HttpCode(202)
  @ApiOperation({
    summary: 'Order a transcription',
    description: 'Orders the transcript of a recording. Answers at once; the order survives any crash from then on.',
  })
  @ApiBody({ type: OrderTranscriptionDto, examples: ORDER_EXAMPLES })
  @ApiAcceptedResponse({ type: TranscriptionDto, description: 'Ordered. `Location` is where to look.' })
  @ApiProblems(
    audioErrors.audio_not_found,
    commonErrors.malformed_request,
    commonErrors.validation_failed,
    ...Object.values(speechErrors),
    providerKeyErrors.provider_key_rejected,
    transcriptionErrors.channels_unsuitable,
  )
  async order(
    @CurrentActor() actor: Actor,
    @Body() { audioId, ...wish }: OrderTranscriptionDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TranscriptionDto> {
    const transcription = await this.transcriptions.order(actor, audioId, wish);
    void reply.headers({ location: `/api/v1/transcriptions/${transcription.id}`, 'retry-after': ASK_AGAIN_SECONDS });
    return toTranscription(transcription);
  }

  @Get()
  @Access('transcriptions:read')
  @ApiOperation({ summary: 'List transcriptions', description: 'Transcriptions of the workspace, newest first.' })
  @ApiOkResponse({ type: TranscriptionPageDto, description: 'One page.' })
  @ApiProblems(commonErrors.validation_failed)
  async list(
    @CurrentActor() actor: Actor,
    @Query() query: TranscriptionListQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TranscriptionPageDto> {
    const { status, audioId } = query;
    const filter = { ...(status === undefined ? {} : { status }), ...(audioId === undefined ? {} : { audioId }) };
    return toPage(
      await this.transcriptions.list(actor.workspaceId, toPageRequest(query), filter),
      toTranscriptionSummary,
      request,
      reply,
    );
  }

  @Get(':id')
  @Access('transcriptions:read')
  @ApiOperation({ summary: 'Look at a transcription', description: 'The transcription with its text once it is completed.' })
  @ApiParam(ID)
  @ApiOkResponse({
    type: TranscriptionDto,
    description: 'The transcription. `Retry-After` says when to ask again while it is not finished.',
  })
  @ApiProblems(transcriptionErrors.transcription_not_found, commonErrors.malformed_request)
  async get(
    @CurrentActor() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TranscriptionDto> {
    const transcription = await this.transcriptions.get(actor.workspaceId, id);
    if (!isFinished(transcription)) void reply.header('retry-after', ASK_AGAIN_SECONDS);
    return toTranscription(transcription);
  }

  @Get(':id/status')
  @Access('transcriptions:read')
  @ApiOperation({
    summary: 'Ask how far a transcription is',
    description: 'Status, stage, percentage and what may be expected, for polling.',
  })
  @ApiParam(ID)
  @ApiOkResponse({
    type: TranscriptionProgressDto,
    description: 'Where it stands. `Retry-After` says when to ask again while it is not finished.',
  })
  @ApiProblems(transcriptionErrors.transcription_not_found, commonErrors.malformed_request)
  async status(
    @CurrentActor() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TranscriptionProgressDto> {
    const transcription = await this.transcriptions.get(actor.workspaceId, id);
    if (!isFinished(transcription)) void reply.header('retry-after', ASK_AGAIN_SECONDS);
    return toTranscriptionProgress(transcription, await this.outlooks.of(transcription));
  }

  @Get(':id/segments')
  @Access('transcriptions:read')
  @ApiOperation({
    summary: 'Read the lines of a transcript',
    description: 'The lines of a transcript with their times, speakers and words; none before it is completed.',
  })
  @ApiParam(ID)
  @ApiOkResponse({ type: SegmentPageDto, description: 'One page.' })
  @ApiProblems(transcriptionErrors.transcription_not_found, commonErrors.malformed_request, commonErrors.validation_failed)
  async segments(
    @CurrentActor() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() query: SegmentsQueryDto,
  ): Promise<SegmentPageDto> {
    const span = toSegmentSpan(query);
    const { items, total } = await this.transcriptions.segments(actor.workspaceId, id, span);
    return toSegmentPage(items, total, span);
  }

  @Get(':id/export')
  @Access('transcriptions:read')
  @ApiOperation({ summary: 'Get a transcript in a format', description: 'The finished transcript as a file.' })
  @ApiParam(ID)
  @ApiOkResponse(EXPORTED)
  @ApiProblems(
    transcriptionErrors.transcription_not_found,
    transcriptionErrors.transcript_not_ready,
    commonErrors.malformed_request,
    commonErrors.validation_failed,
  )
  async export(
    @CurrentActor() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() query: ExportQueryDto,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { format = 'json' } = query;
    const finished = await this.transcriptions.transcript(actor.workspaceId, id);
    const { contentType, extension } = FILE_KINDS[format];
    await reply
      .headers({ 'content-type': contentType, 'content-disposition': contentDisposition('inline', `transcript.${extension}`) })
      .send(Readable.from(writeTranscript(format, finished, toCaptionRules(query)), { objectMode: false }));
  }

  @Delete(':id')
  @Access('transcriptions:write')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Delete a transcription',
    description: 'Removes the transcription with its result; work on it stops. The recording stays.',
  })
  @ApiParam(ID)
  @ApiNoContentResponse({ description: 'It is gone.' })
  @ApiProblems(transcriptionErrors.transcription_not_found, commonErrors.malformed_request)
  async remove(@CurrentActor() actor: Actor, @Param('id', ParseUUIDPipe) id: string): Promise<void> {
    await this.transcriptions.remove(actor.workspaceId, id);
  }
}
