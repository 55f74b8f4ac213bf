import { Body, Controller, Get, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { commonErrors } from '#errors';
import { ApiProblems } from '#errors/http';
import { Idempotent } from '#idempotency/http';
import type { Actor } from '#identity';
import { Access, CurrentActor } from '#identity/http';
import { outgoingErrors } from '#outgoing';
import { examplePayload } from '../event-catalogue.js';
import { webhooksErrors } from '../webhooks.errors.js';
import { WebhooksService } from '../webhooks.service.js';
import { SampleQueryDto, WebhookEventDto } from './dto/event.dto.js';
import { SubscribeRestHookDto, toWebhookWithSecret, WebhookWithSecretDto } from './dto/webhook.dto.js';

const { malformed_request: malformed, validation_failed: invalid } = commonErrors;
const { address_invalid: badAddress, port_refused: badPort, host_not_public: notPublic } = outgoingErrors;

/** Webhooks as tools such as Zapier and n8n make them for themselves. To unsubscribe is to delete the webhook. */
@ApiTags('webhooks')
@Controller({ path: 'webhooks/rest-hooks', version: '1' })
export class RestHooksController {
  constructor(private readonly webhooks: WebhooksService) {}

  @Post()
  @Access('webhooks:write')
  @Idempotent()
  @ApiOperation({
    summary: 'Subscribe a REST hook',
    description:
      'Subscribes an address to one type of event. DELETE /api/v1/webhooks/{id} with the id of the answer unsubscribes it.',
  })
  @ApiCreatedResponse({ type: WebhookWithSecretDto, description: 'Subscribed. `Location` is where to look.' })
  @ApiProblems(webhooksErrors.too_many_webhooks, badAddress, badPort, notPublic, malformed, invalid)
  async subscribe(
    @CurrentActor() actor: Actor,
    @Body() { targetUrl, event }: SubscribeRestHookDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebhookWithSecretDto> {
    const name = `REST hook: ${event}`;
    const webhook = await this.webhooks.create(actor, { kind: 'rest_hook', name, url: targetUrl, events: [event] });
    void reply.header('location', `/api/v1/webhooks/${webhook.id}`);
    return toWebhookWithSecret(webhook);
  }

  @Get('sample')
  @Access('webhooks:read')
  @ApiOperation({
    summary: 'Show a sample for a REST hook',
    description: 'An event as a subscriber gets it, to be mapped before the first one comes: a list, as such tools want it.',
  })
  @ApiOkResponse({ type: [WebhookEventDto], description: 'One event, made up.' })
  @ApiProblems(invalid)
  sample(@Query() { event = 'transcription.completed' }: SampleQueryDto): WebhookEventDto[] {
    return [examplePayload(event)];
  }
}
