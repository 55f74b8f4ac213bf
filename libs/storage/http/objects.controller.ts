import { Controller, Get, Param, Req, Res, VERSION_NEUTRAL } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ObjectLinks, ObjectStore } from '#storage';
import { sendObject } from './send-object.js';

/** The links that `ObjectStore.signedUrl` makes when objects lie on local disk. The link itself is the permission. */
@Controller({ path: 'objects', version: VERSION_NEUTRAL })
export class ObjectsController {
  constructor(
    private readonly links: ObjectLinks,
    private readonly store: ObjectStore,
  ) {}

  /** A wildcard, because the router refuses named parameters of more than 100 characters and tokens are longer. */
  @Get('*token')
  async read(@Param('*') token: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { key, ...presentation } = this.links.read(token);
    await sendObject(request, reply, this.store, key, presentation);
  }
}
