import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { aliasedAddress, snakeCaseBody } from './answers.js';

const URL = '/api/v1/web/audio?page_no=1';

async function streamed(pieces: string[], type: string): Promise<string> {
  return text(snakeCaseBody(Readable.from(pieces, { objectMode: false }), type, URL) as Readable);
}

describe('the body of an answer', () => {
  it('is JSON in snake_case, as a text or as bytes', () => {
    expect(snakeCaseBody('{"audioId":"a"}', 'application/json; charset=utf-8', URL)).toBe('{"audio_id":"a"}');
    expect(snakeCaseBody(Buffer.from('[{"audioId":1}]'), 'application/json', URL)).toBe('[{"audio_id":1}]');
  });

  it.each([
    ['{"audioId":"a"}', 'text/plain'],
    ['', 'application/json'],
    [undefined, ''],
    [null, 'application/json'],
  ])('%j of the type "%s" stays as it is', (body, type) => {
    expect(snakeCaseBody(body, type, URL)).toBe(body);
  });

  it('has the path that was asked for in a problem, and the names of its wrong fields in all sentences', () => {
    const problem = {
      detail: '2 fields are wrong: startsAt must be a time; names.0.firstName must be a text.',
      instance: '/api/v1/audio',
      errors: [
        { path: 'startsAt', message: 'startsAt must be a time', code: 'is_time' },
        { path: 'names.0.firstName', message: 'names.0.firstName must be a text, as GitHub has it', code: 'is_string' },
      ],
    };
    expect(JSON.parse(snakeCaseBody(JSON.stringify(problem), 'application/problem+json', URL) as string)).toEqual({
      detail: '2 fields are wrong: starts_at must be a time; names.0.first_name must be a text.',
      instance: '/api/v1/web/audio',
      errors: [
        { path: 'starts_at', message: 'starts_at must be a time', code: 'is_time' },
        { path: 'names.0.first_name', message: 'names.0.first_name must be a text, as GitHub has it', code: 'is_string' },
      ],
    });
  });

  it('is a stream whose lines come whole, wherever its pieces end', async () => {
    const events = 'id: 1\nevent: progress\ndata: {"audioId":"ü"}\n\n: nothing newHere\n\n';
    const spelt = events.replace('audioId', 'audio_id');
    expect(await streamed([events], 'text/event-stream; charset=utf-8')).toBe(spelt);
    expect(await streamed([...events], 'text/event-stream')).toBe(spelt);
    const list = '[\n{"auditId":1},\n{"auditId":2}\n]\n';
    expect(await streamed([list.slice(0, 9), list.slice(9)], 'application/json')).toBe(list.replaceAll('auditId', 'audit_id'));
    expect(await streamed(['{"audioId":1}'], 'audio/wav')).toBe('{"audioId":1}');
  });

  it('ends its source when nobody wants it any more', async () => {
    const source = Readable.from(
      (async function* () {
        for (;;) yield await Promise.resolve('data: {}\n\n');
      })(),
      { objectMode: false },
    );
    const body = snakeCaseBody(source, 'text/event-stream', URL) as Readable;
    for await (const _ of body) break;
    expect(source.destroyed).toBe(true);
  });
});

describe('an address in a header', () => {
  it('stays under the alias', () => {
    expect(aliasedAddress('/api/v1/audio/a', URL)).toBe('/api/v1/web/audio/a');
    expect(aliasedAddress('</api/v1/audio?audioId=a>; rel="next"', URL)).toBe('</api/v1/web/audio?audio_id=a>; rel="next"');
    expect(aliasedAddress('https://provider.example.com/a', URL)).toBe('https://provider.example.com/a');
    expect(aliasedAddress('/api/v1/audio/a', '/api/v1/audio')).toBe('/api/v1/audio/a');
  });
});
