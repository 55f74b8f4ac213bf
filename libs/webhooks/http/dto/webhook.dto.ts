import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsIn,
  IsInt,
  IsISO8601,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import {
  DISABLED_REASONS,
  type DisabledReason,
  WEBHOOK_KINDS,
  WEBHOOK_STATUSES,
  type WebhookKind,
  type WebhookStatus,
} from '#database';
import { MAX_ADDRESS_LENGTH } from '#outgoing';
import { PageDto } from '#paging/http';
import { type EventType, SUBSCRIBABLE_TYPES } from '../../event-catalogue.js';
import type { Webhook, WebhookWithSecret } from '../../webhooks.service.js';

/** As long as a key of ours may overlap. */
const LONGEST_OVERLAP_SECONDS = 7 * 86_400;
export const DEFAULT_OVERLAP_SECONDS = 86_400;

const OWN_KINDS = ['standard', 'slack', 'discord'] as const;

const NAME = { example: 'Newsroom archive', minLength: 1, maxLength: 100 };
const URL_OF_ENDPOINT = {
  format: 'uri',
  example: 'https://hooks.example.com/steno',
  maxLength: MAX_ADDRESS_LENGTH,
  description: 'On the public internet, unless the operator allows inner hosts. It is kept sealed.',
};
const EVENTS = {
  enum: SUBSCRIBABLE_TYPES,
  enumName: 'WebhookEventType',
  isArray: true,
  example: ['transcription.completed', 'transcription.failed'],
  description: 'Types of events that are wanted; none: all, also those that are yet to come.',
};

function IsName(): PropertyDecorator {
  return Matches(/^[^\p{C}]*[^\p{C}\s][^\p{C}]*$/u, { message: 'name must hold something to read and no control characters' });
}

export class CreateWebhookDto {
  @ApiProperty(NAME)
  @IsString()
  @IsName()
  @MaxLength(100)
  name!: string;

  @ApiProperty(URL_OF_ENDPOINT)
  @IsString()
  @MaxLength(MAX_ADDRESS_LENGTH)
  url!: string;

  @ApiPropertyOptional({
    enum: OWN_KINDS,
    default: 'standard',
    example: 'standard',
    description:
      '`standard`: signed JSON for programs; `slack`, `discord`: a short text for the incoming webhook of such a chat.',
  })
  @IsOptional()
  @IsIn(OWN_KINDS)
  kind?: (typeof OWN_KINDS)[number];

  @ApiPropertyOptional(EVENTS)
  @IsOptional()
  @ArrayMaxSize(SUBSCRIBABLE_TYPES.length)
  @ArrayUnique()
  @IsIn(SUBSCRIBABLE_TYPES, { each: true })
  events?: EventType[];
}

export class ChangeWebhookDto {
  @ApiPropertyOptional(NAME)
  @IsOptional()
  @IsString()
  @IsName()
  @MaxLength(100)
  name?: string;

  @ApiPropertyOptional(URL_OF_ENDPOINT)
  @IsOptional()
  @IsString()
  @MaxLength(MAX_ADDRESS_LENGTH)
  url?: string;

  @ApiPropertyOptional(EVENTS)
  @IsOptional()
  @ArrayMaxSize(SUBSCRIBABLE_TYPES.length)
  @ArrayUnique()
  @IsIn(SUBSCRIBABLE_TYPES, { each: true })
  events?: EventType[];

  @ApiPropertyOptional({
    enum: WEBHOOK_STATUSES,
    enumName: 'WebhookStatus',
    example: 'active',
    description:
      'One that is made active begins anew. If it was disabled because it was gone or failing, what it missed is sent now; otherwise POST /api/v1/webhooks/{id}/replay has that done.',
  })
  @IsOptional()
  @IsIn(WEBHOOK_STATUSES)
  status?: WebhookStatus;
}

export class RotateWebhookSecretDto {
  @ApiPropertyOptional({
    minimum: 0,
    maximum: LONGEST_OVERLAP_SECONDS,
    default: DEFAULT_OVERLAP_SECONDS,
    example: DEFAULT_OVERLAP_SECONDS,
    description: 'How long deliveries are signed with the secret of now, too; 0 ends it at once.',
  })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(LONGEST_OVERLAP_SECONDS)
  overlapSeconds?: number;
}

export class SubscribeRestHookDto {
  @ApiProperty({ ...URL_OF_ENDPOINT, example: 'https://hooks.zapier.com/hooks/standard/123456/abcdef/' })
  @IsString()
  @MaxLength(MAX_ADDRESS_LENGTH)
  targetUrl!: string;

  @ApiProperty({ enum: SUBSCRIBABLE_TYPES, enumName: 'WebhookEventType', example: 'transcription.completed' })
  @IsIn(SUBSCRIBABLE_TYPES)
  event!: EventType;
}

export class ReplayWebhookDto {
  @ApiPropertyOptional({
    format: 'date-time',
    example: '2026-03-01T00:00:00.000Z',
    description:
      'Events that happened before are left out. By default from when the webhook was made; events are kept for 30 days.',
  })
  @IsOptional()
  @IsISO8601({ strict: true })
  since?: string;
}

export class WebhookDto {
  @ApiProperty({ format: 'uuid', example: '019aa3a5-0a1b-7c2d-8e3f-405162738495' })
  id!: string;

  @ApiProperty({ enum: WEBHOOK_KINDS, enumName: 'WebhookKind', example: 'standard' })
  kind!: WebhookKind;

  @ApiProperty(NAME)
  name!: string;

  @ApiProperty(URL_OF_ENDPOINT)
  url!: string;

  @ApiProperty(EVENTS)
  events!: string[];

  @ApiProperty({ enum: WEBHOOK_STATUSES, enumName: 'WebhookStatus', example: 'active' })
  status!: WebhookStatus;

  @ApiProperty({
    type: String,
    nullable: true,
    enum: [...DISABLED_REASONS, null],
    example: null,
    description:
      '`by_user`: somebody did it; `gone`: it answered 410; `failing`: 10 events in a row used up their tries, or nothing could be delivered for 120 hours.',
  })
  disabledReason!: DisabledReason | null;

  @ApiProperty({ type: String, nullable: true, format: 'date-time', example: null })
  disabledAt!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    format: 'date-time',
    example: null,
    description: 'Since when no delivery succeeded; null when the last did.',
  })
  failingSince!: string | null;

  @ApiProperty({ type: String, nullable: true, format: 'date-time', example: '2026-03-02T09:20:00.000Z' })
  lastDeliveredAt!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    format: 'date-time',
    example: null,
    description: 'Until when the secret before the current one signs, too.',
  })
  previousSecretUntil!: string | null;

  @ApiProperty({ format: 'date-time', example: '2026-03-02T09:15:00.000Z' })
  createdAt!: string;

  @ApiProperty({ format: 'date-time', example: '2026-03-02T09:15:00.000Z' })
  updatedAt!: string;
}

export class WebhookWithSecretDto extends WebhookDto {
  @ApiProperty({
    example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKY==',
    description: 'What deliveries are signed with. Shown this once.',
  })
  secret!: string;
}

export class WebhookPageDto extends PageDto {
  @ApiProperty({ type: [WebhookDto] })
  data!: WebhookDto[];
}

/** What may be seen of an webhook. */
export function toWebhook(webhook: Webhook): WebhookDto {
  const { id, kind, name, url, events, status, disabledReason, previousSecretUntil } = webhook;
  const overlaps = previousSecretUntil !== null && previousSecretUntil > new Date();
  return {
    id,
    kind,
    name,
    url,
    events,
    status,
    disabledReason,
    disabledAt: webhook.disabledAt?.toISOString() ?? null,
    failingSince: webhook.failingSince?.toISOString() ?? null,
    lastDeliveredAt: webhook.lastDeliveredAt?.toISOString() ?? null,
    previousSecretUntil: overlaps ? previousSecretUntil.toISOString() : null,
    createdAt: webhook.createdAt.toISOString(),
    updatedAt: webhook.updatedAt.toISOString(),
  };
}

/** The same with its secret. */
export function toWebhookWithSecret(webhook: WebhookWithSecret): WebhookWithSecretDto {
  return { ...toWebhook(webhook), secret: webhook.secret };
}
