import type { ChunkRedo, QualityFinding } from '#database';
import type { Stretch } from './heard.js';

/** What the rest of its recording says about a chunk. */
export type Surroundings = ChunkRedo['surroundings'];

/** Something that is wrong with a stretch of an answer, before anything was done about it. */
export interface Suspicion extends Stretch {
  kind: QualityFinding['kind'];
  /** A sentence for people. */
  detail: string;
  /** How bad it is, in seconds of the recording that cannot be relied on. */
  seconds: number;
  /** Only the chunk it lies in is known, not where in it: the chunk is asked about as a whole. */
  wholeChunk?: true;
}

/** `12 s` or `1:02:05`, as people find a place in a recording. */
export function placeInWords(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  const rest = String(whole % 60).padStart(2, '0');
  if (minutes < 60) return `${minutes}:${rest}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${rest}`;
}

/** `from 12 s to 1:02`. */
export function stretchInWords({ start, end }: Stretch): string {
  return `from ${placeInWords(start)} to ${placeInWords(end)}`;
}
