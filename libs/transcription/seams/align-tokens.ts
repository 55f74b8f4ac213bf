import type { Token } from './tokens.js';

/** The same word in the end of one chunk and in the beginning of the next, by their places in the two lists. */
export interface Pair {
  left: number;
  right: number;
}

/** What a word costs that only one of the two chunks has, between words that both have. */
const ALONE = 0.3;
/** What words that agree in a row are worth besides: one "the" is chance, five words in a row are not. */
const IN_A_ROW = 0.2;
/** What the same word is worth at the very limit of being the same moment. */
const LEAST = 0.1;

/** Steps of the alignment, as kept for going back. */
const [PAIR, SKIP_LEFT, SKIP_RIGHT] = [1, 2, 3] as const;

/**
 * Finds the words that the end of one chunk and the beginning of the next have in common: the alignment of greatest worth in which what
 * is before the common part in the left and what follows it in the right costs nothing.
 * @param left, right words with times on one clock
 * @param looseness seconds by which times easily differ; words more than twice that apart are not the same
 * @returns the pairs in order; empty when nothing is worth believing
 */
export function alignTokens(left: readonly Token[], right: readonly Token[], looseness: number): Pair[] {
  const width = right.length + 1;
  const worth = new Float64Array((left.length + 1) * width);
  const steps = new Uint8Array(worth.length);
  for (let i = 0; i <= left.length; i += 1) {
    for (let j = 0; j <= right.length; j += 1) {
      const at = i * width + j;
      if (i === 0 && j === 0) continue;
      worth[at] = -Infinity;
      const take = (from: number, gain: number, step: number): void => {
        const total = (worth[from] ?? 0) + gain;
        if (total > (worth[at] ?? 0)) [worth[at], steps[at]] = [total, step];
      };
      if (i > 0) take(at - width, j === 0 ? 0 : -ALONE, SKIP_LEFT);
      if (j > 0) take(at - 1, i === left.length ? 0 : -ALONE, SKIP_RIGHT);
      const same = i > 0 && j > 0 ? sameness(left[i - 1], right[j - 1], looseness) : 0;
      if (same > 0) take(at - width - 1, same + (steps[at - width - 1] === PAIR ? IN_A_ROW : 0), PAIR);
    }
  }
  return (worth.at(-1) ?? 0) > 0 ? pairsOf(steps, left.length, right.length) : [];
}

function sameness(a: Token | undefined, b: Token | undefined, looseness: number): number {
  if (a === undefined || b === undefined || a.norm !== b.norm) return 0;
  const apart = Math.abs(a.start + a.end - b.start - b.end) / 2 / looseness;
  return apart > 2 ? 0 : Math.max(LEAST, 1 - apart ** 2);
}

function pairsOf(steps: Uint8Array, lefts: number, rights: number): Pair[] {
  const pairs: Pair[] = [];
  for (let i = lefts, j = rights; i > 0 || j > 0;) {
    const step = steps[i * (rights + 1) + j];
    if (step !== SKIP_RIGHT) i -= 1;
    if (step !== SKIP_LEFT) j -= 1;
    if (step === PAIR) pairs.push({ left: i, right: j });
  }
  return pairs.reverse();
}
