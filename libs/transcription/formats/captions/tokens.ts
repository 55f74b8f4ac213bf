import { columnsOf } from './columns.js';
import { type SpokenLine, Timeline } from './timeline.js';

/** How good a place to break is behind a token. */
export type Ending = 'sentence' | 'clause' | 'word' | 'label';

/** The smallest part of a caption: a word, with what clings to it. Times in milliseconds. */
export interface Token {
  text: string;
  columns: number;
  /** Whether a space parts it from the one before it. */
  spaced: boolean;
  startMs: number;
  endMs: number;
  ending: Ending;
}

/** Scripts that write no spaces between words. */
const SPACELESS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const OPENING = /[\p{Ps}\p{Pi}]$/u;
const HAS_LETTER = /[\p{L}\p{N}]/u;
const SENTENCE_END = /[.!?…。！？؟।॥।።]["'»”’)\]」』）]*$/u;
const CLAUSE_END = /[,;:–—、，；：،؛]["'»”’)\]」』）]*$/u;
const words = new Intl.Segmenter(undefined, { granularity: 'word' });

/** The words of a line with their times: the engine's where it gave any, else spread over the line by their letters. */
export function tokensOf(line: SpokenLine): Token[] {
  const pieces = line.text
    .split(/\s+/u)
    .filter((run) => run !== '')
    .flatMap(unitsOf);
  const timeline = new Timeline(line);
  return pieces.map(({ text, spaced }, index) => ({
    text,
    spaced,
    columns: columnsOf(text),
    ...timeline.next(text),
    ending: endingOf(text, index === pieces.length - 1),
  }));
}

/** The name of who speaks, to stand before what is said. */
export function labelTokens(speaker: string, startMs: number): Token[] {
  const runs = `${speaker.trim()}:`.split(/\s+/u);
  return runs.map((text) => ({ text, columns: columnsOf(text), spaced: true, startMs, endMs: startMs, ending: 'label' }));
}

/** The text of tokens in one line. */
export function joined(tokens: readonly Token[]): string {
  return tokens.map(({ text, spaced }, index) => (spaced && index > 0 ? ` ${text}` : text)).join('');
}

/** A line of the transcript ends where the engine heard one end, so that it is a fair place to break. */
function endingOf(text: string, isLast: boolean): Ending {
  if (SENTENCE_END.test(text)) return 'sentence';
  return isLast || CLAUSE_END.test(text) ? 'clause' : 'word';
}

/** Where one may break within what stands between two spaces: nowhere, except in scripts that write none. */
function unitsOf(run: string): { text: string; spaced: boolean }[] {
  if (!SPACELESS.test(run)) return [{ text: run, spaced: true }];
  const units: string[] = [];
  for (const { segment } of words.segment(run)) {
    const last = units.at(-1);
    // Closing punctuation must not begin a line, opening punctuation must not end one.
    if (last !== undefined && (OPENING.test(last) || (!HAS_LETTER.test(segment) && !OPENING.test(segment))))
      units[units.length - 1] = last + segment;
    else units.push(segment);
  }
  return units.map((text, index) => ({ text, spaced: index === 0 }));
}

/** Columns of tokens in one line. */
export function widthOf(tokens: readonly Token[]): number {
  return tokens.reduce((sum, { columns, spaced }, index) => sum + columns + (spaced && index > 0 ? 1 : 0), 0);
}
