import { Body, Controller, Delete, Get, HttpCode, Param, ParseUUIDPipe, Post, Query, Req, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiProduces,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Audio } from '#database';
import { commonErrors } from '#errors';
import { ApiProblems, TakesForm } from '#errors/http';
import type { Actor } from '#identity';
import { Idempotent } from '#idempotency/http';
import { Access, CurrentActor } from '#identity/http';
import { mediaErrors } from '#media';
import { PageQueryDto, toPage, toPageRequest } from '#paging/http';
import { ObjectStore, storageErrors } from '#storage';
import { sendObject } from '#storage/http';
import { audioErrors } from '../audio.errors.js';
import { AudioService } from '../audio.service.js';
import { SecondTracksService } from '../second-tracks.service.js';
import { AudioDto, AudioPageDto, LinkDto, LinkQueryDto, toAudio, UploadFormDto } from './dto/audio.dto.js';
import { SecondTrackDto, TrackQueryDto } from './dto/track.dto.js';
import { readRecordingForm } from './recording-form.js';

const DEFAULT_LINK_SECONDS = 3_600;

const NOT_OF_UPLOADS: object[] = [
  audioErrors.audio_not_found,
  audioErrors.checksum_mismatch,
  audioErrors.second_track_exists,
  audioErrors.same_recording,
  audioErrors.track_not_found,
];

/** What can be wrong with a recording that is sent. */
export const UPLOAD_ERRORS = [
  ...Object.values(audioErrors).filter((error) => !NOT_OF_UPLOADS.includes(error)),
  ...Object.values(mediaErrors),
];

@ApiTags('audio')
@Controller({ path: 'audio', version: '1' })
export class AudioController {
  constructor(
    private readonly audio: AudioService,
    private readonly secondTracks: SecondTracksService,
    private readonly store: ObjectStore,
  ) {}

  @Post('upload')
  @Access('audio:write')
  @Idempotent()
  @ApiOperation({
    summary: 'Upload a recording',
    description: 'Takes a recording, streamed to the store while it arrives. The bytes decide what it is, not its name.',
  })
  @TakesForm()
  @ApiBody({ type: UploadFormDto })
  @ApiCreatedResponse({ type: AudioDto, description: 'The recording is stored.' })
  @ApiProblems(...UPLOAD_ERRORS, commonErrors.validation_failed, storageErrors.storage_unavailable)
  async upload(
    @CurrentActor() actor: Actor,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AudioDto> {
    const { taken } = await readRecordingForm(request, null, this.audio, actor);
    void reply.header('location', `/api/v1/audio/${taken.id}`);
    return this.withTracks(taken);
  }

  @Post(':id/second-track')
  @Access('audio:write')
  @Idempotent()
  @ApiOperation({
    summary: 'Make a recording the second track of another',
    description:
      'Joins two recordings of one event, such as a microphone and what the computer played. They are aligned by their sound, transcribed apart, and what one caught of the other is taken out, so that each line has the speaker of its track. The other recording is then no longer one of its own.',
  })
  @ApiParam({ name: 'id', format: 'uuid', example: '019aa3a1-2b3c-7d4e-8f50-617283940a1b' })
  @ApiCreatedResponse({ type: AudioDto, description: 'The recording has two tracks now.' })
  @ApiProblems(
    audioErrors.audio_not_found,
    audioErrors.second_track_exists,
    audioErrors.same_recording,
    commonErrors.malformed_request,
    commonErrors.validation_failed,
  )
  async join(
    @CurrentActor() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() { audioId, ...names }: SecondTrackDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AudioDto> {
    const audio = await this.secondTracks.join(actor.workspaceId, id, audioId, names);
    void reply.header('location', `/api/v1/audio/${id}`);
    return this.withTracks(audio);
  }

  @Get()
  @Access('audio:read')
  @ApiOperation({ summary: 'List recordings', description: 'Recordings of the workspace, newest first.' })
  @ApiOkResponse({ type: AudioPageDto, description: 'One page.' })
  @ApiProblems(commonErrors.validation_failed)
  async list(
    @CurrentActor() actor: Actor,
    @Query() query: PageQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AudioPageDto> {
    const page = await this.audio.list(actor.workspaceId, toPageRequest(query));
    const seconds = await this.secondTracks.ofAll(actor.workspaceId, page.items);
    return toPage(page, (audio) => toAudio(audio, seconds.get(audio.id) ?? null), request, reply);
  }

  @Get(':id')
  @Access('audio:read')
  @ApiOperation({ summary: 'Look at a recording', description: 'One recording.' })
  @ApiParam({ name: 'id', format: 'uuid', example: '019aa3a1-2b3c-7d4e-8f50-617283940a1b' })
  @ApiOkResponse({ type: AudioDto, description: 'The recording.' })
  @ApiProblems(audioErrors.audio_not_found, commonErrors.malformed_request)
  async get(@CurrentActor() actor: Actor, @Param('id', ParseUUIDPipe) id: string): Promise<AudioDto> {
    return this.withTracks(await this.audio.get(actor.workspaceId, id));
  }

  @Get(':id/download')
  @Access('audio:read')
  @ApiOperation({ summary: 'Download a recording', description: 'The recording itself; `Range` gives a part of it.' })
  @ApiParam({ name: 'id', format: 'uuid', example: '019aa3a1-2b3c-7d4e-8f50-617283940a1b' })
  @ApiProduces('application/octet-stream')
  @ApiOkResponse({
    description: 'The file as it was uploaded; of two tracks their mix, once there is one.',
    content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
  })
  @ApiResponse({
    status: 206,
    description: 'The part that Range asked for.',
    content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
  })
  @ApiResponse({ status: 304, description: 'If-None-Match has it already.' })
  @ApiProblems(
    audioErrors.audio_not_found,
    audioErrors.track_not_found,
    commonErrors.malformed_request,
    commonErrors.validation_failed,
    storageErrors.range_not_satisfiable,
    storageErrors.storage_unavailable,
  )
  async download(
    @CurrentActor() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { track }: TrackQueryDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { objectKey, ...file } = await this.secondTracks.fileOf(await this.audio.get(actor.workspaceId, id), track);
    await sendObject(request, reply, this.store, objectKey, file);
  }

  @Get(':id/url')
  @Access('audio:read')
  @ApiOperation({
    summary: 'Get a link to a recording',
    description: 'A link that needs no token and stops working after a while; give it to a player.',
  })
  @ApiParam({ name: 'id', format: 'uuid', example: '019aa3a1-2b3c-7d4e-8f50-617283940a1b' })
  @ApiOkResponse({ type: LinkDto, description: 'The link.' })
  @ApiProblems(
    audioErrors.audio_not_found,
    audioErrors.track_not_found,
    commonErrors.malformed_request,
    commonErrors.validation_failed,
  )
  async url(
    @CurrentActor() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() { expiration = DEFAULT_LINK_SECONDS, track }: LinkQueryDto,
  ): Promise<LinkDto> {
    const file = await this.secondTracks.fileOf(await this.audio.get(actor.workspaceId, id), track);
    return { url: await this.audio.link(file, expiration), expiresAt: new Date(Date.now() + expiration * 1_000).toISOString() };
  }

  @Delete(':id')
  @Access('audio:write')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Delete a recording',
    description: 'Removes the recording and its file. Transcripts made from it stay.',
  })
  @ApiParam({ name: 'id', format: 'uuid', example: '019aa3a1-2b3c-7d4e-8f50-617283940a1b' })
  @ApiNoContentResponse({ description: 'It is gone.' })
  @ApiProblems(audioErrors.audio_not_found, commonErrors.malformed_request)
  async remove(@CurrentActor() actor: Actor, @Param('id', ParseUUIDPipe) id: string): Promise<void> {
    await this.audio.remove(actor.workspaceId, id);
  }

  private async withTracks(audio: Audio): Promise<AudioDto> {
    return toAudio(audio, await this.secondTracks.of(audio));
  }
}
