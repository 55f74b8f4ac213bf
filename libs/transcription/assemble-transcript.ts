import type { ChunkTranscript, TranscriptWord } from '#database';
import { joinSeams, type PlacedChunk } from './seams/join-seams.js';
import { joinTexts } from './seams/join-texts.js';
import { tokensOf } from './seams/tokens.js';
import type { FinishedTranscript } from './transcriptions.repository.js';

type PlacedTranscript = PlacedChunk & { transcript: ChunkTranscript };

/**
 * Puts chunk transcripts together: what two chunks heard stands there once; times from the start of the recording, inside their chunk and
 * never going back; words given to the line they are written in; speakers told apart by chunk where there is more than one chunk, because
 * a provider names them anew in each. A chunk without a transcript is left out.
 */
export function assembleTranscript(given: readonly PlacedChunk[]): FinishedTranscript {
  const chunks = joinSeams(given).filter(isTranscribed);
  const severalChunks = chunks.filter(({ transcript }) => transcript.segments.length > 0).length > 1;
  const segments = chunks.flatMap((chunk, index) => placeSegments(chunk, severalChunks ? index + 1 : null));
  keepRising(segments);
  keepRising(segments.flatMap(({ words }) => words));
  return {
    text: joinTexts(chunks.map(({ transcript }) => transcript.text)),
    language: spokenLanguage(chunks),
    warnings: [...new Set(chunks.flatMap(({ transcript }) => transcript.warnings))],
    segments,
  };
}

function isTranscribed(chunk: PlacedChunk): chunk is PlacedTranscript {
  return chunk.transcript !== null;
}

/** No start before the one before it, no end before its start. */
function keepRising(spans: { start: number; end: number }[]): void {
  let earliest = 0;
  for (const span of spans) {
    span.start = Math.max(span.start, earliest);
    span.end = Math.max(span.end, span.start);
    earliest = span.start;
  }
}

function placeSegments(
  { startSeconds, endSeconds, transcript }: PlacedTranscript,
  chunkNumber: number | null,
): FinishedTranscript['segments'] {
  const place = (seconds: number): number => round(Math.min(Math.max(startSeconds + seconds, startSeconds), endSeconds));
  const segments = transcript.segments.map((segment) => ({
    start: place(segment.start),
    end: place(segment.end),
    text: segment.text.trim(),
    speaker: segment.speaker === null || chunkNumber === null ? segment.speaker : `${segment.speaker} (part ${chunkNumber})`,
    confidence: segment.confidence,
    words: [] as TranscriptWord[],
  }));
  const lines = linesOfWords(transcript);
  for (const [index, { start, end, ...word }] of transcript.words.entries()) {
    const placed = { ...word, start: place(start), end: place(end) };
    (segments[lines.get(index) ?? -1] ?? segmentAt(placed, segments))?.words.push(placed);
  }
  return segments;
}

/** In which line each word is written. Words that differ from the text are in none. */
function linesOfWords(transcript: ChunkTranscript): Map<number, number> {
  const lines = new Map<number, number>();
  if (transcript.words.length === 0) return lines;
  for (const { word, segment } of tokensOf(transcript).tokens) if (word !== null) lines.set(word, segment);
  return lines;
}

/** The line a word's middle falls into; the nearest one before it when it falls between two. */
function segmentAt<Segment extends { start: number; end: number }>(
  word: TranscriptWord,
  segments: Segment[],
): Segment | undefined {
  const middle = (word.start + word.end) / 2;
  return (
    segments.find(({ start, end }) => middle >= start && middle < end) ??
    segments.findLast(({ start }) => start <= middle) ??
    segments[0]
  );
}

/** The language of most of the recording's seconds. */
function spokenLanguage(chunks: PlacedTranscript[]): string | null {
  const seconds = new Map<string, number>();
  for (const { transcript, startSeconds, endSeconds } of chunks) {
    if (transcript.language !== null)
      seconds.set(transcript.language, (seconds.get(transcript.language) ?? 0) + endSeconds - startSeconds);
  }
  return [...seconds].toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? null;
}

/** Milliseconds are as fine as any provider's times. */
function round(seconds: number): number {
  return Math.round(seconds * 1_000) / 1_000;
}
