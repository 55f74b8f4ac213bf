import { alignTokens, type Pair } from './align-tokens.js';
import type { Token } from './tokens.js';

/** One side of a seam. */
export interface SeamSide {
  /** Of the whole chunk, with times from the start of the recording. */
  tokens: readonly Token[];
  /** Seconds by which its times are easily wrong. */
  looseness: number;
}

/** Where two chunks that overlap are joined: tokens of the left before `left` are kept, and of the right from `right` on. */
export interface Seam {
  left: number;
  right: number;
}

/** The stretch of the recording that both chunks hold, in seconds. */
export interface Overlap {
  start: number;
  end: number;
}

/** What lies closer to the edge of a chunk may be a piece of a word. */
const EDGE_SECONDS = 0.25;
/** Joining beside a word said twice may lose or double it: rather throw away a word that only one side has than two words. */
const SAID_TWICE = 1.5;
/** How finely a moment to join at is looked for. */
const STEP_SECONDS = 0.05;

/**
 * Chooses where to join two chunks that overlap: after a word that both heard, so that what either chunk lost or garbled at its edge comes
 * from the other; without such a word at a moment between words.
 */
export function chooseSeam(left: SeamSide, right: SeamSide, overlap: Overlap): Seam {
  const looseness = Math.max(left.looseness, right.looseness);
  const firstLeft = left.tokens.findIndex(({ end }) => end > overlap.start - 2 * looseness);
  const afterRight = right.tokens.findLastIndex(({ start }) => start < overlap.end + 2 * looseness) + 1;
  if (firstLeft < 0 || afterRight === 0) return { left: left.tokens.length, right: 0 };
  const tail = left.tokens.slice(firstLeft);
  const head = right.tokens.slice(0, afterRight);
  const pair = bestPair(tail, head, alignTokens(tail, head, looseness), overlap);
  if (pair !== undefined) return { left: firstLeft + pair.left + 1, right: pair.right + 1 };
  return seamByTimes(left.tokens, right.tokens, overlap);
}

/** The pair after which the fewest words are thrown away that only the side thrown away has; of several the one in the middle. */
function bestPair(tail: readonly Token[], head: readonly Token[], pairs: readonly Pair[], overlap: Overlap): Pair | undefined {
  const paired = { left: new Set(pairs.map(({ left }) => left)), right: new Set(pairs.map(({ right }) => right)) };
  const lostAfter = (left: number): number =>
    tail.filter(
      (token, at) => at > left && !paired.left.has(at) && at < tail.length - 1 && token.end < overlap.end - EDGE_SECONDS,
    ).length;
  const lostBefore = (right: number): number =>
    head.filter((token, at) => at < right && !paired.right.has(at) && at > 0 && token.start > overlap.start + EDGE_SECONDS)
      .length;
  const middle = (pairs.length - 1) / 2;
  let best: { pair: Pair; lost: number; off: number } | undefined;
  for (const [rank, pair] of pairs.entries()) {
    if (!endsWord(tail, pair.left) || !endsWord(head, pair.right)) continue;
    const twice = besideItself(tail, pair.left) || besideItself(head, pair.right) ? SAID_TWICE : 0;
    const lost = lostAfter(pair.left) + lostBefore(pair.right) + twice;
    const off = Math.abs(rank - middle);
    if (best === undefined || lost < best.lost || (lost === best.lost && off < best.off)) best = { pair, lost, off };
  }
  return best?.pair;
}

function besideItself(tokens: readonly Token[], at: number): boolean {
  const norm = tokens[at]?.norm;
  return tokens[at - 1]?.norm === norm || tokens[at + 1]?.norm === norm;
}

/** Words of scripts without spaces are several tokens; they are not cut apart. */
function endsWord(tokens: readonly Token[], at: number): boolean {
  const word = tokens[at]?.word ?? null;
  return word === null || tokens[at + 1]?.word !== word;
}

/** Joins at the moment of the overlap that is farthest from its ends and in the fewest words. When one side heard nothing there, all is kept. */
function seamByTimes(left: readonly Token[], right: readonly Token[], overlap: Overlap): Seam {
  const heardLeft = left.some((token) => middleOf(token) > overlap.start);
  const heardRight = right.some((token) => middleOf(token) < overlap.end);
  if (!heardLeft || !heardRight) return { left: left.length, right: 0 };
  const near = [...left, ...right].filter(({ start, end }) => end > overlap.start && start < overlap.end);
  const centre = (overlap.start + overlap.end) / 2;
  let best = { at: centre, words: Infinity };
  for (let off = 0; off < (overlap.end - overlap.start) / 3; off += STEP_SECONDS) {
    for (const at of [centre - off, centre + off]) {
      const words = near.filter(({ start, end }) => start < at && end > at).length;
      if (words < best.words) best = { at, words };
    }
  }
  return {
    left: left.findLastIndex((token) => middleOf(token) < best.at) + 1,
    right: firstFrom(right, best.at),
  };
}

function firstFrom(tokens: readonly Token[], at: number): number {
  const found = tokens.findIndex((token) => middleOf(token) >= at);
  return found < 0 ? tokens.length : found;
}

function middleOf({ start, end }: Token): number {
  return (start + end) / 2;
}
