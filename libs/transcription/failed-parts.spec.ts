import { describe, expect, it } from '@jest/globals';
import type { TranscriptionChunk } from '#database';
import { failedParts } from './failed-parts.js';

function chunk(startSeconds: number, status: TranscriptionChunk['status'], overlapSeconds = 0) {
  const errorDetail = status === 'failed' ? 'The provider refused the sound.' : null;
  return { startSeconds, endSeconds: startSeconds + 30, overlapSeconds, status, errorDetail };
}

describe('failedParts', () => {
  it('says from when to when a part is missing, and why', () => {
    expect(failedParts([chunk(0, 'done'), chunk(30, 'failed'), chunk(60, 'done')])).toEqual([
      {
        ...{ kind: 'failed_part', start: 30, end: 60, outcome: 'kept', asked: [] },
        detail: 'The part from 30 s to 60 s is missing. The provider refused the sound.',
      },
    ]);
  });

  it('does not call missing what a neighbour holds too', () => {
    const spans = failedParts([chunk(0, 'done'), chunk(26, 'failed', 4), chunk(51, 'done', 5)]);
    expect(spans).toMatchObject([{ start: 30, end: 51 }]);
  });

  it('calls all missing where the neighbour failed too', () => {
    const spans = failedParts([chunk(0, 'failed'), chunk(26, 'failed', 4)]);
    expect(spans).toMatchObject([
      { start: 0, end: 30 },
      { start: 26, end: 56 },
    ]);
  });

  it('finds nothing where nothing failed', () => {
    expect(failedParts([chunk(0, 'done'), chunk(30, 'done')])).toEqual([]);
  });
});
