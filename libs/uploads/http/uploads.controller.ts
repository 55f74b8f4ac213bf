import { Body, Controller, Delete, Get, HttpCode, Param, ParseUUIDPipe, Post, Query, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { audioErrors } from '#audio';
import { AudioDto, toAudio } from '#audio/http';
import { commonErrors } from '#errors';
import { ApiProblems } from '#errors/http';
import type { Actor } from '#identity';
import { Idempotent } from '#idempotency/http';
import { Access, CurrentActor } from '#identity/http';
import { mediaErrors } from '#media';
import { PageQueryDto, toPage, toPageRequest } from '#paging/http';
import { storageErrors } from '#storage';
import { partCountOf } from '../part-plan.js';
import { UploadCompletion } from '../upload-completion.js';
import { uploadErrors } from '../uploads.errors.js';
import { planOf, UploadsService } from '../uploads.service.js';
import {
  BegunUploadDto,
  MOST_URLS,
  NewUploadDto,
  PartNumbersDto,
  PartUrlsDto,
  toPartUrls,
  toProgress,
  toUpload,
  UploadPageDto,
  UploadProgressDto,
} from './dto/upload.dto.js';

const ID = { name: 'id', format: 'uuid', example: '019aa3a1-2b3c-7d4e-8f50-617283940a1b' };

@ApiTags('uploads')
@Controller({ path: 'uploads', version: '1' })
export class UploadsController {
  constructor(
    private readonly uploads: UploadsService,
    private readonly completion: UploadCompletion,
  ) {}

  @Post()
  @Access('audio:write')
  @Idempotent()
  @ApiOperation({
    summary: 'Begin an upload in parts',
    description:
      'Begins an upload in parts. Send each part by PUT to its URL, several at once if you like, and any of them again; then complete.',
  })
  @ApiCreatedResponse({ type: BegunUploadDto, description: 'It waits for its parts, for a day.' })
  @ApiProblems(
    audioErrors.recording_too_large,
    uploadErrors.too_many_uploads,
    commonErrors.validation_failed,
    storageErrors.storage_unavailable,
  )
  async begin(
    @CurrentActor() actor: Actor,
    @Body() { name, bytes, sha256 }: NewUploadDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BegunUploadDto> {
    const order = { kind: 'parts', name, bytes, sha256: sha256?.toLowerCase() ?? null } as const;
    const upload = await this.uploads.begin(actor, order);
    void reply.header('location', `/api/v1/uploads/${upload.id}`);
    const count = Math.min(MOST_URLS, partCountOf(planOf(upload)));
    const numbers = Array.from({ length: count }, (_, index) => index + 1);
    return { ...toUpload(upload), ...toPartUrls(await this.uploads.partUrls(upload, numbers)) };
  }

  @Get()
  @Access('audio:read')
  @ApiOperation({
    summary: 'List uploads',
    description: 'Uploads of the workspace, newest first, those that are over for a month.',
  })
  @ApiOkResponse({ type: UploadPageDto, description: 'One page.' })
  @ApiProblems(commonErrors.validation_failed)
  async list(
    @CurrentActor() actor: Actor,
    @Query() query: PageQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UploadPageDto> {
    const page = await this.uploads.list(actor.workspaceId, toPageRequest(query));
    return toPage(page, (upload) => toUpload(upload), request, reply);
  }

  @Get(':id')
  @Access('audio:read')
  @ApiOperation({ summary: 'Look at an upload', description: 'How far an upload is, part by part.' })
  @ApiParam(ID)
  @ApiOkResponse({ type: UploadProgressDto, description: 'The upload.' })
  @ApiProblems(uploadErrors.upload_not_found, commonErrors.malformed_request, storageErrors.storage_unavailable)
  async get(@CurrentActor() actor: Actor, @Param('id', ParseUUIDPipe) id: string): Promise<UploadProgressDto> {
    const upload = await this.uploads.get(actor.workspaceId, id);
    return toProgress(upload, await this.uploads.arrivedParts(upload));
  }

  @Post(':id/parts')
  @Access('audio:write')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Get URLs for parts',
    description: 'Gives URLs for parts: those behind the first hundred, or new ones for those that expired.',
  })
  @ApiParam(ID)
  @ApiOkResponse({ type: PartUrlsDto, description: 'Where the parts go.' })
  @ApiProblems(
    uploadErrors.upload_not_found,
    uploadErrors.upload_over,
    uploadErrors.upload_of_another_kind,
    uploadErrors.no_such_part,
    commonErrors.malformed_request,
    commonErrors.validation_failed,
  )
  async parts(
    @CurrentActor() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() { numbers }: PartNumbersDto,
  ): Promise<PartUrlsDto> {
    const upload = await this.uploads.get(actor.workspaceId, id);
    return toPartUrls(await this.uploads.partUrls(upload, numbers));
  }

  @Post(':id/complete')
  @Access('audio:write')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Complete an upload',
    description:
      'Makes the recording of the parts. Asked again, also after an answer that got lost, it gives the same recording.',
  })
  @ApiParam(ID)
  @ApiOkResponse({ type: AudioDto, description: 'The recording.' })
  @ApiProblems(
    uploadErrors.upload_not_found,
    uploadErrors.upload_over,
    uploadErrors.upload_incomplete,
    uploadErrors.upload_of_another_kind,
    audioErrors.checksum_mismatch,
    audioErrors.audio_not_found,
    ...Object.values(mediaErrors),
    commonErrors.malformed_request,
    storageErrors.storage_unavailable,
  )
  async complete(
    @CurrentActor() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AudioDto> {
    const audio = await this.completion.complete(actor.workspaceId, id);
    void reply.header('location', `/api/v1/audio/${audio.id}`);
    return toAudio(audio);
  }

  @Delete(':id')
  @Access('audio:write')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Abort an upload',
    description: 'Gives an upload up. What has come of it is removed; a recording that came of it is not.',
  })
  @ApiParam(ID)
  @ApiNoContentResponse({ description: 'It is over.' })
  @ApiProblems(uploadErrors.upload_not_found, uploadErrors.upload_over, commonErrors.malformed_request)
  async abort(@CurrentActor() actor: Actor, @Param('id', ParseUUIDPipe) id: string): Promise<void> {
    await this.uploads.abort(actor.workspaceId, id);
  }
}
