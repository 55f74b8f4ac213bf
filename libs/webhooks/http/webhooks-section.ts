import type { OpenAPIObject } from '@nestjs/swagger';
import { EVENT_CATALOGUE, EVENT_TYPES, type EventType, examplePayload } from '../event-catalogue.js';
import { WebhookEventDto } from './dto/event.dto.js';

/** What every delivery to a program bears (`messages.ts`). */
const HEADERS = {
  WebhookId: {
    name: 'webhook-id',
    description: 'The `id` of the event: the same in every try and replay. Leave alone what you have already.',
    schema: { type: 'string', format: 'uuid' },
    example: '019aa3a6-1b2c-7d3e-8f40-516273849506',
  },
  WebhookTimestamp: {
    name: 'webhook-timestamp',
    description: 'When this try was sent, in seconds since 1970. Refuse what is more than five minutes off.',
    schema: { type: 'integer' },
    example: 1772442960,
  },
  WebhookSignature: {
    name: 'webhook-signature',
    description:
      'As Standard Webhooks 1.0.0 says: `v1,` and the HMAC-SHA256 of `webhook-id.webhook-timestamp.body` in base64. With two valid secrets two, with a space between them.',
    schema: { type: 'string' },
    example: 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
  },
  WebhookEvent: {
    name: 'X-Steno-Event',
    description: 'The `type` of the event.',
    schema: { type: 'string' },
    example: 'transcription.completed',
  },
  WebhookDelivery: {
    name: 'X-Steno-Delivery-ID',
    description: 'The delivery, for GET /api/v1/webhooks/{id}/deliveries/{deliveryId}.',
    schema: { type: 'string', format: 'uuid' },
    example: '019aa3a7-2c3d-7e4f-8051-627384950617',
  },
  WebhookPlainSignature: {
    name: 'X-Steno-Signature',
    description:
      '`sha256=` and the HMAC-SHA256 of the body in hexadecimal, with the whole secret as the key. With two valid secrets two, with a comma between them.',
    schema: { type: 'string' },
    example: 'sha256=4f1f7d5b1c0d3f0c8a8e6b2f9d7c5e3a1b9f8d7c6e5a4b3c2d1e0f9a8b7c6d5e',
  },
};

const RESPONSES = {
  '2XX': { description: 'Delivered. Answer within 15 seconds, and do the work afterwards.' },
  '410': { description: 'The endpoint is gone for good: the webhook is disabled at once.' },
  '429': {
    description: 'Tried again later; with `Retry-After` nothing is sent before, for up to an hour. So with 502, 503 and 504.',
  },
  default: { description: 'Tried again by the schedule of retries, nine times in all. Redirects are not followed.' },
};

/** Adds what endpoints are sent to the document: one webhook for each type of event, made of the list that events are sent from. */
export function addWebhooksSection(document: OpenAPIObject): OpenAPIObject {
  const components = (document.components ??= {});
  const schemas = (components.schemas ??= {});
  const parameters = (components.parameters ??= {});
  for (const [name, header] of Object.entries(HEADERS)) parameters[name] = { in: 'header', required: true, ...header } as never;
  for (const type of EVENT_TYPES) schemas[schemaName(type)] = eventSchema(type);
  // What its class can only say loosely.
  schemas[WebhookEventDto.name] = anyEvent();
  return Object.assign(document, { webhooks: Object.fromEntries(EVENT_TYPES.map((type) => [type, { post: operation(type) }])) });
}

/** `transcription.completed` as `TranscriptionCompletedEvent`. */
function schemaName(type: EventType): string {
  const words = type.split('.').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${words.join('')}Event`;
}

function reference(type: EventType): { $ref: string } {
  return { $ref: `#/components/schemas/${schemaName(type)}` };
}

function operation(type: EventType): object {
  const { headline, description } = EVENT_CATALOGUE[type];
  return {
    operationId: `event_${type.replace('.', '_')}`,
    summary: headline,
    description,
    tags: ['webhooks'],
    security: [],
    parameters: Object.keys(HEADERS).map((name) => ({ $ref: `#/components/parameters/${name}` })),
    requestBody: {
      required: true,
      content: { 'application/json': { schema: reference(type), example: examplePayload(type) } },
    },
    responses: RESPONSES,
  };
}

function anyEvent(): object {
  return {
    description: 'An event as endpoints are sent it; `type` says which.',
    oneOf: EVENT_TYPES.map(reference),
    discriminator: {
      propertyName: 'type',
      mapping: Object.fromEntries(EVENT_TYPES.map((type) => [type, reference(type).$ref])),
    },
  };
}

function eventSchema(type: EventType): object {
  const { description, facts } = EVENT_CATALOGUE[type];
  const example = examplePayload(type);
  return {
    type: 'object',
    description,
    required: ['id', 'type', 'timestamp', 'data'],
    properties: {
      id: {
        type: 'string',
        format: 'uuid',
        description:
          'As in the header webhook-id; the same in every try and replay. An event may come twice: leave alone what you have.',
        example: example.id,
      },
      type: { type: 'string', const: type, example: type },
      timestamp: { type: 'string', format: 'date-time', description: 'When it happened.', example: example.timestamp },
      data: {
        type: 'object',
        description: 'Ids and small facts; what was said is fetched with the ids.',
        required: [...Object.keys(facts), 'sequence'],
        properties: {
          ...facts,
          sequence: {
            type: 'integer',
            format: 'int64',
            description: 'Grows with every event about the same thing, for events may overtake one another.',
            example: example.data.sequence,
          },
        },
      },
    },
  };
}
