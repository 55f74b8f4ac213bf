import { expect, it } from '@jest/globals';
import { DecisionCounts } from './decision-counts.js';

it('gives each decision once', () => {
  const counts = new DecisionCounts();
  counts.add('user', 'granted');
  counts.add('user', 'granted');
  counts.add('login', 'refused');
  expect([...counts.take()]).toEqual([
    ['user', { granted: 2, refused: 0 }],
    ['login', { granted: 0, refused: 1 }],
  ]);
  expect(counts.take().size).toBe(0);
});
