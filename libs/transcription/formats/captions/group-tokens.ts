import type { CaptionRules } from './caption-rules.js';
import type { Ending, Token } from './tokens.js';

/** What it costs to end a caption behind a token … */
const BREAK_COST: Record<Ending, number> = { sentence: 0, clause: 0.6, word: 2, label: 50 };
/** … to have one more caption, and to begin a sentence in one and end it in the next. */
const ONE_MORE_COST = 0.7;
const TORN_SENTENCE_COST = 1;
/** A pause that is heard; as good as a comma. */
const PAUSE_MS = 300;
const TOO_SHORT_COST = 4;
const TOO_FAST_COST = 3;
/** Time to read on in silence behind the last word, when nobody knows what comes. */
const ROOM_MS = 1_500;

interface Best {
  cost: number;
  /** Where the last group begins. */
  from: number;
}

/**
 * Parts tokens into captions that keep to the rules of space and longest time, so that the sum of what reads badly is least: breaks
 * inside a clause, captions too short or too fast to read, more captions than needed. (The way TeX breaks a paragraph into lines.)
 * @returns all tokens, in their order; a group that breaks a rule is a single token
 */
export function groupTokens(tokens: readonly Token[], rules: CaptionRules): Token[][] {
  const best: Best[] = [{ cost: 0, from: 0 }];
  for (let from = 0; from < tokens.length; from += 1) {
    const before = best[from];
    if (before === undefined) continue;
    for (const { to, cost } of groupsFrom(tokens, from, rules)) {
      const total = before.cost + cost;
      if (total < (best[to]?.cost ?? Infinity)) best[to] = { cost: total, from };
    }
  }
  const groups: Token[][] = [];
  for (let to = tokens.length; to > 0; to = best[to]?.from ?? 0) groups.unshift(tokens.slice(best[to]?.from ?? 0, to));
  return groups;
}

/** Every group that may begin here, with its cost. The single token is always one of them. */
function* groupsFrom(tokens: readonly Token[], from: number, rules: CaptionRules): Generator<{ to: number; cost: number }> {
  const first = tokens[from];
  if (first === undefined) return;
  let lines = 1;
  let line = 0;
  let columns = 0;
  let spokenUntil = 0;
  let sentences = 0;
  for (let to = from; to < tokens.length; to += 1) {
    const token = tokens[to];
    if (token === undefined) return;
    const space = token.spaced && line > 0 ? 1 : 0;
    if (line > 0 && line + space + token.columns > rules.maxLineLength) {
      lines += 1;
      line = token.columns;
    } else line += space + token.columns;
    columns += (columns > 0 && token.spaced ? 1 : 0) + token.columns;
    spokenUntil = Math.max(spokenUntil, token.endMs);
    const keeps =
      lines <= rules.maxLines && line <= rules.maxLineLength && spokenUntil - first.startMs <= rules.maxSeconds * 1_000;
    if (!keeps && to > from) return;
    const torn = sentences > 0 && token.ending !== 'sentence' ? TORN_SENTENCE_COST : 0;
    yield { to: to + 1, cost: torn + costOf(first, token, tokens[to + 1], columns, rules) };
    if (!keeps) return;
    if (token.ending === 'sentence') sentences += 1;
  }
}

function costOf(first: Token, last: Token, next: Token | undefined, columns: number, rules: CaptionRules): number {
  const pause = next === undefined ? Infinity : next.startMs - last.endMs;
  const atBreak = last.ending === 'word' && pause >= PAUSE_MS ? BREAK_COST.clause : BREAK_COST[last.ending];
  const until = next === undefined ? last.endMs + ROOM_MS : Math.min(next.startMs, last.endMs + ROOM_MS);
  const seconds = Math.max(until - first.startMs, 1) / 1_000 - rules.minGap;
  const tooShort = Math.max(0, 1 - seconds / rules.minSeconds) * TOO_SHORT_COST;
  const needed = columns / rules.readingSpeed;
  const tooFast = Math.min(Math.max(0, needed - seconds), 3) * TOO_FAST_COST;
  return ONE_MORE_COST + (next === undefined ? 0 : atBreak) + tooShort + tooFast;
}
