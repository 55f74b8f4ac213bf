import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import type { DeliveryAttempt, DeliveryStatus } from '#database';
import { PageDto, PageQueryDto } from '#paging/http';
import type { ListedDelivery } from '../../deliveries.repository.js';
import { payloadOf } from '../../messages.js';
import { WebhookEventDto } from './event.dto.js';

/** That some of those that wait have no job is of no concern to others. */
const SHOWN_STATUSES = ['waiting', 'sending', 'delivered', 'failed', 'missed'] as const;
type ShownStatus = (typeof SHOWN_STATUSES)[number];

const STATUS = { enum: SHOWN_STATUSES, enumName: 'WebhookDeliveryStatus', example: 'delivered' };

export class DeliveriesQueryDto extends PageQueryDto {
  @ApiPropertyOptional(STATUS)
  @IsOptional()
  @IsIn(SHOWN_STATUSES)
  status?: ShownStatus;
}

export class DeliveryAttemptDto implements DeliveryAttempt {
  @ApiProperty({ format: 'date-time', example: '2026-03-02T09:15:01.000Z' })
  at!: string;

  @ApiProperty({ example: 84, description: 'Until it was answered, or given up; 15 000 at most.' })
  milliseconds!: number;

  @ApiProperty({ type: Number, nullable: true, example: 200, description: 'What the endpoint answered; null when it did not.' })
  status!: number | null;

  @ApiProperty({ type: String, nullable: true, example: null, description: 'Why the try failed; null when it did not.' })
  error!: string | null;

  @ApiProperty({ example: 'ok', description: 'The beginning of the answer, at most 1000 bytes.' })
  response!: string;
}

export class DeliveryDto {
  @ApiProperty({ format: 'uuid', example: '019aa3a7-2c3d-7e4f-8051-627384950617', description: 'As in X-Steno-Delivery-ID.' })
  id!: string;

  @ApiProperty({ type: WebhookEventDto, description: 'What is sent.' })
  event!: WebhookEventDto;

  @ApiProperty({
    ...STATUS,
    description:
      '`waiting` for its first or next try; `failed`: all nine tries did; `missed`: the webhook was disabled. The last two can be replayed.',
  })
  status!: ShownStatus;

  @ApiProperty({ example: 0, description: 'How many tries have failed, since it was last replayed.' })
  failedTries!: number;

  @ApiProperty({ type: String, nullable: true, format: 'date-time', example: null })
  nextTryAt!: string | null;

  @ApiProperty({ type: [DeliveryAttemptDto], description: 'The latest tries, oldest first; 18 at most.' })
  attempts!: DeliveryAttemptDto[];

  @ApiProperty({ format: 'date-time', example: '2026-03-02T09:15:00.000Z' })
  createdAt!: string;

  @ApiProperty({ type: String, nullable: true, format: 'date-time', example: '2026-03-02T09:15:01.000Z' })
  finishedAt!: string | null;
}

export class DeliveryPageDto extends PageDto {
  @ApiProperty({ type: [DeliveryDto] })
  data!: DeliveryDto[];
}

export class ReplayedDto {
  @ApiProperty({ example: 12, description: 'Events that are sent now; 10 000 at most. Ask again for more.' })
  deliveries!: number;
}

/** The statuses a filter means. */
export function toStatuses({ status }: DeliveriesQueryDto): DeliveryStatus[] {
  if (status === undefined) return [];
  return status === 'waiting' ? ['waiting', 'parked'] : [status];
}

export function toDelivery(delivery: ListedDelivery): DeliveryDto {
  const { id, event, status, tries, dueAt, attempts, createdAt, finishedAt } = delivery;
  return {
    id,
    event: payloadOf(event),
    status: status === 'parked' ? 'waiting' : status,
    failedTries: tries,
    nextTryAt: dueAt?.toISOString() ?? null,
    attempts,
    createdAt: createdAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
  };
}
