import { Controller, Get, Param, Req, Res, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public, Unlimited } from '#access';
import { commonErrors } from '#errors';
import { ApiProblems } from '#errors/http';
import { ObjectLinks } from '../object-links.js';
import { ObjectStore } from '../object-store.js';
import { storageErrors } from '../storage.errors.js';
import { sendObject } from './send-object.js';

const FILE = { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } };

/** The links that `ObjectStore.signedUrl` makes when objects lie on local disk. The link itself is the permission. */
@ApiTags('audio')
@Controller({ path: 'objects', version: VERSION_NEUTRAL })
export class ObjectsController {
  constructor(
    private readonly links: ObjectLinks,
    private readonly store: ObjectStore,
  ) {}

  @Get(':token')
  @Public()
  @Unlimited()
  @ApiOperation({
    summary: 'Follow a link to a recording',
    description: 'Gives the file behind a link of GET audio/{id}/url, where this server keeps its files itself.',
  })
  @ApiParam({ name: 'token', description: 'From the link.', example: 'eyJrZXkiOiJ3b3Jrc3BhY2VzLy4uLiJ9.c2lnbmF0dXJl' })
  @ApiProduces('application/octet-stream')
  @ApiOkResponse({ description: 'The file.', content: FILE })
  @ApiResponse({ status: 206, description: 'The part that Range asked for.', content: FILE })
  @ApiResponse({ status: 304, description: 'If-None-Match has it already.' })
  @ApiProblems(
    storageErrors.link_invalid,
    storageErrors.link_expired,
    storageErrors.object_not_found,
    storageErrors.range_not_satisfiable,
    storageErrors.storage_unavailable,
    commonErrors.internal_error,
  )
  async read(@Param('token') token: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { key, ...presentation } = this.links.read(token);
    // A link is its own permission: a player on any site may use it, as it may one of S3.
    void reply.header('cross-origin-resource-policy', 'cross-origin');
    await sendObject(request, reply, this.store, key, presentation);
  }
}
