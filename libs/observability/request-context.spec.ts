import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { acceptRequestId, currentContext, currentRequestId, newRequestId, runInContext } from './request-context.js';

const FRESH = /^req_[0-9a-f]{32}$/;

describe('acceptRequestId', () => {
  it.each(['req_0123456789', 'A-Za-z.0~9_', 'x'.repeat(128), '4bf92f35-77b3-4da6-a3ce-929d0e0e4736'])('takes %s', (given) => {
    expect(acceptRequestId(given)).toBe(given);
  });

  it.each([
    ['a line break', 'harmless\r\n{"level":"fatal"}'],
    ['a line feed at the end', 'harmless-id\n'],
    ['too short', 'short'],
    ['too long', 'x'.repeat(129)],
    ['a space', 'two words here'],
    ['a quote', 'say-"hello"'],
    ['letters beyond ASCII', 'požadavek-1'],
    ['several', ['req_0123456789', 'req_9876543210']],
    ['none', undefined],
  ])('makes a new one in place of %s', (_, given) => {
    expect(acceptRequestId(given)).toMatch(FRESH);
  });

  it('makes each one new', () => {
    expect(newRequestId()).not.toBe(newRequestId());
  });
});

describe('runInContext', () => {
  it('is seen by everything called in it, over awaits, and by nothing else', async () => {
    const seen = await Promise.all(
      ['req_one', 'req_two'].map((requestId) =>
        runInContext({ requestId }, async () => {
          await sleep(5);
          const inner = await Promise.resolve().then(() => currentRequestId());
          return [requestId, inner, currentContext()];
        }),
      ),
    );
    expect(seen).toEqual([
      ['req_one', 'req_one', { requestId: 'req_one' }],
      ['req_two', 'req_two', { requestId: 'req_two' }],
    ]);
    expect(currentContext()).toBeUndefined();
    expect(currentRequestId()).toMatch(FRESH);
  });
});
