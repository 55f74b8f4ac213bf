import type { ChunkTranscript } from '#database';
import { UNSPACED } from './join-texts.js';

/** A word as it can be compared; of scripts without spaces, a character. Times in seconds from the start of the chunk. */
export interface Token {
  /** Without case, accents of width, and apostrophes. */
  norm: string;
  start: number;
  end: number;
  /** The line it stands in, and where in the line's text. */
  segment: number;
  from: number;
  to: number;
  /** The word with times that holds it; null where there is none. */
  word: number | null;
}

/** The tokens of a transcript and how far their times may be trusted. */
export interface TokenLine {
  tokens: Token[];
  /** Seconds by which a time is easily wrong. */
  looseness: number;
}

/** Providers of word times err by a few tenths of a second, more at the edges of what they are given. */
const WORD_LOOSENESS = 0.5;
/** Inside a line, times are reckoned by its letters; people do not speak evenly. */
const LINE_LOOSENESS = 1.5;
/** Times made by a language model, or reckoned over a whole chunk. */
const GUESS_LOOSENESS = 5;

const TOKEN = new RegExp(`${UNSPACED}\\p{M}*|[[\\p{L}\\p{N}\\p{M}'’]--${UNSPACED}]+`, 'gv');
/** How many words of text and of times may differ before both are looked at anew. */
const LOOK_AHEAD = 8;

/** Reads the words of a transcript off its lines, with times of its words where it has any. */
export function tokensOf(transcript: ChunkTranscript): TokenLine {
  const tokens = transcript.segments.flatMap(tokensOfSegment);
  giveTimes(tokens, transcript.words);
  return { tokens, looseness: loosenessOf(transcript) };
}

function loosenessOf({ words, timestampSource }: ChunkTranscript): number {
  if (timestampSource !== 'provider') return GUESS_LOOSENESS;
  return words.length > 0 ? WORD_LOOSENESS : LINE_LOOSENESS;
}

function tokensOfSegment({ start, end, text }: ChunkTranscript['segments'][number], segment: number): Token[] {
  const secondsPerLetter = (end - start) / Math.max(1, text.length);
  return matchesOf(text).map(({ norm, from, to }) => ({
    ...{ norm, segment, from, to, word: null },
    start: start + from * secondsPerLetter,
    end: start + to * secondsPerLetter,
  }));
}

function matchesOf(text: string): { norm: string; from: number; to: number }[] {
  return [...text.matchAll(TOKEN)]
    .map(({ 0: found, index }) => ({ norm: normalised(found), from: index, to: index + found.length }))
    .filter(({ norm }) => norm !== '');
}

function normalised(text: string): string {
  return text.normalize('NFKC').toLowerCase().replaceAll(/['’]/g, '');
}

/** A part of a word with times that is comparable with a token of the text. */
interface WordPart {
  norm: string;
  word: number;
  start: number;
  end: number;
}

/** Goes along text and words side by side; where they differ, it goes on at the nearest place where they agree again. */
function giveTimes(tokens: Token[], words: ChunkTranscript['words']): void {
  const parts = words.flatMap(partsOf);
  let at = 0;
  for (let index = 0; index < tokens.length;) {
    const step = nextAgreement(tokens, index, parts, at);
    if (step === undefined) {
      index += 1;
      at += 1;
      continue;
    }
    index += step.tokens;
    at += step.parts;
    const [token, part] = [tokens[index], parts[at]];
    if (token !== undefined && part !== undefined) Object.assign(token, { start: part.start, end: part.end, word: part.word });
    index += 1;
    at += 1;
  }
}

function partsOf({ text, start, end }: ChunkTranscript['words'][number], word: number): WordPart[] {
  const secondsPerLetter = (end - start) / Math.max(1, text.length);
  return matchesOf(text).map(({ norm, from, to }) => ({
    ...{ norm, word },
    start: start + from * secondsPerLetter,
    end: start + to * secondsPerLetter,
  }));
}

function nextAgreement(
  tokens: readonly Token[],
  index: number,
  parts: readonly WordPart[],
  at: number,
): { tokens: number; parts: number } | undefined {
  for (let skipped = 0; skipped <= LOOK_AHEAD; skipped += 1) {
    for (let skippedTokens = 0; skippedTokens <= skipped; skippedTokens += 1) {
      const skippedParts = skipped - skippedTokens;
      const part = parts[at + skippedParts];
      if (part !== undefined && part.norm === tokens[index + skippedTokens]?.norm) {
        return { tokens: skippedTokens, parts: skippedParts };
      }
    }
  }
  return undefined;
}
