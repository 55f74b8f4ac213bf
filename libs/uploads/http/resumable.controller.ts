import { Readable } from 'node:stream';
import { Controller, Delete, Head, Options, Param, ParseUUIDPipe, Patch, Post, Req, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiCreatedResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import { Server as TusServer } from '@tus/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '#access';
import { audioErrors } from '#audio';
import { commonErrors, FieldError } from '#errors';
import { ApiProblems, TakesBytes } from '#errors/http';
import type { Actor } from '#identity';
import { Access, CurrentActor } from '#identity/http';
import { mediaErrors } from '#media';
import { storageErrors } from '#storage';
import { ResumableUploads } from '../resumable-uploads.js';
import { uploadErrors } from '../uploads.errors.js';
import { UploadsService } from '../uploads.service.js';
import { TusDataStore } from './tus-data-store.js';
import { isTusRefusal, toFieldError } from './tus-refusals.js';
import { UploadLocker } from './upload-locker.js';

const VERSION_SPOKEN = '1.0.0';
const PATH = '/api/v1/uploads/resumable';
const BYTES = 'application/offset+octet-stream';
/** How long a request whose connection is likely dead may take to keep what it has. */
const DRAIN_MS = 500;

const ID = { name: 'id', format: 'uuid', example: '019aa3a1-2b3c-7d4e-8f50-617283940a1b' };
const VERSION = { name: 'Tus-Resumable', required: true, schema: { type: 'string' }, example: VERSION_SPOKEN } as const;
const OFFSET_ANSWER = {
  'Upload-Offset': { description: 'Bytes that are safe.', schema: { type: 'integer', example: 10485760 } },
} as const;
const ANY = [
  uploadErrors.resumable_version_unsupported,
  uploadErrors.resumable_request_malformed,
  uploadErrors.upload_busy,
  storageErrors.storage_unavailable,
] as const;
/** What the last byte can bring to light. */
const OF_THE_WHOLE = [audioErrors.checksum_mismatch, ...Object.values(mediaErrors)];

/**
 * Resumable uploads by tus 1.0 (https://tus.io/protocols/resumable-upload). The library speaks the protocol; access, errors and what
 * is kept are ours.
 */
@ApiTags('uploads')
@Controller({ path: 'uploads/resumable', version: '1' })
export class ResumableController {
  private readonly locker = new UploadLocker();

  constructor(
    private readonly uploads: UploadsService,
    private readonly resumable: ResumableUploads,
  ) {}

  @Post()
  @Access('audio:write')
  @TakesBytes()
  @ApiOperation({
    summary: 'Begin a resumable upload',
    description:
      'Begins a resumable upload; any tus client does this by itself. Upload-Metadata may name `filename` and `sha256` (hexadecimal).',
  })
  @ApiHeader(VERSION)
  @ApiHeader({
    name: 'Upload-Length',
    required: true,
    description: 'Size of the file.',
    schema: { type: 'integer', minimum: 1 },
    example: 52428800,
  })
  @ApiHeader({
    name: 'Upload-Metadata',
    description: 'Names and base64 values.',
    schema: { type: 'string' },
    example: 'filename bWVldGluZy53YXY=',
  })
  @ApiCreatedResponse({
    description: 'It waits for its bytes, for a day.',
    headers: {
      Location: {
        description: 'Where the bytes go.',
        schema: { type: 'string', example: `${PATH}/019aa3a1-2b3c-7d4e-8f50-617283940a1b` },
      },
      'Upload-Expires': {
        description: 'When it is given up.',
        schema: { type: 'string', example: 'Sun, 22 Nov 2026 09:00:00 GMT' },
      },
    },
  })
  @ApiProblems(...ANY, audioErrors.recording_too_large, uploadErrors.too_many_uploads, ...OF_THE_WHOLE)
  async begin(
    @CurrentActor() actor: Actor,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.answer(actor, request, reply, null);
  }

  @Head(':id')
  @Access('audio:write')
  @ApiOperation({ summary: 'Ask where a resumable upload stands', description: 'How far the upload is.' })
  @ApiParam(ID)
  @ApiHeader(VERSION)
  @ApiOkResponse({ description: 'Go on from Upload-Offset.', headers: OFFSET_ANSWER })
  @ApiProblems(...ANY, uploadErrors.upload_not_found, uploadErrors.upload_gone, commonErrors.malformed_request)
  async look(
    @CurrentActor() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.answer(actor, request, reply, id);
  }

  @Patch(':id')
  @Access('audio:write')
  @TakesBytes()
  @ApiOperation({
    summary: 'Send bytes of a resumable upload',
    description:
      'Sends bytes. What came before a connection broke is kept. With the last byte the recording is made, of the same id.',
  })
  @ApiParam(ID)
  @ApiHeader(VERSION)
  @ApiHeader({
    name: 'Upload-Offset',
    required: true,
    description: 'Where the bytes belong.',
    schema: { type: 'integer', minimum: 0 },
    example: 0,
  })
  @ApiConsumes(BYTES)
  @ApiBody({ description: 'The bytes from the offset on, all or some.', schema: { type: 'string', format: 'binary' } })
  @ApiNoContentResponse({ description: 'The bytes are safe.', headers: OFFSET_ANSWER })
  @ApiProblems(
    ...ANY,
    uploadErrors.upload_not_found,
    uploadErrors.upload_gone,
    uploadErrors.upload_offset_mismatch,
    uploadErrors.upload_exceeds_length,
    commonErrors.malformed_request,
    ...OF_THE_WHOLE,
  )
  async send(
    @CurrentActor() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.answer(actor, request, reply, id);
  }

  @Delete(':id')
  @Access('audio:write')
  @ApiOperation({ summary: 'Abort a resumable upload', description: 'Gives the upload up.' })
  @ApiParam(ID)
  @ApiHeader(VERSION)
  @ApiNoContentResponse({ description: 'It is over.' })
  @ApiProblems(...ANY, uploadErrors.upload_not_found, uploadErrors.upload_over, commonErrors.malformed_request)
  async abort(
    @CurrentActor() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.answer(actor, request, reply, id);
  }

  @Options()
  @Public()
  @ApiOperation({ summary: 'Ask what of tus is spoken', description: 'What of the protocol is spoken here.' })
  @ApiNoContentResponse({ description: 'Tus-Version, Tus-Extension and Tus-Max-Size tell.' })
  async options(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    await this.answer({ workspaceId: '', userId: '' }, request, reply, null);
  }

  /** Lets the library answer, and says its refusals and ours as problems. */
  private async answer(
    actor: Pick<Actor, 'workspaceId' | 'userId'>,
    request: FastifyRequest,
    reply: FastifyReply,
    id: string | null,
  ): Promise<void> {
    const path = id === null ? PATH : `${PATH}/${id}`;
    void reply.headers({ 'tus-resumable': VERSION_SPOKEN, 'tus-version': VERSION_SPOKEN });
    // Whatever else is wrong: of another workspace's nobody learns more than of one that is not there.
    if (id !== null) await this.uploads.get(actor.workspaceId, id);
    refuseOtherVersions(request);
    refuseOtherTypes(request);
    let failure: Error | undefined;
    const server = new TusServer({
      path: PATH,
      relativeLocation: true,
      datastore: new TusDataStore(actor, this.uploads, this.resumable),
      locker: this.locker,
      lockDrainTimeout: DRAIN_MS,
      // Only told: refused it is by us, in our words.
      maxSize: request.method === 'OPTIONS' ? this.uploads.mostBytes : 0,
      allowedOrigins: () => false,
      onResponseError: (_request, error) => {
        failure = isTusRefusal(error) ? toFieldError(error) : error;
        return undefined;
      },
      onUploadFinish: async (_request, { id }) => {
        await this.resumable.complete(actor.workspaceId, id);
        return {};
      },
    });
    const response = await server.handleWeb(webRequest(request, path));
    if (failure !== undefined) throw failure;
    if (response.status >= 400) throw toFieldError({ status_code: response.status, body: await response.text() });
    for (const [name, value] of response.headers) if (!name.startsWith('access-control-')) void reply.header(name, value);
    void reply.code(response.status);
  }
}

/** The library speaks the web's own requests. */
function webRequest({ raw, method }: FastifyRequest, path: string): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(raw.headers)) if (value !== undefined) headers.set(name, [value].flat().join(', '));
  const hasBody = method === 'PATCH' || method === 'POST';
  return new Request(`http://steno.invalid${path}`, {
    method,
    headers,
    ...(hasBody ? { body: Readable.toWeb(raw) as ReadableStream, duplex: 'half' } : {}),
  });
}

/** The library would say 400 of versions it does not know; the protocol has 412 for it. */
function refuseOtherVersions({ method, headers }: FastifyRequest): void {
  if (method === 'OPTIONS' || headers['tus-resumable'] === VERSION_SPOKEN) return;
  throw new FieldError(uploadErrors.resumable_version_unsupported, uploadErrors.resumable_version_unsupported.example);
}

/** The library would say 400 or 403; the protocol has 415 for it. */
function refuseOtherTypes({ method, headers }: FastifyRequest): void {
  const type = headers['content-type'];
  if (method !== 'PATCH' || type === BYTES) return;
  const detail = `The bytes of a resumable upload are ${BYTES}. Set the Content-Type header accordingly.`;
  throw new FieldError(commonErrors.unsupported_content_type, detail);
}
