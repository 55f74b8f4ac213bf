import { describe, expect, it } from '@jest/globals';
import { openApiBreaks } from './openapi-breaks.ts';

const json = (schema: object) => ({ content: { 'application/json': { schema } } });
const AUDIO = {
  type: 'object',
  properties: {
    id: { type: 'string', format: 'uuid' },
    name: { type: ['string', 'null'] },
    tracks: { type: 'array', items: { type: 'object', properties: { seconds: { type: 'integer' } } } },
  },
  required: ['id', 'name'],
};
const WISH = {
  type: 'object',
  properties: {
    name: { type: 'string', maxLength: 100 },
    kind: { type: 'string', enum: ['a', 'b'] },
    count: { type: 'number', minimum: 1 },
  },
  required: ['name'],
};
const EVENT = { type: 'object', properties: { id: { type: 'string' }, type: { type: 'string', const: 'audio.uploaded' } } };
const QUERY = { in: 'query', name: 'limit', schema: { type: 'integer', maximum: 100 } };

interface Parts {
  audio?: object;
  wish?: object;
  event?: object;
  operation?: object;
  paths?: object;
}

function documentOf({ audio = AUDIO, wish = WISH, event = EVENT, operation = {}, paths }: Parts = {}): object {
  const post = {
    security: [],
    parameters: [QUERY],
    requestBody: json({ $ref: '#/components/schemas/Wish' }),
    responses: { 201: json({ $ref: '#/components/schemas/Audio' }), 404: json({ type: 'object' }) },
    ...operation,
  };
  return {
    paths: paths ?? { '/audio': { post } },
    webhooks: { 'audio.uploaded': { post: { requestBody: json({ $ref: '#/components/schemas/Event' }) } } },
    components: { schemas: { Audio: audio, Wish: wish, Event: event } },
  };
}

const breaksOf = (parts: Parts): string[] => openApiBreaks(documentOf(), documentOf(parts));
const audioWith = (properties: object, required = AUDIO.required): Parts => ({
  audio: { ...AUDIO, properties: { ...AUDIO.properties, ...properties }, required },
});
const wishWith = (properties: object, required = WISH.required): Parts => ({
  wish: { ...WISH, properties: { ...WISH.properties, ...properties }, required },
});

describe('what programs would miss', () => {
  it('is nothing where nothing changed, or only more is there', () => {
    expect(breaksOf({})).toEqual([]);
    expect(breaksOf(audioWith({ more: { type: 'string' } }, ['id', 'name', 'more']))).toEqual([]);
    expect(breaksOf(wishWith({ more: { type: 'string' }, kind: { type: 'string', enum: ['a', 'b', 'c'] } }, []))).toEqual([]);
    expect(breaksOf({ operation: { parameters: [QUERY, { in: 'query', name: 'page', schema: { type: 'integer' } }] } })).toEqual(
      [],
    );
  });

  it('is a route or an event that is gone', () => {
    expect(breaksOf({ paths: {} })).toEqual(['POST /audio: it is gone.']);
    expect(breaksOf({ paths: { '/audio': { get: {} } } })).toEqual(['POST /audio: it is gone.']);
    const without = { ...documentOf(), webhooks: {} };
    expect(openApiBreaks(documentOf(), without)).toEqual(['event audio.uploaded: it is gone.']);
  });

  it('is a route that asks for credentials now', () => {
    const sentence = 'POST /audio: it was open to everyone and asks for credentials now.';
    expect(breaksOf({ operation: { security: [{ bearer: [] }] } })).toEqual([sentence]);
  });

  it('is an answer without a field, a status or a kind of body it had', () => {
    const { name: _, ...others } = AUDIO.properties;
    expect(breaksOf({ audio: { ...AUDIO, properties: others } })).toEqual(['POST /audio 201 name: it is gone.']);
    expect(breaksOf(audioWith({}, ['id']))).toEqual(['POST /audio 201 name: it may be missing now.']);
    expect(breaksOf({ operation: { responses: { 200: json(AUDIO) } } })).toEqual([
      'POST /audio: it does not answer 201 any more.',
    ]);
    const text = { 201: { content: { 'text/plain': { schema: { type: 'string' } } } } };
    expect(breaksOf({ operation: { responses: text } })).toEqual(['POST /audio 201: application/json is gone.']);
  });

  it('is an answer of another type, however deep', () => {
    expect(breaksOf(audioWith({ id: { type: 'integer' } }))).toEqual(['POST /audio 201 id: it was string and is integer.']);
    expect(breaksOf(audioWith({ id: { type: ['string', 'null'], format: 'uuid' } }))).toEqual([
      'POST /audio 201 id: it was string and is string or null.',
    ]);
    expect(breaksOf(audioWith({ id: { type: 'string', format: 'uri' } }))).toEqual([
      'POST /audio 201 id: its format was uuid and is uri.',
    ]);
    const track = { type: 'object', properties: { seconds: { type: 'number' } } };
    expect(breaksOf(audioWith({ tracks: { type: 'array', items: track } }))).toEqual([
      'POST /audio 201 tracks[] seconds: it was integer and is number.',
    ]);
    expect(breaksOf(audioWith({ name: { type: 'string' } }))).toEqual([]);
  });

  it('is an answer that is one of several now, of which one does not fit', () => {
    const { tracks: _, ...fewer } = AUDIO.properties;
    const other = { ...AUDIO, properties: fewer };
    expect(breaksOf({ audio: { oneOf: [AUDIO, other] } })).toEqual(['POST /audio 201 tracks: it is gone.']);
    expect(breaksOf({ audio: { oneOf: [AUDIO, AUDIO] } })).toEqual([]);
  });

  it('is a request that has to bring more, or may not bring what it did', () => {
    expect(breaksOf(wishWith({ more: { type: 'string' } }, ['name', 'more']))).toEqual([
      'POST /audio body more: it has to be given now.',
    ]);
    const { kind: _, ...others } = WISH.properties;
    expect(breaksOf({ wish: { ...WISH, properties: others } })).toEqual(['POST /audio body kind: it is gone.']);
    expect(breaksOf(wishWith({ kind: { type: 'string', enum: ['a'] } }))).toEqual([
      'POST /audio body kind: "b" is not taken any more.',
    ]);
    expect(breaksOf(wishWith({ name: { type: 'string', maxLength: 100, enum: ['x'] } }))).toEqual([
      'POST /audio body name: only x are taken now.',
    ]);
    expect(breaksOf(wishWith({ count: { type: 'integer', minimum: 1 } }))).toEqual([
      'POST /audio body count: it was number and is integer.',
    ]);
  });

  it('is a limit of a request that is tighter, and none that is looser', () => {
    expect(breaksOf(wishWith({ name: { type: 'string', maxLength: 50, pattern: '^a' } }))).toEqual([
      'POST /audio body name: its maxLength was 100 and is 50.',
      'POST /audio body name: its pattern was not limited and is ^a.',
    ]);
    expect(breaksOf(wishWith({ count: { type: 'number', minimum: 2 } }))).toEqual([
      'POST /audio body count: its minimum was 1 and is 2.',
    ]);
    expect(breaksOf(wishWith({ name: { type: 'string', maxLength: 200 }, count: { type: 'number' } }))).toEqual([]);
  });

  it('is a parameter that is gone, tighter, or has to be given', () => {
    const parameters = (...given: object[]): Parts => ({ operation: { parameters: given } });
    expect(breaksOf(parameters())).toEqual(['POST /audio: the query parameter limit is gone.']);
    expect(breaksOf(parameters({ ...QUERY, required: true }))).toEqual([
      'POST /audio: the query parameter limit has to be given now.',
    ]);
    expect(breaksOf(parameters(QUERY, { in: 'header', name: 'x', required: true }))).toEqual([
      'POST /audio: the header parameter x has to be given now.',
    ]);
    expect(breaksOf(parameters({ ...QUERY, schema: { type: 'integer', maximum: 50 } }))).toEqual([
      'POST /audio query parameter limit: its maximum was 100 and is 50.',
    ]);
  });

  it('is an event with less in it: it is read like an answer', () => {
    expect(breaksOf({ event: { type: 'object', properties: { type: { type: 'string' } } } })).toEqual([
      'event audio.uploaded body id: it is gone.',
    ]);
  });

  it('is found in parts that are put together, and in schemas that hold themselves', () => {
    const parted = {
      allOf: [
        { $ref: '#/components/schemas/Wish' },
        { type: 'object', properties: { self: { $ref: '#/components/schemas/Audio' } } },
      ],
    };
    const before = documentOf({ audio: parted });
    const { kind: _, ...others } = WISH.properties;
    const after = documentOf({ audio: parted, wish: { ...WISH, properties: others } });
    expect(openApiBreaks(before, after)).toContain('POST /audio 201 kind: it is gone.');
    expect(openApiBreaks(before, before)).toEqual([]);
  });
});
