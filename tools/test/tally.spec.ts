import { describe, expect, it } from '@jest/globals';
import { tallyLine, tallyOf } from './tally.ts';

const GREEN = {
  success: true,
  numPassedTests: 12,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  numRuntimeErrorTestSuites: 0,
};

describe('tallyOf', () => {
  it('adds up the runs', () => {
    expect(tallyOf([GREEN, { ...GREEN, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 }])).toEqual({
      passed: 24,
      failed: 1,
      skipped: 3,
    });
  });

  it('counts a file that could not run as failed', () => {
    expect(tallyOf([{ ...GREEN, numRuntimeErrorTestSuites: 1 }])).toEqual({ passed: 12, failed: 1, skipped: 0 });
  });
});

describe('tallyLine', () => {
  it('names skipped tests only when there are any', () => {
    expect(tallyLine({ passed: 12, failed: 0, skipped: 0 })).toBe('12 passed, 0 failed');
    expect(tallyLine({ passed: 12, failed: 1, skipped: 3 })).toBe('12 passed, 1 failed, 3 skipped');
  });
});
