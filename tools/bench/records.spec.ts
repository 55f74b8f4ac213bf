import { describe, expect, it } from '@jest/globals';
import { median, verdictOf } from './contest.ts';
import { pageOf, type RowRecord, tableOf } from './records.ts';

const FIGURES = { variant: 'with Redis', steno: [90, 300, 100, 110, 20], floor: [200, 210, 190, 1, 999] };

const RECORD: RowRecord = {
  id: 'P2',
  work: 'Reading',
  floor: 'bare reading',
  unit: 'requests/s',
  reach: { atLeast: 0.5 },
  contests: [FIGURES],
  date: '2026-11-21T13:00:00.000Z',
  commit: 'abc1234',
  machine: '2 × processor',
  loadBefore: 0.3,
};

describe('a contest', () => {
  it('is judged by the medians of both sides', () => {
    expect(verdictOf({ reach: { atLeast: 0.5 } }, FIGURES)).toEqual({ steno: 100, floor: 200, ratio: 0.5, reached: true });
    expect(verdictOf({ reach: { atLeast: 0.51 } }, FIGURES).reached).toBe(false);
  });

  it('counts less as better where the figure is a time', () => {
    expect(verdictOf({ reach: { atMost: 0.5 } }, FIGURES).reached).toBe(true);
    expect(verdictOf({ reach: { atMost: 0.49 } }, FIGURES).reached).toBe(false);
  });

  it('has no median without a figure in the middle', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(() => median([1, 2])).toThrow('no figure in the middle of 2');
  });
});

describe('what a run says', () => {
  it('is one line for each setting in the terminal', () => {
    expect(tableOf([RECORD])).toBe('P2  with Redis  100 requests/s  200 requests/s  0.50  ≥ 0.5  reached');
  });

  it('is a section for each row on the page, with machine, date and commit', () => {
    const page = pageOf([RECORD]);
    expect(page).toContain('## P2');
    expect(page).toContain('| with Redis | 100 requests/s | 200 requests/s | 0.50 | ≥ 0.5 | reached |');
    expect(page).toContain('2026-11-21, commit abc1234, 2 × processor; load of the machine before the run: 0.3.');
  });
});
