import type { ChunkTranscript } from '#database';
import { type ChunkSound, heard, type Stretch } from './heard.js';
import { stretchToAskAgain } from './stretch-again.js';
import { surroundingsOf, suspicions, weightOf } from './suspect.js';
import type { Surroundings } from './suspicion.js';

/** A chunk is asked about again so often at most. */
export const MOST_TRIES = 2;
/** Seconds that may be asked about again in any recording, however short: a few cents. */
const FREE_SECONDS = 600;

/** A chunk with its first answer. */
export interface AnsweredChunk {
  sound: ChunkSound;
  first: ChunkTranscript;
}

/** A chunk to be asked about again. */
export interface PlannedRedo {
  index: number;
  stretch: Stretch;
  surroundings: Surroundings;
}

/**
 * Chooses what is asked about again: the worst first, as far as the bound on cost goes.
 * @param chunks all chunks of the recording that have an answer, in order
 * @param asked the language the caller said is spoken
 * @param share of the recording's seconds that may be asked about again; 0: none at all
 */
export function planRedo(chunks: readonly AnsweredChunk[], asked: string | null, share: number): PlannedRedo[] {
  if (share === 0) return [];
  const all = chunks.map(({ sound, first }) => ({ first, chunk: heard(sound, first) }));
  const around = surroundingsOf(
    all.map(({ chunk }) => chunk),
    asked,
  );
  const suspects = all
    .map(({ chunk, first }) => ({ chunk, first, surroundings: around(chunk) }))
    .map((suspect) => ({ ...suspect, found: suspicions(suspect.chunk, suspect.surroundings) }))
    .filter(({ found }) => found.length > 0)
    .toSorted((a, b) => weightOf(b.found) - weightOf(a.found));
  let left = Math.max(FREE_SECONDS, share * all.reduce((sum, { chunk }) => sum + chunk.end - chunk.start, 0));
  const planned: PlannedRedo[] = [];
  for (const { chunk, first, surroundings, found } of suspects) {
    const stretch = stretchToAskAgain(chunk, first, found);
    const cost = MOST_TRIES * (stretch.end - stretch.start);
    if (cost > left) continue;
    left -= cost;
    planned.push({ index: chunk.index, stretch, surroundings });
  }
  return planned;
}
