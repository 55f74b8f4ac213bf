import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { toDays, toKeyUsage } from './key-usage.dto.js';

describe('the days of usage', () => {
  beforeEach(() => void jest.useFakeTimers({ now: Date.parse('2026-03-01T23:59:59Z') }));
  afterEach(() => void jest.useRealTimers());

  it.each([
    [{}, { from: '2026-01-31', to: '2026-03-01' }],
    [{ to: '2026-02-10' }, { from: '2026-01-12', to: '2026-02-10' }],
    [{ from: '2026-02-28' }, { from: '2026-02-28', to: '2026-03-01' }],
    [
      { from: '2024-01-01', to: '2024-12-31' },
      { from: '2024-01-01', to: '2024-12-31' },
    ],
  ])('asked for by %j are %j', (query, days) => {
    expect(toDays(query)).toEqual(days);
  });

  it.each([
    [{ from: '2026-02-30' }, 'day'],
    [{ to: '2026-13-01' }, 'day'],
    [{ from: '2026-03-02' }, 'order'],
    [{ from: '2025-02-28' }, 'too_long'],
  ])('are not %j', (query, code) => {
    expect(() => toDays(query)).toThrow(expect.objectContaining({ violations: [expect.objectContaining({ code })] }));
  });
});

it('the total is that of the days', () => {
  const lastAt = new Date('2026-02-01T10:00:00Z');
  const days = { from: '2026-02-01', to: '2026-02-03' };
  const counted = [1, 3].map((day) => ({ day: `2026-02-0${day}`, calls: day, lastAt }));
  expect(toKeyUsage(counted, days)).toMatchObject({ ...days, total: 4, days: [{ calls: 1 }, { calls: 3 }] });
});
