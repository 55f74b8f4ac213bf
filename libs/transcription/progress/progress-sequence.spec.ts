import { describe, expect, it } from '@jest/globals';
import type { TranscriptionStage, TranscriptionStatus } from '#database';
import { sequenceOf } from './progress-sequence.js';

const at = (status: TranscriptionStatus, stage: TranscriptionStage, chunksDone: number, generation = 1): number =>
  sequenceOf({ status, stage, chunksDone, generation });

describe('sequenceOf', () => {
  it('rises on the whole way of a transcription, and goes on rising when it is tried again', () => {
    const run = (generation: number): number[] => [
      at('pending', 'prepare', 0, generation),
      at('processing', 'prepare', 0, generation),
      ...Array.from({ length: 2_000 }, (_, done) => at('processing', 'transcribe', done, generation)),
      at('processing', 'assemble', 2_000, generation),
      at('completed', 'assemble', 2_000, generation),
    ];
    const way = [...run(1), ...run(2), ...run(3)];
    for (const [index, sequence] of way.entries()) expect(sequence).toBeGreaterThan(way[index - 1] ?? -1);
  });

  it('rises when it begins where an earlier run failed', () => {
    const way = [
      at('failed', 'transcribe', 7),
      at('pending', 'transcribe', 7, 2),
      at('processing', 'transcribe', 7, 2),
      at('cancelled', 'transcribe', 7, 2),
    ];
    expect(way).toEqual(way.toSorted((a, b) => a - b));
    expect(new Set(way).size).toBe(way.length);
  });
});
