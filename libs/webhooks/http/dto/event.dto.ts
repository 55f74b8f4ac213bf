import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import {
  EVENT_CATALOGUE,
  EVENT_TYPES,
  type EventPayload,
  type EventType,
  examplePayload,
  SUBSCRIBABLE_TYPES,
} from '../../event-catalogue.js';

const EXAMPLE = examplePayload('transcription.completed');
const TYPE = { enum: EVENT_TYPES, enumName: 'WebhookEventTypeSent', example: EXAMPLE.type };

/** What an endpoint is sent. */
export class WebhookEventDto implements EventPayload {
  @ApiProperty({
    format: 'uuid',
    example: EXAMPLE.id,
    description:
      'As in the header webhook-id; the same in every try and replay. An event may come twice: leave alone what you have.',
  })
  id!: string;

  @ApiProperty(TYPE)
  type!: EventType;

  @ApiProperty({ format: 'date-time', example: EXAMPLE.timestamp, description: 'When it happened.' })
  timestamp!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: EXAMPLE.data,
    description:
      'Ids and small facts; what was said is fetched with the ids. `sequence` grows with every event about the same thing, for events may overtake one another.',
  })
  data!: EventPayload['data'];
}

/** A line of the catalogue. */
export class EventTypeDto {
  @ApiProperty(TYPE)
  type!: EventType;

  @ApiProperty({ example: EVENT_CATALOGUE['transcription.completed'].description })
  description!: string;

  @ApiProperty({ type: WebhookEventDto })
  example!: WebhookEventDto;
}

export class EventCatalogueDto {
  @ApiProperty({ type: [EventTypeDto] })
  data!: EventTypeDto[];
}

export class SampleQueryDto {
  @ApiPropertyOptional({
    enum: SUBSCRIBABLE_TYPES,
    enumName: 'WebhookEventType',
    default: 'transcription.completed',
    example: 'transcription.completed',
  })
  @IsOptional()
  @IsIn(SUBSCRIBABLE_TYPES)
  event?: EventType;
}

/** Everything endpoints can be told of. */
export function toCatalogue(): EventCatalogueDto {
  const line = (type: EventType): EventTypeDto => ({
    type,
    description: EVENT_CATALOGUE[type].description,
    example: examplePayload(type),
  });
  return { data: EVENT_TYPES.map(line) };
}
