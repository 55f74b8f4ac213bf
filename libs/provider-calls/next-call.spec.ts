import { describe, expect, it } from '@jest/globals';
import { type ErrorKind, FieldError } from '#errors';
import { mostTellingFailure } from './next-call.js';

function failure(kind: ErrorKind, retryAfterSeconds?: number): FieldError {
  return new FieldError({ code: kind, title: kind, kind, example: '' }, kind, { retryAfterSeconds });
}

const isFinal = ({ kind }: FieldError): boolean => kind === 'unprocessable';

describe('of several failures', () => {
  const [final, soon, late, down, denied] = [
    failure('unprocessable'),
    failure('rate_limited', 3),
    failure('rate_limited', 9),
    failure('unavailable'),
    failure('forbidden'),
  ];

  it.each([
    ['the one after which nobody else is asked, wherever it stands', [final, soon], final],
    ['the one that is over first', [denied, late, soon, down], soon],
    ['one that may be over, before one that will not', [denied, down], down],
    ['the first', [denied, failure('forbidden')], denied],
  ])('%s stands for them', (_, failures, expected) => {
    expect(mostTellingFailure(failures, isFinal)).toBe(expected);
  });

  it('there is one', () => {
    expect(() => mostTellingFailure([], isFinal)).toThrow('Nobody was asked');
  });
});
