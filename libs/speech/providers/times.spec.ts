import { describe, expect, it } from '@jest/globals';
import { warningsOfMoved, withinChunk } from './times.js';

const times = (spans: [number, number][], seconds: number) => {
  const { spans: inside, moved } = withinChunk(
    spans.map(([start, end]) => ({ start, end })),
    seconds,
  );
  return { spans: inside.map(({ start, end }) => [start, end]), moved };
};

describe('withinChunk', () => {
  it('leaves good times alone', () => {
    expect(
      times(
        [
          [0, 1],
          [1, 2.5],
        ],
        3,
      ),
    ).toEqual({
      spans: [
        [0, 1],
        [1, 2.5],
      ],
      moved: 0,
    });
  });

  it('rounds a little overshoot off without a word', () => {
    expect(
      times(
        [
          [-0.1, 1],
          [2, 3.4],
        ],
        3,
      ),
    ).toEqual({
      spans: [
        [0, 1],
        [2, 3],
      ],
      moved: 0,
    });
  });

  it('keeps starts rising, ends after starts and all inside, and counts what was far off', () => {
    expect(
      times(
        [
          [5, 6],
          [2, 3],
          [4, 1],
          [90, 95],
        ],
        10,
      ),
    ).toEqual({
      spans: [
        [5, 6],
        [5, 5],
        [5, 5],
        [10, 10],
      ],
      moved: 3,
    });
  });

  it('warns only when something was moved', () => {
    expect(warningsOfMoved(0)).toEqual([]);
    expect(warningsOfMoved(2)).toEqual([expect.stringMatching(/^times_corrected: 2 /)]);
  });
});
