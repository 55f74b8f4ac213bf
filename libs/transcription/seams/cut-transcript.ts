import type { ChunkTranscript } from '#database';
import { joinTexts } from './join-texts.js';
import type { Token } from './tokens.js';

type Segment = ChunkTranscript['segments'][number];

/** What stays with the word before when a text is cut between two words: its punctuation, but not what opens the next. */
const CLOSING = /^[^\s\p{Ps}\p{Pi}¿¡]*/u;

/**
 * Takes a stretch out of a chunk's transcript: text, lines and words alike.
 * @param tokens all of the transcript's
 * @param from first token to keep
 * @param to token after the last to keep
 */
export function cutTranscript(transcript: ChunkTranscript, tokens: readonly Token[], from: number, to: number): ChunkTranscript {
  if (from <= 0 && to >= tokens.length) return transcript;
  const [first, last] = [tokens[from], tokens[to - 1]];
  if (first === undefined || last === undefined || from >= to) return { ...transcript, text: '', segments: [], words: [] };
  const head = from > 0 ? { token: first, at: placeOfCut(transcript, tokens, from) ?? 0 } : undefined;
  const tail = to < tokens.length ? { token: last, at: placeOfCut(transcript, tokens, to) ?? Infinity } : undefined;
  const segments = transcript.segments
    .map((segment, index) => cutSegment(segment, index, head, tail))
    .filter((segment) => segment !== undefined);
  const words = wordsBetween(transcript.words, tokens, from, to);
  return { ...transcript, text: joinTexts(segments.map(({ text }) => text)), segments, words };
}

/** An end of the stretch that is kept: the token there, and where its line's text is cut. */
interface Edge {
  at: number;
  token: Token;
}

function cutSegment(segment: Segment, index: number, head: Edge | undefined, tail: Edge | undefined): Segment | undefined {
  const [first, last] = [head?.token.segment ?? -1, tail?.token.segment ?? Infinity];
  if (index < first || index > last) return undefined;
  const cut = { ...segment };
  if (tail !== undefined && index === last) {
    cut.text = cut.text.slice(0, tail.at);
    cut.end = Math.min(cut.end, Math.max(tail.token.end, cut.start));
  }
  if (head !== undefined && index === first) {
    cut.text = cut.text.slice(head.at);
    cut.start = Math.max(cut.start, Math.min(head.token.start, cut.end));
  }
  return { ...cut, text: cut.text.trim() };
}

/** Where in a line's text it is cut before a token; undefined when the token begins a line. */
function placeOfCut({ segments }: ChunkTranscript, tokens: readonly Token[], at: number): number | undefined {
  const [before, after] = [tokens[at - 1], tokens[at]];
  if (before === undefined || after === undefined || before.segment !== after.segment) return undefined;
  const between = segments[before.segment]?.text.slice(before.to, after.from) ?? '';
  return before.to + (CLOSING.exec(between)?.[0].length ?? 0);
}

/** Words that stand in no line go with the word before them. */
function wordsBetween(
  words: ChunkTranscript['words'],
  tokens: readonly Token[],
  from: number,
  to: number,
): ChunkTranscript['words'] {
  const wordsOf = (some: readonly Token[]): number[] => some.map(({ word }) => word).filter((word) => word !== null);
  const kept = wordsOf(tokens.slice(from, to));
  const first = from <= 0 ? 0 : (kept[0] ?? words.length);
  const after = to >= tokens.length ? words.length : (wordsOf(tokens.slice(to))[0] ?? words.length);
  return words.slice(first, Math.max(first, after));
}
