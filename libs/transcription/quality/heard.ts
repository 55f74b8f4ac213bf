import type { ChunkTranscript } from '#database';

/** A stretch of a recording, in seconds from its start. */
export interface Stretch {
  start: number;
  end: number;
}

/** The smallest part of an answer that has times of its own: a word, or a line whose words have none. */
export interface Piece extends Stretch {
  text: string;
  kind: 'word' | 'line';
}

/** A chunk's answer beside its sound; all times in seconds from the start of the recording. */
export interface HeardChunk extends Stretch {
  index: number;
  channel: number;
  /** Where there may be speech. Doubtful sound counts as speech. */
  speech: readonly Stretch[];
  /** In the order of the answer; none where the answer has no times. */
  pieces: readonly Piece[];
  /** Whether the times were written by a language model, which is only roughly right. */
  rough: boolean;
  text: string;
  language: string | null;
}

/** What of a chunk its answer is compared with. */
export interface ChunkSound extends Stretch {
  index: number;
  channel: number;
  speech: readonly Stretch[];
}

/** Places a chunk's answer in the recording. */
export function heard({ index, channel, start, end, speech }: ChunkSound, transcript: ChunkTranscript): HeardChunk {
  const place = <T extends Stretch>(span: T): T => ({ ...span, start: span.start + start, end: span.end + start });
  const words = transcript.words.map(({ text, ...times }) => place({ start: times.start, end: times.end, text }));
  const lines = transcript.segments.map((segment) => place({ start: segment.start, end: segment.end, text: segment.text }));
  const pieces = transcript.timestampSource === 'none' ? [] : inPieces(words, lines);
  const { text, language, timestampSource } = transcript;
  return { index, channel, start, end, speech, pieces, rough: timestampSource === 'model', text: text.trim(), language };
}

/** Lines stand for themselves only where none of the words is theirs. */
function inPieces(words: Omit<Piece, 'kind'>[], lines: Omit<Piece, 'kind'>[]): Piece[] {
  const isOf = (word: Stretch, line: Stretch): boolean => middle(word) >= line.start && middle(word) <= line.end;
  const wordless = lines.filter((line) => line.text.trim() !== '' && !words.some((word) => isOf(word, line)));
  const pieces = [
    ...words.map((word): Piece => ({ ...word, kind: 'word' })),
    ...wordless.map((line): Piece => ({ ...line, kind: 'line' })),
  ];
  // The answer's own order is kept unless both kinds are there: wrong order is a finding, not to be tidied away.
  return wordless.length > 0 && words.length > 0 ? pieces.toSorted((a, b) => a.start - b.start) : pieces;
}

/** The moment halfway through a stretch. */
export function middle({ start, end }: Stretch): number {
  return (start + end) / 2;
}

/** How many seconds of some stretches, which do not overlap each other, lie within another. */
export function secondsWithin(stretches: readonly Stretch[], { start, end }: Stretch): number {
  return stretches.reduce((sum, span) => sum + Math.max(0, Math.min(span.end, end) - Math.max(span.start, start)), 0);
}

/** The stretches in order, those joined that touch or overlap. */
export function united(stretches: readonly Stretch[]): Stretch[] {
  const joined: Stretch[] = [];
  for (const { start, end } of stretches.toSorted((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else joined.push({ start, end });
  }
  return joined;
}

/** What of a stretch none of the others covers. They are in order and do not overlap. */
export function gapsBetween(covered: readonly Stretch[], { start, end }: Stretch): Stretch[] {
  const gaps: Stretch[] = [];
  let from = start;
  for (const span of covered) {
    if (span.start > from) gaps.push({ start: from, end: Math.min(span.start, end) });
    from = Math.max(from, span.end);
  }
  if (from < end) gaps.push({ start: from, end });
  return gaps.filter((gap) => gap.end > gap.start);
}
