import { readFileSync } from 'node:fs';

/** The part of jest's --json report that is counted. */
export interface JestReport {
  success: boolean;
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  /** Test files that did not even run, for a syntax error or a missing import. */
  numRuntimeErrorTestSuites: number;
}

/** What came of the tests. */
export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * Adds up the reports of several runs.
 * A test file that could not run counts as one failure: its tests are not known, but they did not pass.
 */
export function tallyOf(reports: readonly JestReport[]): Tally {
  const sum = (count: (report: JestReport) => number) => reports.reduce((total, report) => total + count(report), 0);
  return {
    passed: sum(({ numPassedTests }) => numPassedTests),
    failed: sum(({ numFailedTests, numRuntimeErrorTestSuites }) => numFailedTests + numRuntimeErrorTestSuites),
    skipped: sum(({ numPendingTests, numTodoTests }) => numPendingTests + numTodoTests),
  };
}

/** `N passed, N failed`, and how many were skipped if any were. */
export function tallyLine({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** Reads the file that jest wrote with --json --outputFile. */
export function readReport(file: string): JestReport {
  return JSON.parse(readFileSync(file, 'utf8')) as JestReport;
}
