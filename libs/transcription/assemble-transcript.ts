import type { ChunkTranscript, TranscriptWord } from '#database';
import type { FinishedTranscript } from './transcriptions.repository.js';

/** A chunk's transcript and where the chunk lies in the recording. */
export interface PlacedChunk {
  startSeconds: number;
  endSeconds: number;
  transcript: ChunkTranscript;
}

/**
 * Puts chunk transcripts together: times from the start of the recording, inside their chunk and never going back; words given to
 * the line they are spoken in; speakers told apart by chunk where there is more than one chunk, because a provider names them anew
 * in each.
 */
export function assembleTranscript(chunks: PlacedChunk[]): FinishedTranscript {
  const severalChunks = chunks.filter(({ transcript }) => transcript.segments.length > 0).length > 1;
  const segments = chunks.flatMap((chunk, index) => placeSegments(chunk, severalChunks ? index + 1 : null));
  let earliest = 0;
  for (const segment of segments) {
    segment.start = Math.max(segment.start, earliest);
    segment.end = Math.max(segment.end, segment.start);
    earliest = segment.start;
  }
  return {
    text: chunks
      .map(({ transcript }) => transcript.text.trim())
      .filter((text) => text !== '')
      .join(' '),
    language: spokenLanguage(chunks),
    warnings: [...new Set(chunks.flatMap(({ transcript }) => transcript.warnings))],
    segments,
  };
}

function placeSegments(
  { startSeconds, endSeconds, transcript }: PlacedChunk,
  chunkNumber: number | null,
): FinishedTranscript['segments'] {
  const place = (seconds: number): number => round(Math.min(Math.max(startSeconds + seconds, startSeconds), endSeconds));
  const words = transcript.words.map((word) => ({ ...word, start: place(word.start), end: place(word.end) }));
  const segments = transcript.segments.map((segment) => ({
    start: place(segment.start),
    end: place(segment.end),
    text: segment.text.trim(),
    speaker: segment.speaker === null || chunkNumber === null ? segment.speaker : `${segment.speaker} (part ${chunkNumber})`,
    confidence: segment.confidence,
    words: [] as TranscriptWord[],
  }));
  for (const word of words) segmentOf(word, segments)?.words.push(word);
  return segments;
}

/** The line a word's middle falls into; the nearest one before it when it falls between two. */
function segmentOf<Segment extends { start: number; end: number }>(
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
function spokenLanguage(chunks: PlacedChunk[]): string | null {
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
