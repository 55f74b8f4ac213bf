import { Body, Controller, HttpCode, Post, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { commonErrors } from '#errors';
import { ApiProblems } from '#errors/http';
import type { Actor } from '#identity';
import { Idempotent } from '#idempotency/http';
import { Access, CurrentActor } from '#identity/http';
import { outgoingErrors } from '#outgoing';
import { ImportService } from '../import/import.service.js';
import { uploadErrors } from '../uploads.errors.js';
import { ImportDto } from './dto/import.dto.js';
import { toUpload, UploadDto } from './dto/upload.dto.js';

/** When to ask again while it is fetched, in seconds. */
const ASK_AGAIN_SECONDS = 2;

@ApiTags('audio')
@Controller({ path: 'audio', version: '1' })
export class ImportController {
  constructor(private readonly imports: ImportService) {}

  @Post('import')
  @Access('audio:write')
  @Idempotent()
  @HttpCode(202)
  @ApiOperation({
    summary: 'Import a recording by its URL',
    description:
      'Orders a recording to be fetched from an address. Answers at once; `GET /api/v1/uploads/{id}` tells how far it is, which recording it became, or why it failed.',
  })
  @ApiAcceptedResponse({ type: UploadDto, description: 'Ordered. `Location` is where to look.' })
  @ApiProblems(
    outgoingErrors.address_invalid,
    outgoingErrors.port_refused,
    outgoingErrors.host_not_public,
    uploadErrors.too_many_uploads,
    commonErrors.malformed_request,
    commonErrors.validation_failed,
  )
  async order(
    @CurrentActor() actor: Actor,
    @Body() wish: ImportDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UploadDto> {
    const upload = await this.imports.order(actor, wish);
    void reply.headers({ location: `/api/v1/uploads/${upload.id}`, 'retry-after': ASK_AGAIN_SECONDS });
    return toUpload(upload);
  }
}
