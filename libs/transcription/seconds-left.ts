/** Work that waits or is being done, in seconds of one slot. */
export interface WorkAhead {
  /** Of the same workspace, before this one. */
  ownBefore: number;
  /** Of each other workspace. */
  others: readonly number[];
  /** What is left of this one. */
  mine: number;
  /** Parts this one may be done in at once. */
  parts: number;
  slots: number;
}

/**
 * Seconds until a transcription is done when workspaces take turns: until its own turn has come, another workspace gets as much done as
 * this one, or all it has.
 */
export function secondsLeft({ ownBefore, others, mine, parts, slots }: WorkAhead): number {
  const before = ownBefore + others.reduce((sum, work) => sum + Math.min(work, ownBefore + mine), 0);
  // Its turn comes when the first slot is free: the others are then, on average, half way through a part.
  const stillRunning = ((slots - 1) * mine) / Math.max(parts, 1) / 2;
  return Math.max(0, before - stillRunning) / slots + mine / Math.min(slots, Math.max(parts, 1));
}

/** Its place in the line, 1 for the next: the same turns, counted in transcriptions. */
export function placeInLine({ ownBefore, others }: { ownBefore: number; others: readonly number[] }): number {
  return 1 + ownBefore + others.reduce((sum, count) => sum + Math.min(count, ownBefore + 1), 0);
}
