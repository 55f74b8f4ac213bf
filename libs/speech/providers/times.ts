interface Span {
  start: number;
  end: number;
}

/** Whisper rounds the end of its 30-second windows; only what is further off is worth a word. */
const TOLERANCE_SECONDS = 1;

/**
 * Brings times inside the chunk and into order: no start before the one before it, no end before its start.
 * @param spans in the order they were spoken
 * @param seconds length of the chunk
 * @returns the same spans, and how many of their times were more than a second off
 */
export function withinChunk<T extends Span>(spans: readonly T[], seconds: number): { spans: T[]; moved: number } {
  let earliest = 0;
  let moved = 0;
  const inside = spans.map((span) => {
    const start = Math.min(Math.max(span.start, earliest), seconds);
    const end = Math.min(Math.max(span.end, start), seconds);
    if (Math.max(Math.abs(start - span.start), Math.abs(end - span.end)) > TOLERANCE_SECONDS) moved += 1;
    earliest = start;
    return { ...span, start, end };
  });
  return { spans: inside, moved };
}

/** The warnings for times that had to be moved. */
export function warningsOfMoved(moved: number): string[] {
  return moved === 0 ? [] : [`times_corrected: ${moved} times lay outside the chunk or did not rise and were moved.`];
}
