import { Body, Controller, Delete, Get, HttpCode, Param, ParseUUIDPipe, Post, Put, Query, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { commonErrors } from '#errors';
import { ApiProblems } from '#errors/http';
import { Idempotent } from '#idempotency/http';
import type { Actor } from '#identity';
import { Access, CurrentActor } from '#identity/http';
import { outgoingErrors } from '#outgoing';
import { PageQueryDto, toPage, toPageRequest } from '#paging/http';
import { webhooksErrors } from '../webhooks.errors.js';
import { WebhooksService } from '../webhooks.service.js';
import { EventCatalogueDto, toCatalogue } from './dto/event.dto.js';
import {
  ChangeWebhookDto,
  CreateWebhookDto,
  DEFAULT_OVERLAP_SECONDS,
  RotateWebhookSecretDto,
  toWebhook,
  toWebhookWithSecret,
  WebhookDto,
  WebhookPageDto,
  WebhookWithSecretDto,
} from './dto/webhook.dto.js';

const ID = { name: 'id', format: 'uuid', example: '019aa3a5-0a1b-7c2d-8e3f-405162738495' };
const { malformed_request: malformed, validation_failed: invalid } = commonErrors;
const { webhook_not_found: notFound, too_many_webhooks: tooMany } = webhooksErrors;
const { address_invalid: badAddress, port_refused: badPort, host_not_public: notPublic } = outgoingErrors;

@ApiTags('webhooks')
@Controller({ path: 'webhooks', version: '1' })
export class WebhooksController {
  constructor(private readonly webhooks: WebhooksService) {}

  @Get('events')
  @Access('webhooks:read')
  @ApiOperation({
    summary: 'List types of events',
    description: 'Every type of event there is, when it happens and what it looks like.',
  })
  @ApiOkResponse({ type: EventCatalogueDto, description: 'The whole list.' })
  @ApiProblems()
  events(): EventCatalogueDto {
    return toCatalogue();
  }

  @Get()
  @Access('webhooks:read')
  @ApiOperation({ summary: 'List webhooks', description: 'Webhooks of the workspace, newest first, without their secrets.' })
  @ApiOkResponse({ type: WebhookPageDto, description: 'One page.' })
  @ApiProblems(invalid)
  async list(
    @CurrentActor() actor: Actor,
    @Query() query: PageQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebhookPageDto> {
    return toPage(await this.webhooks.list(actor, toPageRequest(query)), toWebhook, request, reply);
  }

  @Post()
  @Access('webhooks:write')
  @Idempotent()
  @ApiOperation({
    summary: 'Add a webhook',
    description: 'From now on events are sent to the address. Its secret is in the answer, this once.',
  })
  @ApiCreatedResponse({ type: WebhookWithSecretDto, description: 'Added. `Location` is where to look.' })
  @ApiProblems(tooMany, badAddress, badPort, notPublic, malformed, invalid)
  async create(
    @CurrentActor() actor: Actor,
    @Body() { kind = 'standard', name, url, events = [] }: CreateWebhookDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebhookWithSecretDto> {
    const webhook = await this.webhooks.create(actor, { kind, name, url, events });
    void reply.header('location', `/api/v1/webhooks/${webhook.id}`);
    return toWebhookWithSecret(webhook);
  }

  @Get(':id')
  @Access('webhooks:read')
  @ApiOperation({ summary: 'Look at a webhook', description: 'A webhook without its secret.' })
  @ApiParam(ID)
  @ApiOkResponse({ type: WebhookDto, description: 'The webhook.' })
  @ApiProblems(notFound, malformed)
  async get(@CurrentActor() actor: Actor, @Param('id', ParseUUIDPipe) id: string): Promise<WebhookDto> {
    return toWebhook(await this.webhooks.get(actor, id));
  }

  @Put(':id')
  @Access('webhooks:write')
  @ApiOperation({
    summary: 'Change a webhook',
    description: 'Changes what is given and leaves the rest. Deliveries that wait are sent to the new address.',
  })
  @ApiParam(ID)
  @ApiOkResponse({ type: WebhookDto, description: 'The webhook as it is now.' })
  @ApiProblems(notFound, badAddress, badPort, notPublic, malformed, invalid)
  async change(
    @CurrentActor() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: ChangeWebhookDto,
  ): Promise<WebhookDto> {
    return toWebhook(await this.webhooks.change(actor, id, body));
  }

  @Delete(':id')
  @Access('webhooks:write')
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete a webhook', description: 'Removes a webhook with its deliveries.' })
  @ApiParam(ID)
  @ApiNoContentResponse({ description: 'It is gone.' })
  @ApiProblems(notFound, malformed)
  async remove(@CurrentActor() actor: Actor, @Param('id', ParseUUIDPipe) id: string): Promise<void> {
    await this.webhooks.remove(actor, id);
  }

  @Post(':id/rotate-secret')
  @Access('webhooks:write')
  @HttpCode(200)
  @Idempotent()
  @ApiOperation({
    summary: 'Rotate the secret of a webhook',
    description:
      'Gives a webhook a new secret. Deliveries are signed with both for a while; one that did so already ends at once.',
  })
  @ApiParam(ID)
  @ApiOkResponse({ type: WebhookWithSecretDto, description: 'The webhook with its new secret, shown this once.' })
  @ApiProblems(notFound, malformed, invalid)
  async rotate(
    @CurrentActor() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() { overlapSeconds = DEFAULT_OVERLAP_SECONDS }: RotateWebhookSecretDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebhookWithSecretDto> {
    void reply.header('location', `/api/v1/webhooks/${id}`);
    return toWebhookWithSecret(await this.webhooks.rotate(actor, id, overlapSeconds));
  }
}
