import { describe, expect, it } from '@jest/globals';
import { percentile, type Row } from '../../bench/row.ts';
import { median, verdictOf, withCeiling } from './contest.ts';
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

describe('a row with a ceiling', () => {
  const row: Row = { id: 'P7', work: 'Lists', floor: 'few rows', unit: 'ms', reach: { atMost: 2 }, variants: [] };

  it('is also judged by that figure, from the same turns', () => {
    const judged = withCeiling({ ...row, ceiling: { id: 'P7.1', figure: 50 } }, [FIGURES]);
    expect(judged.map((one) => one.row.id)).toEqual(['P7', 'P7.1']);
    const under = verdictOf(judged[1]?.row ?? row, judged[1]?.contests[0] ?? FIGURES);
    expect(under).toEqual({ steno: 100, floor: 50, ratio: 2, reached: false });
  });

  it('is one row without it', () => {
    expect(withCeiling(row, [FIGURES])).toEqual([{ row, contests: [FIGURES] }]);
  });
});

describe('a percentile', () => {
  it('is the figure under which so many of all stay', () => {
    const figures = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect([50, 95, 99, 100].map((percent) => percentile(figures, percent))).toEqual([50, 95, 99, 100]);
    expect(percentile([7], 99)).toBe(7);
    expect(() => percentile([], 99)).toThrow('no figures');
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
