import type { CaptionRules } from './caption-rules.js';
import { groupTokens } from './group-tokens.js';
import { breakLines } from './lines.js';
import type { SpokenLine } from './timeline.js';
import { labelTokens, type Token, tokensOf, widthOf } from './tokens.js';
import { Turns } from '../turns.js';

/** What stands on the screen for a while; milliseconds from the start of the recording. */
export interface Cue {
  startMs: number;
  endMs: number;
  lines: string[];
  /** Who speaks, when that is known. */
  speaker: string | null;
}

/** Tokens that one speaker says without a long pause; captions are made within. */
interface Passage {
  speaker: string | null;
  tokens: Token[];
}

/** Over a longer pause no caption is left standing. */
const LONG_PAUSE_MS = 2_000;
/** A passage ends with the next sentence, or with the next word: choosing breaks takes time that grows with its length. */
const ENOUGH_TOKENS = 300;
const TOO_MANY_TOKENS = 500;

/**
 * Captions of a transcript. No word is lost, no two overlap, and each keeps to the rules: its lines, the shortest and longest time, the
 * gap. Reading speed is kept where the speaker leaves the time; where not, a caption stands as long as the next one lets it. Alone a
 * word longer than a line breaks that line's length.
 * @param names whether speakers are named in the text, as SubRip has it; otherwise each caption's `speaker` says so
 */
export async function cuesOf(lines: readonly SpokenLine[], rules: CaptionRules, names: boolean): Promise<Cue[]> {
  const turns = new Turns();
  const groups: { speaker: string | null; tokens: Token[] }[] = [];
  for (const { speaker, tokens } of passagesOf(lines, names && rules.speakers)) {
    for (const group of groupTokens(tokens, rules)) groups.push({ speaker: rules.speakers ? speaker : null, tokens: group });
    await turns.give();
  }
  // People who talk at once: what is said first is shown first.
  groups.sort((a, b) => startOf(a) - startOf(b));
  return placed(groups, rules, turns);
}

async function placed(groups: Passage[], rules: CaptionRules, turns: Turns): Promise<Cue[]> {
  const cues: Cue[] = [];
  const [shortest, longest, gap] = [rules.minSeconds, rules.maxSeconds, rules.minGap].map((seconds) =>
    Math.round(seconds * 1_000),
  ) as [number, number, number];
  let free = 0;
  for (const [index, { speaker, tokens }] of groups.entries()) {
    const next = groups[index + 1];
    const startMs = Math.max(tokens[0]?.startMs ?? 0, free);
    const spokenUntil = Math.max(...tokens.map((token) => token.endMs));
    const readUntil = startMs + Math.ceil((widthOf(tokens) / rules.readingSpeed) * 1_000);
    const room = next === undefined ? Infinity : startOf(next) - gap;
    const wished = Math.min(Math.max(spokenUntil, readUntil), startMs + longest, room);
    const endMs = Math.max(wished, startMs + shortest);
    free = endMs + gap;
    cues.push({ startMs, endMs, speaker, lines: breakLines(tokens, rules) });
    await turns.give();
  }
  return cues;
}

function startOf({ tokens }: Passage): number {
  return tokens[0]?.startMs ?? 0;
}

function* passagesOf(lines: readonly SpokenLine[], named: boolean): Generator<Passage> {
  let passage: Passage | undefined;
  let spoke: string | null = null;
  const earliest = new Map<string | null, number>();
  for (const line of lines) {
    const tokens = tokensOf(line);
    neverBackwards(tokens, line.speaker, earliest);
    const [first] = tokens;
    if (first === undefined) continue;
    if (passage !== undefined && passage.speaker !== line.speaker) {
      yield passage;
      passage = undefined;
    }
    if (named && line.speaker !== null && line.speaker !== spoke) tokens.unshift(...labelTokens(line.speaker, first.startMs));
    spoke = line.speaker;
    for (const token of tokens) {
      if (passage !== undefined && endsBefore(passage, token)) {
        yield passage;
        passage = undefined;
      }
      passage ??= { speaker: line.speaker, tokens: [] };
      passage.tokens.push(token);
    }
  }
  if (passage !== undefined) yield passage;
}

/** What one speaker says keeps its order, whatever the times of its words are. */
function neverBackwards(tokens: Token[], speaker: string | null, earliest: Map<string | null, number>): void {
  for (const token of tokens) {
    token.startMs = Math.max(token.startMs, earliest.get(speaker) ?? 0);
    token.endMs = Math.max(token.endMs, token.startMs);
    earliest.set(speaker, token.startMs);
  }
}

function endsBefore({ tokens }: Passage, next: Token): boolean {
  const last = tokens.at(-1);
  if (last === undefined || last.ending === 'label') return false;
  if (next.startMs - last.endMs > LONG_PAUSE_MS) return true;
  return tokens.length >= TOO_MANY_TOKENS || (tokens.length >= ENOUGH_TOKENS && last.ending === 'sentence');
}
