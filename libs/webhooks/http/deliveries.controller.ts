import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query, Req, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { commonErrors } from '#errors';
import { ApiProblems } from '#errors/http';
import { Idempotent } from '#idempotency/http';
import type { Actor } from '#identity';
import { Access, CurrentActor } from '#identity/http';
import { toPage, toPageRequest } from '#paging/http';
import { ReplayService } from '../replay.service.js';
import { webhooksErrors } from '../webhooks.errors.js';
import { DeliveriesQueryDto, DeliveryDto, DeliveryPageDto, ReplayedDto, toDelivery, toStatuses } from './dto/delivery.dto.js';
import { ReplayWebhookDto } from './dto/webhook.dto.js';

const ID = { name: 'id', format: 'uuid', example: '019aa3a5-0a1b-7c2d-8e3f-405162738495' };
const DELIVERY_ID = { name: 'deliveryId', format: 'uuid', example: '019aa3a7-2c3d-7e4f-8051-627384950617' };
const { malformed_request: malformed, validation_failed: invalid } = commonErrors;
const {
  webhook_not_found: notFound,
  webhook_delivery_not_found: noDelivery,
  webhook_disabled: disabled,
  webhook_delivery_under_way: underWay,
} = webhooksErrors;

@ApiTags('webhooks')
@Controller({ path: 'webhooks/:id', version: '1' })
export class DeliveriesController {
  constructor(private readonly replays: ReplayService) {}

  @Get('deliveries')
  @Access('webhooks:read')
  @ApiOperation({
    summary: 'List deliveries',
    description: 'What was sent to a webhook in the last 30 days, newest first, with what it answered.',
  })
  @ApiParam(ID)
  @ApiOkResponse({ type: DeliveryPageDto, description: 'One page.' })
  @ApiProblems(notFound, malformed, invalid)
  async list(
    @CurrentActor() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Query() query: DeliveriesQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DeliveryPageDto> {
    const page = await this.replays.list(actor, id, toPageRequest(query), toStatuses(query));
    return toPage(page, toDelivery, request, reply);
  }

  @Get('deliveries/:deliveryId')
  @Access('webhooks:read')
  @ApiOperation({ summary: 'Look at a delivery', description: 'One delivery with its tries.' })
  @ApiParam(ID)
  @ApiParam(DELIVERY_ID)
  @ApiOkResponse({ type: DeliveryDto, description: 'The delivery.' })
  @ApiProblems(notFound, noDelivery, malformed)
  async get(
    @CurrentActor() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Param('deliveryId', ParseUUIDPipe) deliveryId: string,
  ): Promise<DeliveryDto> {
    return toDelivery(await this.replays.get(actor, id, deliveryId));
  }

  @Post('test')
  @Access('webhooks:write')
  @HttpCode(202)
  @Idempotent()
  @ApiOperation({
    summary: 'Test a webhook',
    description: 'Sends an event of the type `webhook.test`, once. Look at the delivery for what came of it.',
  })
  @ApiParam(ID)
  @ApiAcceptedResponse({ type: DeliveryDto, description: 'It is being sent. `Location` is where to look.' })
  @ApiProblems(notFound, malformed)
  async test(
    @CurrentActor() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DeliveryDto> {
    const delivery = await this.replays.test(actor, id);
    void reply.header('location', `/api/v1/webhooks/${id}/deliveries/${delivery.id}`);
    return toDelivery(delivery);
  }

  @Post('deliveries/:deliveryId/replay')
  @Access('webhooks:write')
  @HttpCode(202)
  @Idempotent()
  @ApiOperation({
    summary: 'Replay a delivery',
    description: 'Sends an event once more, with the same `webhook-id` and a new timestamp.',
  })
  @ApiParam(ID)
  @ApiParam(DELIVERY_ID)
  @ApiAcceptedResponse({ type: DeliveryDto, description: 'It is being sent.' })
  @ApiProblems(notFound, noDelivery, disabled, underWay, malformed)
  async replayOne(
    @CurrentActor() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Param('deliveryId', ParseUUIDPipe) deliveryId: string,
  ): Promise<DeliveryDto> {
    return toDelivery(await this.replays.replayOne(actor, id, deliveryId));
  }

  @Post('replay')
  @Access('webhooks:write')
  @HttpCode(202)
  @Idempotent()
  @ApiOperation({
    summary: 'Replay what was missed',
    description:
      'Sends every event the webhook wants and did not get: those that failed, and those it missed while it was disabled.',
  })
  @ApiParam(ID)
  @ApiAcceptedResponse({ type: ReplayedDto, description: 'They are being sent, oldest first.' })
  @ApiProblems(notFound, disabled, malformed, invalid)
  async replayMissed(
    @CurrentActor() actor: Actor,
    @Param('id', ParseUUIDPipe) id: string,
    @Body() { since }: ReplayWebhookDto,
  ): Promise<ReplayedDto> {
    return { deliveries: await this.replays.replayMissed(actor, id, since === undefined ? undefined : new Date(since)) };
  }
}
