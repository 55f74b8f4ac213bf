import type { CaptionRules } from './caption-rules.js';
import { type Ending, joined, type Token, widthOf } from './tokens.js';

/** What it costs to end a line behind a token, in columns of unevenness. */
const BREAK_COST: Record<Ending, number> = { sentence: 0, clause: 3, word: 10, label: 20 };

interface Best {
  cost: number;
  from: number;
}

/** The text in as few lines as it takes, of like length, ended at sentences and clauses where that costs little. */
export function breakLines(tokens: readonly Token[], { maxLineLength }: CaptionRules): string[] {
  const count = fewestLines(tokens, maxLineLength);
  if (count === 1) return [joined(tokens)];
  const ideal = widthOf(tokens) / count;
  let rows: (Best | undefined)[] = [{ cost: 0, from: 0 }];
  const history: (Best | undefined)[][] = [];
  for (let line = 0; line < count; line += 1) {
    rows = nextRow(rows, tokens, maxLineLength, ideal);
    history.push(rows);
  }
  const lines: string[] = [];
  let to = tokens.length;
  for (const row of history.toReversed()) {
    const from = row[to]?.from ?? 0;
    lines.unshift(joined(tokens.slice(from, to)));
    to = from;
  }
  return lines;
}

/** From the best way to end a line at each place to the best way to end the next one. */
function nextRow(
  rows: readonly (Best | undefined)[],
  tokens: readonly Token[],
  maxLineLength: number,
  ideal: number,
): (Best | undefined)[] {
  const next: (Best | undefined)[] = [];
  for (const [from, before] of rows.entries()) {
    if (before === undefined) continue;
    let columns = 0;
    for (let to = from + 1; to <= tokens.length; to += 1) {
      const token = tokens[to - 1];
      if (token === undefined) break;
      columns += token.columns + (token.spaced && to > from + 1 ? 1 : 0);
      if (columns > maxLineLength && to > from + 1) break;
      const cost = before.cost + Math.abs(columns - ideal) + (to === tokens.length ? 0 : BREAK_COST[token.ending]);
      if (cost < (next[to]?.cost ?? Infinity)) next[to] = { cost, from };
    }
  }
  return next;
}

function fewestLines(tokens: readonly Token[], maxLineLength: number): number {
  let lines = 1;
  let line = 0;
  for (const { columns, spaced } of tokens) {
    const wider = line + columns + (spaced && line > 0 ? 1 : 0);
    if (line > 0 && wider > maxLineLength) {
      lines += 1;
      line = columns;
    } else line = wider;
  }
  return lines;
}
