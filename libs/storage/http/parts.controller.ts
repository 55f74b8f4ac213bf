import type { IncomingMessage } from 'node:http';
import { Controller, HttpCode, Param, Put, Req, Res, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiNoContentResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public, Unlimited } from '#access';
import { FieldError } from '#errors';
import { ApiProblems, TakesBytes } from '#errors/http';
import { DiskObjectStore } from '../disk-object-store.js';
import { ObjectLinks, type PartLink } from '../object-links.js';
import { ObjectStore, type StoredPart } from '../object-store.js';
import { releasing } from '../source.js';
import { partRefused, storageErrors } from '../storage.errors.js';

/** The URLs that `ObjectStore.partUrl` makes when objects lie on local disk. The URL itself is the permission. */
@ApiTags('uploads')
@Controller({ path: 'objects/parts', version: VERSION_NEUTRAL })
export class PartsController {
  constructor(
    private readonly links: ObjectLinks,
    private readonly store: ObjectStore,
  ) {}

  @Put(':token')
  @Public()
  @Unlimited()
  @HttpCode(204)
  @TakesBytes()
  @ApiOperation({
    summary: 'Send a part of an upload',
    description: 'Takes one part of an upload by the URL it was given, where this server keeps its files itself.',
  })
  @ApiParam({ name: 'token', description: 'From the URL of the part.', example: 'eyJrZXkiOiJ3b3Jrc3BhY2VzLy4uLiJ9.c2lnbmF0dXJl' })
  @ApiConsumes('application/octet-stream')
  @ApiBody({
    description: 'The bytes of the part, exactly as many as the upload says.',
    schema: { type: 'string', format: 'binary' },
  })
  @ApiNoContentResponse({
    description: 'The part has arrived.',
    headers: { ETag: { description: 'Names this part as it arrived.', schema: { type: 'string', example: '"0199c1f0"' } } },
  })
  @ApiProblems(
    storageErrors.link_invalid,
    storageErrors.link_expired,
    storageErrors.parts_not_found,
    storageErrors.part_refused,
    storageErrors.storage_unavailable,
    storageErrors.insufficient_storage,
  )
  async put(
    @Param('token') token: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const link = this.links.readPart(token);
    // A URL of a part works from any site, as one of S3 does.
    void reply.header('cross-origin-resource-policy', 'cross-origin');
    if (!(this.store instanceof DiskObjectStore))
      throw new FieldError(storageErrors.link_invalid, storageErrors.link_invalid.example);
    const { etag } = await this.receive(this.store, link, request.raw);
    void reply.header('etag', etag);
  }

  /** Does not destroy the request when the part is refused: its sender is to read the answer. */
  private async receive(store: DiskObjectStore, link: PartLink, body: IncomingMessage): Promise<StoredPart> {
    try {
      const chunks = releasing(body.iterator({ destroyOnReturn: false }));
      return await store.receivePart(link, Number(body.headers['content-length']), chunks);
    } catch (error) {
      if (!body.complete && body.destroyed) throw partRefused('The part broke off before it was complete. Send it again whole.');
      throw error;
    }
  }
}
