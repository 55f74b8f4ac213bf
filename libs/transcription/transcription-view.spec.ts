import { describe, expect, it } from '@jest/globals';
import type { TranscriptionStage, TranscriptionStatus } from '#database';
import { isFinished, progressOf } from './transcription-view.js';

function at(status: TranscriptionStatus, stage: TranscriptionStage, chunkCount: number | null, chunksDone: number): number {
  return progressOf({ status, stage, chunkCount, chunksDone });
}

describe('progressOf', () => {
  it('only rises on the way of a transcription, and ends at 100', () => {
    for (const chunks of [1, 3, 97, 1_000]) {
      const way = [
        at('pending', 'prepare', null, 0),
        at('processing', 'prepare', null, 0),
        ...Array.from({ length: chunks }, (_, done) => at('processing', 'transcribe', chunks, done)),
        at('processing', 'assemble', chunks, chunks),
        at('completed', 'assemble', chunks, chunks),
      ];
      expect(way).toEqual(way.toSorted((a, b) => a - b));
      expect(way[0]).toBe(0);
      expect(way.at(-1)).toBe(100);
      expect(way.every((percent) => Number.isInteger(percent))).toBe(true);
    }
  });

  it('is 100 for nothing but a completed transcription', () => {
    expect(at('processing', 'assemble', 5, 5)).toBeLessThan(100);
    expect(at('failed', 'transcribe', 5, 4)).toBeLessThan(100);
    expect(at('completed', 'assemble', 0, 0)).toBe(100);
  });

  it('stays where a failed transcription stopped', () => {
    expect(at('failed', 'transcribe', 4, 2)).toBe(at('processing', 'transcribe', 4, 2));
  });
});

describe('isFinished', () => {
  it.each([
    ['pending', false],
    ['processing', false],
    ['completed', true],
    ['failed', true],
    ['cancelled', true],
  ] as const)('%s: %p', (status, finished) => {
    expect(isFinished({ status })).toBe(finished);
  });
});
