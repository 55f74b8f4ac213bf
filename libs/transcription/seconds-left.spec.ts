import { describe, expect, it } from '@jest/globals';
import { placeInLine, secondsLeft } from './seconds-left.js';

const SLOTS = 4;

/** A backlog as the feeder works it off: the next slot goes to the workspace with the least under way, then to whoever waited longest. */
function workOff(workspaces: number[][]): number[][] {
  const left = workspaces.map((jobs) => [...jobs]);
  const ends = workspaces.map((): number[] => []);
  const served = workspaces.map(() => -1);
  let running: { workspace: number; end: number }[] = [];
  for (let now = 0, turn = 0; left.some((jobs) => jobs.length > 0); turn += 1) {
    if (running.length === SLOTS) {
      now = Math.min(...running.map(({ end }) => end));
      running = running.filter(({ end }) => end > now);
    }
    const load = (workspace: number): number => running.filter((job) => job.workspace === workspace).length;
    const [next = 0] = [...left.keys()]
      .filter((workspace) => (left[workspace]?.length ?? 0) > 0)
      .sort((a, b) => load(a) - load(b) || (served[a] ?? 0) - (served[b] ?? 0));
    const end = now + (left[next]?.shift() ?? 0);
    served[next] = turn;
    running.push({ workspace: next, end });
    ends[next]?.push(end);
  }
  return ends;
}

describe('the estimate', () => {
  it.each([
    ['of one workspace alone', [60]],
    ['of equals', [30, 30, 30]],
    ['beside one that has ordered a thousand', [20, 1_000]],
    ['beside many that have ordered little', [40, 3, 5, 8, 2, 10]],
  ])('is within 20 %% of what comes in a steady backlog %s', (_, counts) => {
    let seed = 7;
    const random = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    const backlog = counts.map((count) => Array.from({ length: count }, () => 20 + 20 * random()));
    const [mine = [], ...others] = backlog;
    const [ends = []] = workOff(backlog);
    const sum = (jobs: number[]): number => jobs.reduce((total, job) => total + job, 0);
    for (const [index, job] of mine.entries()) {
      // Before the first turns are over, "on average" says little.
      if (index < 8) continue;
      const ahead = { ownBefore: sum(mine.slice(0, index)), others: others.map(sum), mine: job, parts: 1, slots: SLOTS };
      expect(secondsLeft(ahead) / (ends[index] ?? NaN)).toBeGreaterThan(0.8);
      expect(secondsLeft(ahead) / (ends[index] ?? NaN)).toBeLessThan(1.2);
    }
  });

  it('spreads the parts of one recording over the slots', () => {
    const alone = { ownBefore: 0, others: [], mine: 120, slots: 4 };
    expect(secondsLeft({ ...alone, parts: 1 })).toBe(120);
    expect(secondsLeft({ ...alone, parts: 12 })).toBe(30);
  });
});

describe('the place in the line', () => {
  it('counts of each other workspace what goes before in turn', () => {
    expect(placeInLine({ ownBefore: 0, others: [] })).toBe(1);
    expect(placeInLine({ ownBefore: 2, others: [1_000, 1] })).toBe(1 + 2 + 3 + 1);
  });
});
