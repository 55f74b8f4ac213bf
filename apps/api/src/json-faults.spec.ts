import { describe, expect, it } from '@jest/globals';
import { faultInJson } from './json-faults.js';

const nested = (depth: number, open = '[', close = ']') => open.repeat(depth) + close.repeat(depth);

describe('faultInJson', () => {
  it.each([
    ['32 levels', nested(32)],
    ['10 000 values', JSON.stringify(Array.from({ length: 9_998 }, () => 1))],
    ['brackets and quotes in texts', JSON.stringify({ a: '[[{"\\"{[,,:', b: ['"', '\\', '}'] })],
    ['the same key in two objects', '[{"a":1},{"a":{"a":2}}]'],
    ['a key that is the text before it', '{"a":"a","b":["a","a"]}'],
    ['constructor alone', '{"constructor":{"name":"x"}}'],
    ['prototype alone', '{"prototype":1,"b":{"prototype":2}}'],
    ['dangerous names as values', '{"a":"__proto__","b":["constructor","prototype"]}'],
    ['a single text', '"__proto__"'],
    ['nothing', ''],
    ['no JSON', '}}]]"'],
    ['a bad escape in a key', '{"\\x":1}'],
  ])('lets pass: %s', (_, text) => {
    expect(faultInJson(text)).toBeNull();
  });

  it.each([
    ['33 levels', nested(33), /deeper than 32/],
    ['33 levels of objects', '{"a":'.repeat(33) + '1' + '}'.repeat(33), /deeper than 32/],
    ['more than 10 000 values', JSON.stringify(Array.from({ length: 10_000 }, () => 1)), /more than 10000 values/],
    ['more than 10 000 keys', JSON.stringify(Object.fromEntries(Array.from({ length: 10_000 }, (_, key) => [key, 1]))), /values/],
    ['a key twice', '{"a":1,"b":2,"a":3}', /field "a" twice/],
    ['a key twice, once in disguise', '{"ab":1,"\\u0061b":3}', /field "ab" twice/],
    ['a key twice, with an object between', '{"a":{"x":[1,{"a":1}]},"a":3}', /field "a" twice/],
    ['__proto__ (item 55)', '{"a":[{"__proto__":{"polluted":1}}]}', /named __proto__/],
    ['__proto__ in disguise (item 55)', '{"\\u005f_proto_\\u005F":1}', /named __proto__/],
    ['constructor.prototype (item 55)', '{"constructor":{"prototype":{"polluted":1}}}', /named prototype/],
    ['constructor.prototype in disguise (item 55)', '{"constr\\u0075ctor" : { "a":1, "proto\\u0074ype":1}}', /named prototype/],
  ])('finds: %s', (_, text, fault) => {
    expect(faultInJson(text)).toMatch(fault);
  });

  it.each([
    ['a million brackets', '['.repeat(1_000_000)],
    ['a million commas', `[${','.repeat(999_999)}`],
    ['objects in objects', '{"a":'.repeat(200_000)],
    ['a text of a million quotes in disguise', `"${'\\"'.repeat(499_999)}"`],
    ['a text that does not end', `"${'a'.repeat(999_999)}`],
    ['empty objects', `[${'{},'.repeat(333_333)}`],
  ])('is quick with %s', (_, text) => {
    faultInJson(text); // the compiler's time is not ours
    const started = performance.now();
    faultInJson(text);
    // Some milliseconds; what reads a text again from each place in it takes minutes.
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
