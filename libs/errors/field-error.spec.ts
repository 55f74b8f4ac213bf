import { describe, expect, it } from '@jest/globals';
import { commonErrors } from './common-errors.js';
import { defineErrors, FieldError, messageOf } from './field-error.js';
import { STATUS_OF_KIND } from './kinds.js';

describe('FieldError', () => {
  it('carries what its definition says and its own sentence', () => {
    const errors = defineErrors({ too_loud: { kind: 'conflict', title: 'Too loud', example: 'Speak softly.' } });
    const cause = new Error('95 dB');
    const error = new FieldError(errors.too_loud, 'You shouted. Speak softly.', { cause, members: { decibels: 95 } });
    expect(error).toMatchObject({
      name: 'FieldError',
      code: 'too_loud',
      kind: 'conflict',
      title: 'Too loud',
      message: 'You shouted. Speak softly.',
      cause,
      members: { decibels: 95 },
    });
  });
});

describe('the lists', () => {
  it('have one status a kind, all of them errors', () => {
    const statuses = Object.values(STATUS_OF_KIND);
    expect(new Set(statuses).size).toBe(statuses.length);
    expect(statuses.every((status) => status >= 400 && status < 600)).toBe(true);
  });

  it('name codes in snake_case and examples that say what to do', () => {
    for (const { code, title, example } of Object.values(commonErrors)) {
      expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
      expect(title).not.toMatch(/\.$/);
      expect(example).toMatch(/\. .+\.$/);
    }
  });
});

describe('messageOf', () => {
  it('reads anything that can be thrown', () => {
    expect([messageOf(new Error('a')), messageOf('b'), messageOf(undefined)]).toEqual(['a', 'b', 'undefined']);
  });
});
