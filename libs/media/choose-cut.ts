import { FRAMES_PER_SECOND } from './sound-levels.js';
import type { FrameSpan } from './speech-map.js';

/** How long the pieces of a recording should and may be, in frames. */
export interface PieceLengths {
  /** The length that suits. */
  target: number;
  /** The length never exceeded. */
  longest: number;
}

/** A pause of 0.6 s ends a phrase; longer ones are no surer places to cut. */
const SURE_PAUSE = 0.6 * FRAMES_PER_SECOND;
/** Without a pause, the quietest stretch of so many frames (0.1 s) is taken. */
const DIP = 5;
/** A piece is at least this long, because providers refuse shorter sound. */
export const SHORTEST_PIECE = FRAMES_PER_SECOND;

/** The frames among which the end of a piece is looked for. */
export interface CutWindow extends FrameSpan {
  /** Where the end would best be. */
  target: number;
}

/**
 * The window of a piece that begins at `start`: from half its target to half as much again.
 * @param known frames known so far; what follows the cut will be no shorter than `SHORTEST_PIECE`
 */
export function cutWindow({ target, longest }: PieceLengths, start: number, known = Infinity): CutWindow {
  const from = start + Math.ceil(target / 2);
  const to = start + Math.min(Math.floor(target * 1.5), longest);
  return { from, to: Math.max(from, Math.min(to, known - SHORTEST_PIECE)), target: start + target };
}

/**
 * Chooses where a piece ends: in the middle of a pause, rather a long one, rather near the target; without a pause at the quietest moment.
 * @param levels levels of the recording, at least as far as the window reaches
 * @param sounding the stretches in it that are not pause
 * @returns the first frame of the next piece
 */
export function chooseCut(levels: Uint8Array, sounding: readonly FrameSpan[], window: CutWindow): number {
  let best: { at: number; worth: number } | undefined;
  for (const pause of pausesIn(sounding, window)) {
    const at = Math.floor((pause.from + pause.to) / 2);
    const worth =
      Math.min(pause.to - pause.from, SURE_PAUSE) / SURE_PAUSE - Math.abs(at - window.target) / (2 * (window.to - window.from));
    if (best === undefined || worth > best.worth) best = { at, worth };
  }
  return best?.at ?? quietest(levels, window);
}

/** What is not sounding inside the window. A pause that begins before it or ends after it is cut off there. */
function* pausesIn(sounding: readonly FrameSpan[], window: FrameSpan): Generator<FrameSpan> {
  let from = window.from;
  for (const sound of sounding) {
    const to = Math.min(sound.from, window.to);
    if (to > from) yield { from, to };
    from = Math.max(from, sound.to);
  }
  if (window.to > from) yield { from, to: window.to };
}

/** The middle of the quietest 0.1 s of the window; of several the last. */
function quietest(levels: Uint8Array, window: FrameSpan): number {
  let best = { at: window.to, sum: Infinity };
  for (let at = window.from; at + DIP <= window.to; at++) {
    const sum = levels.subarray(at, at + DIP).reduce((total, level) => total + level, 0);
    if (sum <= best.sum) best = { at: at + Math.floor(DIP / 2), sum };
  }
  return best.at;
}
