import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from '@jest/globals';
import { EVENT_CATALOGUE, EVENT_TYPES, examplePayload } from '../event-catalogue.js';
import { messageOf } from '../messages.js';
import { addWebhooksSection } from './webhooks-section.js';

interface Operation {
  operationId: string;
  parameters: { $ref: string }[];
  requestBody: { content: { 'application/json': { schema: { $ref: string }; example: object } } };
}

/** The parts that are looked at. */
interface Section {
  webhooks: Record<string, { post: Operation }>;
  components: {
    schemas: Record<
      string,
      { properties: { data: object }; oneOf: object[]; discriminator: { mapping: Record<string, string> } }
    >;
    parameters: Record<string, { name: string }>;
  };
}

const made = addWebhooksSection({ openapi: '3.1.0', info: { title: '', version: '' }, paths: {} });
const { webhooks, components } = JSON.parse(JSON.stringify(made)) as Section;
const { schemas, parameters: headers } = components;

/** Whether a value is as the schema of a name says, and nothing more. */
function judge(name: string): (value: unknown) => boolean {
  const schema = schemas[name];
  const data = { ...schema?.properties.data, additionalProperties: false };
  const strict = { ...schema, additionalProperties: false, properties: { ...schema?.properties, data } };
  return new Ajv2020({ strict: false, validateFormats: false }).compile(strict);
}

describe('the webhooks of the OpenAPI document', () => {
  it('are one for each type of event', () => {
    expect(Object.keys(webhooks)).toEqual(EVENT_TYPES);
    expect(new Set(EVENT_TYPES.map((type) => webhooks[type]?.post.operationId)).size).toBe(EVENT_TYPES.length);
  });

  it.each(EVENT_TYPES)('show %s as it is sent, with all it carries', (type) => {
    const { schema, example } = webhooks[type]?.post.requestBody.content['application/json'] ?? {};
    const name = schema?.$ref.split('/').at(-1) ?? '';
    const { id, data } = examplePayload(type);
    const { sequence, ...facts } = data;
    const event = { id, type, sequence: String(sequence), facts, createdAt: new Date() };
    const message = messageOf(event, { deliveryId: id, kind: 'standard', secrets: ['whsec_AAAA'], sentAt: new Date() });
    const isRight = judge(name);
    expect([isRight(example), isRight(JSON.parse(message.body))]).toEqual([true, true]);
    expect(isRight({ ...example, type: 'something.else' })).toBe(false);
    for (const fact of Object.keys(EVENT_CATALOGUE[type].facts)) {
      const { [fact]: _, ...others } = data;
      expect([fact, isRight({ ...example, data: others })]).toEqual([fact, false]);
    }
    const named = Object.values(headers).map(({ name: header }) => header.toLowerCase());
    const sent = Object.keys(message.headers).filter((header) => header !== 'content-type');
    expect(sent.toSorted()).toEqual(named.toSorted());
    expect(webhooks[type]?.post.parameters).toHaveLength(named.length);
  });

  it('are together what a route shows of any event', () => {
    const any = schemas.WebhookEventDto;
    expect(any?.oneOf).toHaveLength(EVENT_TYPES.length);
    expect(Object.keys(any?.discriminator.mapping ?? {})).toEqual(EVENT_TYPES);
  });
});
