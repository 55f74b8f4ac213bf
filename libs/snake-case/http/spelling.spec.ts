import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { plainUrl, underAlias } from './alias.js';
import { camelCase, respelt, snakeCase } from './spelling.js';

const DOCUMENT = readFileSync(new URL('../../../openapi/openapi.json', import.meta.url), 'utf8');

/** Every name of a field or a parameter in the OpenAPI document. */
function documentedNames(): string[] {
  const names = new Set<string>();
  JSON.parse(DOCUMENT, (key, value: unknown) => {
    if (key === 'properties') for (const name of Object.keys(value as object)) names.add(name);
    if (typeof value === 'object' && value !== null && 'in' in value && 'name' in value && typeof value.name === 'string')
      names.add(value.name);
    return value;
  });
  return [...names];
}

describe('a name', () => {
  it.each([
    ['audioId', 'audio_id'],
    ['name', 'name'],
    ['sha256', 'sha256'],
    ['p95Ms', 'p95_ms'],
    ['isLowAccuracyOk', 'is_low_accuracy_ok'],
  ])('%s is spelt %s', (camel, snake) => {
    expect(snakeCase(camel)).toBe(snake);
    expect(camelCase(snake)).toBe(camel);
    expect(camelCase(camel)).toBe(camel);
  });

  it.each(['gpt-4o-mini', 'Ada', 'AdaLovelace', 'transcription.transcribe-chunk', '_x', 'a__b', 'X-Id', '', '__proto__'])(
    'that no program gives stays as it is: %j',
    (name) => {
      expect([snakeCase(name), camelCase(name)]).toEqual([name, name]);
    },
  );

  it('of the interface is the same after both ways', () => {
    const names = documentedNames().filter((name) => !name.includes('_'));
    expect(names.length).toBeGreaterThan(200);
    expect(names.map((name) => camelCase(snakeCase(name)))).toEqual(names);
  });

  it('is found however deep, and values are left alone', () => {
    const value = { audioId: 'audioId', inHere: [{ nextCursor: null }, 'nextCursor', 7], 'gpt-4o': { costUsd: true } };
    const spelt = { audio_id: 'audioId', in_here: [{ next_cursor: null }, 'nextCursor', 7], 'gpt-4o': { cost_usd: true } };
    expect(respelt(value, snakeCase)).toEqual(spelt);
    expect(respelt(spelt, camelCase)).toEqual(value);
  });
});

describe('an address', () => {
  it.each([
    ['/api/v1/mobile/audio', '/api/v1/audio'],
    ['/api/v1/web/audio?page=2&group_by=day_of&x', '/api/v1/audio?page=2&groupBy=day_of&x'],
    ['/api/v1/mobile/audio?q=a%20b?c_d=e&&', '/api/v1/audio?q=a%20b?c_d=e&&'],
    ['/api/v1/mobile', '/api/v1/mobile'],
    ['/api/v1/mobiles/audio', '/api/v1/mobiles/audio'],
    ['/api/v1/audio?group_by=a', '/api/v1/audio?group_by=a'],
  ])('%s is known as %s', (given, known) => {
    expect(plainUrl(given)).toBe(known);
  });

  it('of ours leads back to the alias, one of others does not', () => {
    expect(underAlias('/api/v1/audio?nextCursor=a_b', '/api/v1/web/')).toBe('/api/v1/web/audio?next_cursor=a_b');
    expect(underAlias('https://store.example.com/a?partNumber=1', '/api/v1/web/')).toBe(
      'https://store.example.com/a?partNumber=1',
    );
  });
});
