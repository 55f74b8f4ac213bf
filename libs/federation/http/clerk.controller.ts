import { Controller, HttpCode, type OnModuleInit, Post, Req } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ApiBody, ApiHeader, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Public, Unlimited } from '#access';
import { databaseErrors } from '#database';
import { commonErrors } from '#errors';
import { ApiProblems } from '#errors/http';
import { ClerkWebhooks } from '../clerk/clerk-webhooks.service.js';
import { federationErrors } from '../federation.errors.js';
import { keepRawBody, rawBodyOf } from './raw-body.js';

const PATH = '/api/v1/integrations/clerk/webhook';
const HEADERS = { id: 'svix-id', timestamp: 'svix-timestamp', signature: 'svix-signature' } as const;

@ApiTags('auth')
@Controller({ path: 'integrations/clerk', version: '1' })
export class ClerkController implements OnModuleInit {
  constructor(
    private readonly webhooks: ClerkWebhooks,
    private readonly host: HttpAdapterHost,
  ) {}

  onModuleInit(): void {
    keepRawBody(this.host.httpAdapter.getInstance<FastifyInstance>(), PATH);
  }

  @Post('webhook')
  @Public()
  // Svix delivers in bursts; what it has not signed costs one hash.
  @Unlimited()
  @HttpCode(204)
  @ApiOperation({
    summary: 'Webhook of Clerk',
    description:
      'Takes what Clerk says about its users. Set it up at Clerk as a webhook for user.created, user.updated and user.deleted.',
  })
  @ApiHeader({ name: HEADERS.id, required: true, description: 'Of Svix, who delivers for Clerk.' })
  @ApiHeader({ name: HEADERS.timestamp, required: true, description: 'Seconds since 1970.' })
  @ApiHeader({ name: HEADERS.signature, required: true, description: 'Of id, time and body.' })
  @ApiBody({
    description: 'An event of Clerk.',
    schema: {
      type: 'object',
      properties: {
        type: { type: 'string' },
        object: { type: 'string' },
        data: { type: 'object', properties: { id: { type: 'string' } }, additionalProperties: true },
      },
      example: { type: 'user.deleted', object: 'event', data: { id: 'user_29w83sxmDNGwOuEthce5gg56FcC', deleted: true } },
    },
  })
  @ApiNoContentResponse({ description: 'Taken, or known already.' })
  @ApiProblems(
    federationErrors.webhook_refused,
    commonErrors.malformed_request,
    commonErrors.internal_error,
    databaseErrors.database_unavailable,
  )
  async receive(@Req() request: FastifyRequest): Promise<void> {
    const header = (name: string): string => String(request.headers[name] ?? '');
    await this.webhooks.receive(rawBodyOf(request), {
      id: header(HEADERS.id),
      timestamp: header(HEADERS.timestamp),
      signature: header(HEADERS.signature),
    });
  }
}
