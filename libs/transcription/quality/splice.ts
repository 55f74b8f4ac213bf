import type { ChunkTranscript } from '#database';
import { middle, type Stretch } from './heard.js';
import { tokensOf } from './tokens.js';

type Line = ChunkTranscript['segments'][number];
type Word = ChunkTranscript['words'][number];

/** Words this near to each other that read the same were heard twice, once from each side of a cut. */
const SAME_WORD_SECONDS = 0.7;

/**
 * Puts another answer about a stretch of a chunk in the place of the first one.
 * @param first the chunk's answer
 * @param stretch in seconds from the chunk's start; no line of the first answer lies across its edges
 * @param again the answer about it, times from the stretch's start
 */
export function spliced(first: ChunkTranscript, stretch: Stretch, again: ChunkTranscript): ChunkTranscript {
  const placed = <T extends Stretch>(span: T): T => ({
    ...span,
    start: span.start + stretch.start,
    end: span.end + stretch.start,
  });
  const [before, after] = [isBefore(stretch), isAfter(stretch)];
  const lines = again.segments.map(placed);
  const keptWords = first.words.filter((word) => before(word) || after(word));
  const words = withoutDoubles(keptWords, again.words.map(placed));
  const kept = first.segments.filter((line) => before(line) || after(line));
  const segments = [...kept, ...withoutWords(lines, again.words.map(placed), words)].toSorted((a, b) => a.start - b.start);
  const replacedAll = kept.length === 0;
  return {
    text: textOf(segments),
    language: replacedAll ? again.language : first.language,
    timestampSource: replacedAll ? again.timestampSource : first.timestampSource,
    segments,
    words: [...keptWords, ...words].toSorted((a, b) => a.start - b.start),
    warnings: [...new Set([...(replacedAll ? [] : first.warnings), ...again.warnings])],
  };
}

/**
 * Takes the text of some stretches out of an answer.
 * @param stretches in seconds from the chunk's start
 */
export function withoutText(transcript: ChunkTranscript, stretches: readonly Stretch[]): ChunkTranscript {
  if (stretches.length === 0) return transcript;
  const isOut = (span: Stretch): boolean => stretches.some(({ start, end }) => middle(span) >= start && middle(span) <= end);
  const words = transcript.words.filter((word) => !isOut(word));
  const outWords = transcript.words.filter(isOut);
  const segments = transcript.segments.flatMap((line) => {
    const wordsOut = outWords.filter((word) => isWithin(word, line));
    if (wordsOut.length === 0) return transcript.words.some((word) => isWithin(word, line)) || !isOut(line) ? [line] : [];
    return lineOfWords(line, words);
  });
  return { ...transcript, segments, words, text: textOf(segments) };
}

function isBefore(stretch: Stretch): (span: Stretch) => boolean {
  return (span) => middle(span) < stretch.start;
}

function isAfter(stretch: Stretch): (span: Stretch) => boolean {
  return (span) => middle(span) >= stretch.end;
}

function isWithin(word: Stretch, line: Stretch): boolean {
  return middle(word) >= line.start && middle(word) <= line.end;
}

/** What of a line is left when only some of its words are. */
function lineOfWords(line: Line, words: readonly Word[]): Line[] {
  const left = words.filter((word) => isWithin(word, line));
  const [first, last] = [left[0], left.at(-1)];
  if (first === undefined || last === undefined) return [];
  return [{ ...line, start: first.start, end: last.end, text: left.map(({ text }) => text).join(' ') }];
}

/** The new words without those at the edges that the kept ones have already. */
function withoutDoubles(kept: readonly Word[], words: readonly Word[]): Word[] {
  const isDouble = (word: Word): boolean =>
    kept.some(
      (other) =>
        Math.abs(middle(other) - middle(word)) < SAME_WORD_SECONDS &&
        tokensOf(other.text).join(' ') === tokensOf(word.text).join(' '),
    );
  return words.filter((word, at) => !((at === 0 || at === words.length - 1) && isDouble(word)));
}

/** The new lines as they read without the words that were doubles. */
function withoutWords(lines: readonly Line[], all: readonly Word[], left: readonly Word[]): Line[] {
  if (all.length === left.length) return [...lines];
  const gone = all.filter((word) => !left.includes(word));
  return lines.flatMap((line) => (gone.some((word) => isWithin(word, line)) ? lineOfWords(line, left) : [line]));
}

function textOf(segments: readonly Line[]): string {
  return segments
    .map(({ text }) => text.trim())
    .filter((text) => text !== '')
    .join(' ');
}
